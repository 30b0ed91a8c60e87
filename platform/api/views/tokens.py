"""The programs that act for a person: letting one, seeing them, taking it back."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedInRequest
from api import services
from api.forms import TokenForm
from api.models import Token
from api.scopes import AREAS
from core.errors import DomainError
from groups.models import Group

ENDED_SHOWN = 10


@login_required
@require_safe
def token_list(request: SignedInRequest) -> HttpResponse:
    """Show one's own tokens: those that open something, and the last that no longer do."""
    tokens = list(Token.objects.of(request.user))
    context = {
        "usable": [(token, _given(token)) for token in tokens if token.is_usable],
        "ended": [token for token in tokens if not token.is_usable][:ENDED_SHOWN],
    }
    return render(request, "api/tokens.html", context)


def _given(token: Token) -> list[tuple[str, bool]]:
    """Return the areas the token opens, and whether it writes there."""
    scopes = {area: [scope for scope in token.scopes if scope.startswith(f"{area}:")] for area in AREAS}
    return [(str(AREAS[area]), f"{area}:write" in found) for area, found in scopes.items() if found]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@reauthentication_required  # type: ignore[untyped-decorator]
def token_new(request: SignedInRequest) -> HttpResponse:
    """Make a token and show its secret, this once; who has not signed in lately shows first that it is them."""
    groups = Group.objects.joined_by(request.user).live().order_by("name", "pk")
    form = TokenForm(request.POST if request.method == "POST" else None, groups=list(groups))
    if request.method == "POST" and form.is_valid():
        try:
            token, secret = services.issue_token(request.user, **form.wanted)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            return render(request, "api/token_made.html", {"token": token, "secret": secret, "given": _given(token)})
    return render(request, "api/token_new.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_POST
def token_revoke(request: SignedInRequest, token_id: int) -> HttpResponse:
    """Take one's own token back; the program is refused from its next request on."""
    token = get_object_or_404(Token.objects.of(request.user), pk=token_id)
    services.revoke_token(token, by=request.user)
    messages.success(request, _("The token is revoked: the program is refused from now on."))
    return redirect("api:tokens")
