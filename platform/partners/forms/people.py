"""Asking to act for an organisation, answering, inviting, changing roles, handing over."""

import uuid
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import Line, Text
from partners.models import Affiliation, Organisation, OrganisationQuerySet
from partners.standing import OrganisationStanding

if TYPE_CHECKING:
    from accounts.models import User


class OrganisationChoiceField(forms.ModelChoiceField):
    """One organisation out of those the reader may know of; the value is its address, never its number."""

    def __init__(self, queryset: OrganisationQuerySet | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Organisation"))
        kwargs.setdefault("empty_label", _("Choose your organisation"))
        super().__init__(
            queryset=Organisation.objects.none() if queryset is None else queryset, to_field_name="slug", **kwargs
        )

    def label_from_instance(self, obj: Any) -> str:
        """Name, and acronym where there is one."""
        return f"{obj.name} ({obj.acronym})" if obj.acronym else str(obj.name)


class FunctionForm(forms.Form):
    """What a person is called in the organisation."""

    function = Line(
        label=_("Function"),
        max_length=120,
        help_text=_("For example: policy officer. It stands beside the name on what they write from now on."),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "organization-title"}),
    )


class RequestForm(FunctionForm):
    """Asking to act for a partner of the directory."""

    organisation = OrganisationChoiceField()
    field_order = ("organisation", "function")

    def __init__(self, *args: Any, user: "User", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = Organisation.objects.open_to(user).for_display()  # type: ignore[attr-defined]
        self.fields["function"].help_text = _(
            "For example: policy officer. It stands beside your name on what you write."
        )


class RoleForm(forms.Form):
    """A role: what a person may do for the organisation."""

    role = forms.ChoiceField(label=_("Role"), choices=Affiliation.Role.choices)

    def __init__(self, *args: Any, standing: OrganisationStanding, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not standing.may_change_roles:
            self.fields["role"].choices = [(Affiliation.Role.STAFF.value, Affiliation.Role.STAFF.label)]  # type: ignore[attr-defined]


class ConfirmForm(RoleForm):
    """Confirming a request, in a role."""

    def __init__(self, *args: Any, standing: OrganisationStanding, **kwargs: Any) -> None:
        super().__init__(*args, standing=standing, **kwargs)
        self.fields["role"].label = _("Confirm as")
        if standing.has_no_focal:
            only = Affiliation.Role.FOCAL_POINT
            self.fields["role"].choices = [(only.value, only.label)]  # type: ignore[attr-defined]
        else:
            self.fields["role"].initial = Affiliation.Role.STAFF


class InviteForm(RoleForm):
    """Inviting a colleague by e-mail address."""

    email = forms.EmailField(
        label=_("E-mail address of your colleague"),
        max_length=254,
        help_text=_("The invitation can be accepted with this address only."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    function = Line(
        label=_("Their function"), max_length=120, required=False, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    message = Text(
        label=_("A few words to them"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    field_order = ("email", "function", "role", "message", "key")

    def __init__(self, *args: Any, standing: OrganisationStanding, **kwargs: Any) -> None:
        super().__init__(*args, standing=standing, **kwargs)
        self.fields["role"].initial = Affiliation.Role.STAFF


class ColleagueField(forms.ModelChoiceField):
    """A colleague, by name and function."""

    def label_from_instance(self, obj: Any) -> str:
        """Name, and function where there is one."""
        name = obj.user.display_name
        return f"{name}, {obj.function}" if obj.function else str(name)


class HandOverForm(forms.Form):
    """Whom one's role goes to, and whether one leaves."""

    successor = ColleagueField(label=_("Successor"), queryset=None, empty_label=_("Choose a colleague"))
    leave = forms.BooleanField(
        label=_("And leave the organisation"),
        required=False,
        help_text=_("Places in groups go over to the successor. What was written keeps its author."),
    )

    def __init__(self, *args: Any, affiliation: Affiliation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        colleagues = Affiliation.objects.active().filter(organisation=affiliation.organisation, user__is_active=True)
        self.fields["successor"].queryset = colleagues.exclude(pk=affiliation.pk).for_display()  # type: ignore[attr-defined]
        if not affiliation.is_focal:
            self.fields["leave"].initial = True
            self.fields["leave"].required = True
