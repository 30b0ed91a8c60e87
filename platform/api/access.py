"""Who calls: a token gives its owner's rights of this moment, within what it was given, and never more."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from api.limits import pace
from api.models import Token, digest_of
from api.problems import Refusal
from api.scopes import Scope

if TYPE_CHECKING:
    from accounts.models import User

READING = frozenset({"GET", "HEAD"})
LONGEST = 200


class Caller(HttpRequest):
    """A request that showed a valid token: `user` is its owner, whatever session came along."""

    auth: Token
    user: "User"


class PersonalToken(HttpBearer):
    """Lets in who shows a token that was given a scope. Cookies count for nothing, so no other site can send in one's name."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope: Scope = scope

    def __call__(self, request: HttpRequest) -> Any:
        """Return the token, or refuse."""
        found = super().__call__(request)
        if found is None:
            raise Refusal(401, _("Send “Authorization: Bearer” and a token."), headers={"WWW-Authenticate": "Bearer"})
        return found

    def authenticate(self, request: HttpRequest, token: str) -> Token:
        """Return the token behind the secret, counted against its pace; the request is its owner's from here on."""
        found = _usable(token)
        if found is None:
            raise Refusal(
                401,
                _("This token does not exist, was revoked or has expired."),
                headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
            )
        pace.take(found.pk, writes=request.method not in READING)
        request.user = found.user
        if found.user.language and translation.check_for_language(found.user.language):
            translation.activate(found.user.language)
        if import_string(settings.KEPT_OUT)(found.user):
            raise Refusal(403, _("Your role asks for a second factor. Set one up in your account first."))
        if not found.allows(self.scope):
            raise Refusal(
                403,
                _("This token was not given “%(scope)s”.") % {"scope": self.scope},
                headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{self.scope}"'},
                code="scope",
            )
        _stay_inside(request, found)
        found.note_use()
        return found


def _usable(secret: str) -> Token | None:
    if len(secret) > LONGEST or not secret.isascii():
        return None
    return Token.objects.usable().select_related("user", "group").filter(digest=digest_of(secret)).first()


def _stay_inside(request: HttpRequest, token: Token) -> None:
    """A token for one group finds nothing in any other."""
    match = request.resolver_match
    slug = match.kwargs.get("slug") if match else None
    if token.group is not None and slug is not None and slug != token.group.slug:
        raise Http404


def needs(scope: Scope) -> PersonalToken:
    """Return what an operation demands of a token."""
    return PersonalToken(scope)
