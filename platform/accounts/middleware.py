"""What every page of a signed-in person obeys: their language and time zone, and the second factor where it is required."""

import time
import zoneinfo
from collections.abc import Callable
from typing import TYPE_CHECKING

from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

# How exactly "last used" is known of a session. Noting it at every page would write to the database at every page.
ACTIVITY_EVERY = 600

Next = Callable[[HttpRequest], HttpResponseBase]


class PreferencesMiddleware:
    """Shows the page in the reader's language and times in the reader's zone; a visitor keeps what the browser asked for."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Activate language and zone for this request only."""
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        if user.language and translation.check_for_language(user.language):
            translation.activate(user.language)
            request.LANGUAGE_CODE = translation.get_language()
        try:
            zone = zoneinfo.ZoneInfo(user.time_zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            zone = zoneinfo.ZoneInfo("UTC")
        with timezone.override(zone):
            return self.get_response(request)


# Pages that lead to a second factor, or need none.
OPEN = frozenset({"account:security", "account:end_session", "set_language", "healthz", "readyz", "about", "danger"})
OPEN_PREFIXES = ("account_", "mfa_", "usersessions_")


def lacks_second_factor(user: "User | AnonymousUser") -> bool:
    """Say whether the person may do nothing yet: of the Secretariat or an administrator, in full mode, without a second factor.

    Pages ask through the middleware; a socket asks when it opens.
    """
    return (
        settings.SECOND_FACTOR_REQUIRED
        and user.is_authenticated
        and (user.is_secretariat or user.is_staff)
        and not is_mfa_enabled(user)
    )


class SecondFactorMiddleware:
    """In full mode the Secretariat and administrators work only with a second factor set up."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Ask when the page is known, in `process_view`."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: object) -> HttpResponseBase | None:
        """Send who needs a second factor and has none to the page that sets it up; only the way there stays open."""
        match = request.resolver_match
        if match is None or match.view_name in OPEN or match.view_name.startswith(OPEN_PREFIXES):
            return None
        if not lacks_second_factor(request.user):
            return None
        messages.warning(request, _("Your role asks for a second factor. Set one up to go on."))
        return redirect("mfa_index")


class ActivityMiddleware:
    """Notes when a session was last used, for its owner's list of devices: at most every ten minutes."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self._noted: dict[str, float] = {}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Note the session if it was in use for ten minutes since this process first saw it, or last noted it."""
        key = request.session.session_key
        if key and request.user.is_authenticated:
            now = time.monotonic()
            if now - self._noted.setdefault(key, now) >= ACTIVITY_EVERY:
                self._noted[key] = now
                UserSession.objects.create_from_request(request)
            if len(self._noted) > 10_000:
                self._noted = {key: at for key, at in self._noted.items() if now - at < ACTIVITY_EVERY}
        return self.get_response(request)
