"""What a person says about themselves."""

import zoneinfo
from functools import cache
from typing import Any

from allauth.account import forms as allauth
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.forms import Line


@cache
def time_zones() -> list[tuple[str, str]]:
    """Return the zones people live in, by name: those of continents and oceans, and UTC."""
    regions = set("Africa America Antarctica Arctic Asia Atlantic Australia Europe Indian Pacific".split())
    names = sorted(name for name in zoneinfo.available_timezones() if name.partition("/")[0] in regions)
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]


def name_field() -> Line:
    """Return the field that asks a person for their name."""
    return Line(
        label=_("Your name"),
        max_length=120,
        help_text=_("Seen by those with whom you share a group or an organisation."),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "name"}),
        error_messages={"required": _("Write your name.")},
    )


class Plain(forms.Form):
    """A form of allauth's in our manner: labels say what is asked, nothing stands in the field before one types."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        for name in ("login", "email"):
            if name in self.fields:
                self.fields[name].label = _("E-mail address")


class SignInForm(Plain, allauth.LoginForm):  # type: ignore[misc]
    """Signing in by address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username webauthn"
        self.fields["remember"].label = _("Keep me signed in on this device for two weeks")
        self.fields["password"].help_text = ""


class AddAddressForm(Plain, allauth.AddEmailForm):  # type: ignore[misc]
    """A further address."""


class ForgottenForm(Plain, allauth.ResetPasswordForm):  # type: ignore[misc]
    """Asking for the link that resets a password."""


class NewPasswordForm(Plain, allauth.ResetPasswordKeyForm):  # type: ignore[misc]
    """Choosing a password by the link."""


class ChangePasswordForm(Plain, allauth.ChangePasswordForm):  # type: ignore[misc]
    """Changing the password, knowing the old one."""


class SetPasswordForm(Plain, allauth.SetPasswordForm):  # type: ignore[misc]
    """Setting a first password."""


class StillYouForm(Plain, allauth.ReauthenticateForm):  # type: ignore[misc]
    """The password once more, before an act that concerns the safety of the account."""


class AddKeyForm(Plain, AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey or security key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].help_text = _("So that you can tell your keys apart.")
        passwordless = self.fields["passwordless"]
        passwordless.label = _("Sign in with it alone, without a password")
        passwordless.help_text = _("The device then asks for its own lock: a finger, a face or a number.")
        passwordless.initial = True


class ActivateAppForm(Plain, ActivateTOTPForm):  # type: ignore[misc]
    """The first number that the app shows."""


class SecondStepForm(Plain, AuthenticateForm):  # type: ignore[misc]
    """The app's number, or a recovery code."""


class StillYouByAppForm(Plain, ReauthenticateForm):  # type: ignore[misc]
    """The app's number once more."""


class ProfileForm(forms.ModelForm):
    """Name, language, time zone, appearance, whether one is seen in rooms, and quiet hours."""

    name = name_field()
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=lambda: [("", _("As my browser says")), *settings.LANGUAGES],
        help_text=_("Pages and mail come in it."),
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones, help_text=_("All times are shown in it."))

    class Meta:
        model = User
        fields = ["name", "language", "time_zone", "theme", "shows_presence", "quiet_from", "quiet_until"]
        widgets = {
            "theme": forms.RadioSelect,
            "quiet_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "quiet_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }
        help_texts = {
            "quiet_from": _(
                "Letters about mentions, answers and messages wait until your quiet hours end. Leave both empty for none."
            ),
            "quiet_until": _("In your time zone. It may be on the next day."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = self.instance.time_zone
        if zone and zone not in dict(time_zones()):  # an old name, kept until it is changed
            self.fields["time_zone"].choices = [*time_zones(), (zone, zone)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Take both ends of the quiet hours or neither."""
        data = super().clean() or {}
        start, end = data.get("quiet_from"), data.get("quiet_until")
        if not {"quiet_from", "quiet_until"} & self.errors.keys():
            if (start is None) != (end is None):
                self.add_error(
                    "quiet_from" if start is None else "quiet_until", _("Say both when they begin and when they end.")
                )
            elif start is not None and start == end:
                self.add_error("quiet_until", _("They end at another time than they begin."))
        return data
