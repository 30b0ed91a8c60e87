"""The directory's filter, a new organisation, a profile, a reason."""

from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core.forms import Line, Text
from partners.countries import country_choices
from partners.models import Listing, Organisation, OrganisationStatus, StakeholderType
from partners.models.organisation import MANDATE_WORDS, short_mandate


def countries_with_none() -> list[tuple[str, Any]]:
    """Return every country, and first the words for none."""
    return [("", _("None: international or regional")), *country_choices()]


class DirectoryForm(forms.Form):
    """The filters of the directory; a value that no list offers is no filter."""

    q = forms.CharField(label=_("Name or acronym"), required=False, max_length=100)
    type = forms.ChoiceField(label=_("Stakeholder type"), required=False, choices=StakeholderType.choices)
    country = forms.ChoiceField(label=_("Country"), required=False, choices=country_choices)
    status = forms.ChoiceField(label=_("Status"), required=False, choices=OrganisationStatus.choices)

    def chosen(self, name: str) -> str:
        """Return the filter's value, empty when there is none or it is no choice."""
        self.is_valid()
        return str(self.cleaned_data.get(name, ""))


class OrganisationFields(forms.Form):
    """What is asked about an organisation, in a proposal and in a profile."""

    name = Line(
        label=_("Name of the organisation"),
        max_length=200,
        error_messages={"required": _("Write the name.")},
        help_text=_("As it calls itself, in full."),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "organization"}),
    )
    acronym = Line(label=_("Acronym"), max_length=30, required=False, widget=forms.TextInput(attrs={"dir": "auto"}))
    stakeholder_type = forms.ChoiceField(
        label=_("Stakeholder type"), choices=[("", _("Choose one")), *StakeholderType.choices]
    )
    country = forms.ChoiceField(
        label=_("Country"), required=False, choices=countries_with_none, help_text=_("Where its seat is.")
    )
    website = forms.URLField(
        label=_("Website"), required=False, max_length=200, validators=[URLValidator(schemes=["http", "https"])]
    )
    mandate = Text(
        label=_("Mandate"),
        required=False,
        max_length=3000,
        validators=[short_mandate],
        help_text=_("What it does and for whom, in at most %(words)d words.") % {"words": MANDATE_WORDS},
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )
    listing = forms.ChoiceField(
        label=_("Where its name may appear"),
        choices=Listing.choices,
        initial=Listing.NAMED,
        widget=forms.RadioSelect,
        help_text=_("Choose “undisclosed” when being known as a member would put people at risk."),
    )


class ProposalForm(OrganisationFields):
    """A new organisation, and what its proposer is there."""

    function = Line(
        label=_("Your function there"),
        max_length=120,
        help_text=_("For example: policy officer. It stands beside your name on what you write."),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "organization-title"}),
    )
    field_order = ("name", "acronym", "stakeholder_type", "country", "website", "mandate", "function", "listing")


class ProfileForm(OrganisationFields):
    """An organisation's profile; name and stakeholder type are asked of the Secretariat only."""

    base = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: Any, organisation: Organisation, may_rename: bool, **kwargs: Any) -> None:
        initial = {name: getattr(organisation, name) for name in OrganisationFields.base_fields}
        kwargs["initial"] = initial | {"base": organisation.version}
        super().__init__(*args, **kwargs)
        if not may_rename:
            for name in ("name", "stakeholder_type"):
                del self.fields[name]

    def rebase(self, current: Organisation) -> None:
        """Keep what was typed and say that it would replace what somebody else saved meanwhile."""
        self.data = (
            {**self.data.dict(), "base": str(current.version)} if isinstance(self.data, QueryDict) else self.data
        )
        self.add_error(
            None,
            _("Somebody else changed the profile meanwhile. See below what is there now; saving again replaces it."),
        )

    @property
    def changes(self) -> dict[str, str]:
        """What was typed, for the service."""
        return {name: value for name, value in self.cleaned_data.items() if name != "base"}


class ReasonForm(forms.Form):
    """Why: recorded, and read by whom it concerns."""

    reason = Text(
        label=_("Reason"),
        max_length=600,
        help_text=_("It is recorded, and the person reads it."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
