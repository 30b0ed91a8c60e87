"""Signing up: who one is, and for which organisation."""

import zoneinfo
from typing import Any
from urllib.parse import urlsplit

from allauth.account.forms import SignupForm
from allauth.account.utils import get_next_redirect_url
from allauth.core import context
from django import forms
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.forms import name_field
from accounts.models import User
from accounts.services import save_preferences
from core.errors import DomainError
from core.forms import Line
from partners import services
from partners.forms.organisations import OrganisationFields
from partners.forms.people import OrganisationChoiceField
from partners.models import Invitation, Organisation
from partners.models.invitation import token_digest

LISTED, NEW = "listed", "new"


class SignUpForm(SignupForm):  # type: ignore[misc]
    """Name, address, password; then the organisation: one of the directory, or a new one described here.

    What is asked of the organisation is kept, and carried out once the address is confirmed: before that nobody is asked or
    told anything. Who follows an invitation is asked for no organisation, because the invitation names it.
    """

    field_order = ("name", "email", "password1", "place", "organisation", "function", "time_zone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = name_field()
        self.fields["time_zone"] = forms.CharField(
            required=False, max_length=60, widget=forms.HiddenInput(attrs={"data-time-zone": ""})
        )
        email, password = self.fields["email"], self.fields["password1"]
        email.label = _("E-mail address")
        email.help_text = _("Your address at work lets your organisation recognise you. It is shown to nobody.")
        password.help_text = _("At least 10 characters. A few words that you can remember make a good one.")
        for field in (email, password):
            field.widget.attrs.pop("placeholder", None)
        self.invited = _follows_invitation(context.request)
        # Whether nothing is wrong but the description of the new organisation: then the summary lists its errors.
        self.only_new_errors = False
        self.new = OrganisationFields(self.data if self.is_bound else None, prefix="new")
        if not self.invited:
            self._ask_organisation()
        self.order_fields(self.field_order)

    def _ask_organisation(self) -> None:
        self.fields["place"] = forms.ChoiceField(
            label=_("Is it here already?"),
            choices=[(LISTED, _("Yes, it is in the directory of partners")), (NEW, _("No, it is new here"))],
            initial=LISTED,
            widget=forms.RadioSelect,
        )
        self.fields["organisation"] = OrganisationChoiceField(
            Organisation.objects.visible_to(context.request.user).active().for_display(),
            label=_("Which one"),
            required=False,
            help_text=_("Its focal points are asked once your address is confirmed."),
        )
        self.fields["function"] = Line(
            label=_("Your function there"),
            max_length=120,
            help_text=_("For example: policy officer. It stands beside your name on what you write."),
            widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "organization-title"}),
        )

    def clean_time_zone(self) -> str:
        """Take the browser's zone where it is one we know, else UTC: nobody typed it, so nobody is blamed."""
        zone = str(self.cleaned_data["time_zone"])
        return zone if zone in zoneinfo.available_timezones() else "UTC"

    def clean(self) -> dict[str, Any]:
        """Ask for the organisation in the way that was chosen."""
        cleaned: dict[str, Any] = super().clean()
        place = cleaned.get("place")
        if place == LISTED and not cleaned.get("organisation") and "organisation" not in self.errors:
            self.add_error("organisation", _("Choose your organisation, or say that it is new here."))
        if place == NEW and not self._may_propose():
            self.only_new_errors = not self.errors
            self.add_error(None, _("Complete what is asked about your organisation."))
        return cleaned

    def _may_propose(self) -> bool:
        """Say whether the new organisation is well described, and none that the newcomer can find in the directory."""
        if self.new.is_valid():
            try:
                services.refuse_known_name(context.request.user, self.new.cleaned_data["name"])
            except DomainError as refusal:
                self.new.add_error("name", refusal.message)
        return not self.new.errors

    @property
    def new_errors(self) -> bool:
        """Whether the description of the new organisation is to be shown with its errors."""
        return self.is_bound and self.data.get("place") == NEW and bool(self.new.errors)

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponseBase | None]:
        """Make the account, or write to the owner of the one there is; both take as long, so that neither can be told."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        result: tuple[User | None, HttpResponseBase | None] = super().try_save(request)
        return result

    @transaction.atomic
    def save(self, request: HttpRequest) -> User:
        """Make the account with what the browser tells of language and zone, and keep the answer on the organisation."""
        person = super().save(request)
        assert isinstance(person, User)
        data = self.cleaned_data
        person = save_preferences(
            person, name=data["name"], time_zone=data["time_zone"], language=get_language() or ""
        )
        if not self.invited:
            listed = data["place"] == LISTED
            services.keep_answer(
                person,
                organisation=data["organisation"] if listed else None,
                proposal=None if listed else self.new.cleaned_data,
                function=data["function"],
            )
        return person


def _follows_invitation(request: HttpRequest) -> bool:
    """Say whether the page to come back to is an open invitation to act for an organisation."""
    wanted = get_next_redirect_url(request)
    try:
        match = resolve(urlsplit(wanted or "").path)
    except Resolver404:
        return False
    if match.view_name != "partners:invitation":
        return False
    return Invitation.objects.open().filter(token_hash=token_digest(match.kwargs["token"])).exists()
