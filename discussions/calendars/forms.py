"""What one chooses of a calendar."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groups.models import Group

if TYPE_CHECKING:
    from accounts.models import User


class CalendarForm(forms.Form):
    """Of which groups, and whether hidden ones may be named in it."""

    group = forms.ModelChoiceField(
        label=_("Dates of"),
        queryset=Group.objects.none(),
        required=False,
        to_field_name="slug",
        empty_label=_("All my groups"),
        help_text=_(
            "Consultations and polls; of all groups together the actions that are yours or your organisation’s, of one group all."
        ),
    )
    names_hidden = forms.BooleanField(
        label=_("Name hidden groups and their matters too"),
        required=False,
        help_text=_(
            "Calendars are often read by others and kept by other companies. Otherwise it says only that something is due."
        ),
    )

    def __init__(self, data: Any = None, *, user: "User", initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["group"].queryset = Group.objects.joined_by(user).live().order_by("name")  # type: ignore[attr-defined]
