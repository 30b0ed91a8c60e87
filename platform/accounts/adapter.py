"""Where allauth asks us: how links are made, in which language mail is written, what follows a confirmed address."""

from collections.abc import Iterable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context as current
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.devices import device
from accounts.models import User
from accounts.services import addresses_confirmed
from core.letters import Undelivered, as_html, deliver
from core.realtime.sessions import sessions_ended


def absolute(request: HttpRequest | None, path: str) -> str:
    """Return the address of a page for a letter: where the request came from if that is one of ours, else the site's own.

    A forged or odd Host header never reaches a letter.
    """
    origin = f"{request.scheme}://{request.get_host()}" if request else ""
    return (origin if origin in settings.ALLOWED_ORIGINS else settings.SITE_URL) + path


FACTOR_CHANGED = {
    f"mfa/email/{change}" for change in ("totp_activated", "totp_deactivated", "webauthn_added", "webauthn_removed")
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Local accounts."""

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Confirm the address, with what follows from it, in one transaction."""
        with transaction.atomic():
            confirmed = bool(super().confirm_email(request, email_address))
            if confirmed:
                addresses_confirmed(email_address.user)
        return confirmed

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        """Lead to what happens next; who added an address to an account sees their addresses."""
        name = "account_email" if self.request.user.is_authenticated else "partners:welcome"
        return reverse(name)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """Return the link that confirms an address, on the site's own address."""
        return absolute(request, reverse("account_confirm_email", args=[emailconfirmation.key]))

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link that resets a password, on the site's own address."""
        uid, _, token = key.partition("-")
        return absolute(self.request, reverse("account_reset_password_from_key", args=[uid, token]))

    def is_safe_url(self, url: str) -> bool:
        """Say whether one may be led there; what cannot be read as an address is no place to lead anybody."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def logout(self, request: HttpRequest) -> None:
        """Sign out, and have the open sockets of the session close."""
        person = request.user.pk
        super().logout(request)
        if person is not None:
            sessions_ended(person)

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Set another password: sessions and sockets that came in by the old one end."""
        super().set_password(user, password)
        sessions_ended(user.pk)

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Sign the person in; resetting a password may have confirmed their address on the way."""
        super().login(request, user)
        assert isinstance(user, User)
        addresses_confirmed(user)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a letter; one that cannot be sent fails nothing, and whoever waits for it is told.

        They are told the same whether the address has an account or not.
        """
        message = self.render_mail(template_prefix, email, {"request": self.request, "email": email, **context})
        try:
            deliver(message, template_prefix)
        except Undelivered:
            self.request.undelivered = True
            messages.error(
                self.request,
                _("A letter could not be sent just now. If you wait for one, ask for it again in a few minutes."),
            )

    def send_notification_mail(self, template_prefix: str, user: AbstractBaseUser, *args: Any, **kwargs: Any) -> None:
        """Tell the person what was changed; after a change of a second factor their other devices sign in by the new rule.

        This is where allauth says so.
        """
        super().send_notification_mail(template_prefix, user, *args, **kwargs)
        if template_prefix in FACTOR_CHANGED:
            for session in UserSession.objects.filter(user=user.pk).exclude(
                session_key=self.request.session.session_key
            ):
                session.end()
            sessions_ended(user.pk)

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """Say what was done; not that a letter was sent where it was not."""
        told = message_template == "account/messages/email_confirmation_sent.txt"
        if not (told and getattr(request, "undelivered", False)):
            super().add_message(request, level, message_template, *args, **kwargs)

    def render_mail(
        self, template_prefix: str, email: str, context: dict[str, Any], headers: dict[str, str] | None = None
    ) -> EmailMessage:
        """Render a letter in the language of the account that has the address, else of the request."""
        account = User.objects.filter(email=email.lower()).only("language").first()
        request = self.request
        context = {
            **context,
            "site_name": settings.SITE_NAME,
            "site_url": settings.SITE_URL,
            "login_url": absolute(request, reverse("account_login")),
            "signup_url": absolute(request, reverse("account_signup")),
        }
        context["reset_url"] = absolute(request, reverse("account_reset_password"))
        if template_prefix == "account/email/account_already_exists":
            context["password_reset_url"] = context["reset_url"]
        with translation.override((account and account.language) or translation.get_language()):
            message: EmailMessage = super().render_mail(template_prefix, email, context, headers)
            assert isinstance(message, EmailMultiAlternatives)
            message.attach_alternative(as_html(str(message.body), str(message.subject)), "text/html")
        return message


class SessionsAdapter(DefaultUserSessionsAdapter):  # type: ignore[misc]
    """The list of devices."""

    def end_sessions(self, sessions: Iterable[UserSession]) -> None:
        """Sign devices out, and have their open sockets close."""
        sessions = list(sessions)
        super().end_sessions(sessions)
        for person in {session.user_id for session in sessions}:
            sessions_ended(person)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors and passkeys."""

    def _get_site_name(self) -> str:
        """Name the site in authenticator apps and in the browser's own windows."""
        return str(settings.SITE_NAME)

    def generate_authenticator_name(self, user: AbstractBaseUser, type: str) -> str:
        """Propose the device's own name for a new key."""
        return device(current.request.headers.get("User-Agent", ""))
