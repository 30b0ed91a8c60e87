"""What a person fills in to let a program act for them."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from api.models import NAME_LENGTH
from api.scopes import AREAS, OF_ONE_PERSON, writes_in
from core.forms import Line
from groups.models import Group

DAYS = (7, 30, 90, 365)


class TokenForm(forms.Form):
    """A name, what the program may do in each area, where, and how long."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    name = Line(
        label=_("Name"),
        max_length=NAME_LENGTH,
        help_text=_("What the program is, and where it runs: by this you will know it later."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )

    def __init__(self, data: Any = None, *, groups: Sequence[Group]) -> None:
        super().__init__(data, initial={"key": uuid.uuid4(), "days": "90"})
        self._groups = {str(group.pk): group for group in groups}
        for area, label in AREAS.items():
            choices = [("", _("Nothing")), ("read", _("Read"))]
            if writes_in(area):
                choices.append(("write", _("Read and write")))
            self.fields[area] = forms.ChoiceField(
                label=label, choices=choices, required=False, widget=forms.RadioSelect, initial=""
            )
        self.fields["group"] = forms.ChoiceField(
            label=_("Where"),
            required=False,
            choices=[("", _("In all my groups")), *((pk, group.name) for pk, group in self._groups.items())],
            help_text=_("A token for one group finds nothing in others, and has neither search nor notifications."),
        )
        self.fields["days"] = forms.ChoiceField(
            label=_("Ends after"),
            choices=[
                (str(days), ngettext_lazy("%(days)d day", "%(days)d days", days) % {"days": days}) for days in DAYS
            ],
            help_text=_("Shorter is safer. You can take it back on any day."),
        )

    @property
    def areas(self) -> list[forms.BoundField]:
        """The fields that say what the program may do."""
        return [self[area] for area in AREAS]

    def clean(self) -> dict[str, Any]:
        """Ask for something to be given, and for nothing that one group cannot bound."""
        data = super().clean() or {}
        given = [area for area in AREAS if data.get(area)]
        if not given:
            self.add_error(next(iter(AREAS)), _("Choose at least one thing the program may do."))
        if data.get("group"):
            for area in OF_ONE_PERSON & set(given):
                self.add_error(area, _("This reaches over all your groups: choose nothing here, or all groups below."))
        return data

    @property
    def wanted(self) -> dict[str, Any]:
        """What was chosen, as `issue_token` takes it."""
        data = self.cleaned_data
        return {
            "name": data["name"],
            "scopes": [f"{area}:{data[area]}" for area in AREAS if data[area]],
            "group": self._groups.get(data["group"]),
            "expires_at": timezone.now() + timedelta(days=int(data["days"])),
            "key": data["key"],
        }
