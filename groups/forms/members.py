"""Who comes in, who takes part as what, and why somebody may not."""

from collections.abc import Iterable, Mapping
from typing import Any, Self

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import Text
from groups.forms.fields import Area, Once, organisation_field
from groups.models import Membership
from groups.models.membership import BRINGS_WORDS, short_offer
from partners.models import Affiliation


class JoinForm(Once):
    """A request to join, for an organisation, saying what it brings."""

    brings = Text(
        label=_("What your organisation brings"),
        max_length=2000,
        validators=[short_offer],
        help_text=_(
            "At most 60 words: knowledge, data, members, funds, reach. The leads and later the members read it."
        ),
        widget=Area(4, **{"data-words": str(BRINGS_WORDS)}),
    )

    field_order = ["as", "brings"]

    def __init__(self, *args: Any, affiliations: Iterable[Affiliation], optional: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["as"] = organisation_field(affiliations, _("Organisation"))
        self.fields["brings"].required = not optional
        self.order_fields(self.field_order)


class ProposeJoiningForm(forms.Form):
    """Which of one's organisations should join."""

    def __init__(self, *args: Any, affiliations: Iterable[Affiliation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["as"] = organisation_field(affiliations, _("Organisation"))


class ReasonForm(forms.Form):
    """Why: read by the people concerned, and kept in the record."""

    reason = Text(label=_("Reason"), max_length=600, help_text=_("The people concerned read it."), widget=Area(2))

    @classmethod
    def beside(cls, what: str, pk: int, data: Mapping[str, Any] | None = None) -> Self:
        """Return the form of one act upon one row: the two make its field's id the only one on a page of many."""
        return cls(data, auto_id=f"{what}-{pk}-%s")


class NoteForm(ReasonForm):
    """Why, for who may also say nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = False


class SilenceForm(ReasonForm):
    """For how long somebody is muted, and why."""

    days = forms.TypedChoiceField(
        label=_("For how long"),
        coerce=int,
        choices=[(1, _("One day")), (3, _("Three days")), (7, _("One week")), (30, _("Thirty days"))],
        widget=forms.RadioSelect,
        initial=1,
    )
    field_order = ("days", "reason")


class RoleForm(forms.Form):
    """What an organisation is in the group."""

    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role.choices)


class InviteForm(Once):
    """Whom to invite, in which role."""

    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("The link in the mail works for this address only, once, for seven days."),
    )
    role = forms.ChoiceField(
        label=_("Their organisation comes in as"),
        choices=Membership.Role.choices,
        initial=Membership.Role.MEMBER.value,
    )
    message = Text(label=_("A few words to them"), required=False, max_length=600, widget=Area(3))


class Colleague(forms.ModelChoiceField):
    """People of one organisation, by name and function."""

    def label_from_instance(self, obj: Affiliation) -> str:
        """Return how the person stands in the list."""
        return f"{obj.user.display_name} – {obj.function}" if obj.function else obj.user.display_name


class PersonForm(forms.Form):
    """Which colleague takes part."""

    affiliation = Colleague(
        label=_("Person"), queryset=Affiliation.objects.none(), empty_label=_("Choose a colleague …")
    )

    def __init__(self, *args: Any, organisation_id: int, seated: Iterable[int] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["affiliation"]
        assert isinstance(field, forms.ModelChoiceField)
        colleagues = Affiliation.objects.active().filter(organisation=organisation_id, user__is_active=True)
        field.queryset = colleagues.exclude(user__in=list(seated)).select_related("user").order_by("user__name")
