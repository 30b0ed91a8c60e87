"""Profile, security, language: the account pages that are ours; signing in and its kin are allauth's."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.i18n import set_language

from accounts import services
from accounts.adapter import SessionsAdapter
from accounts.forms import ProfileForm
from accounts.models import User
from accounts.requests import SignedInRequest


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: SignedInRequest) -> HttpResponse:
    """Show and save what a person sets for themselves."""
    person = request.user
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=person.pk))
    if request.method == "POST" and form.is_valid():
        saved = services.save_preferences(person, **form.cleaned_data)
        with override(saved.language or None):
            messages.success(request, _("Your profile is saved."))
        response = redirect("account:profile")
        # The switches on every page write these cookies, for a visitor too: what was saved last holds.
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
        if saved.theme:
            response.set_cookie(
                "theme", saved.theme, max_age=365 * 24 * 3600, samesite="Lax", secure=request.is_secure()
            )
        else:
            response.delete_cookie("theme")
        return response
    context = {"form": form}
    return render(request, "account/profile.html", context, status=400 if form.errors else 200)


@login_required
@require_safe
def security(request: SignedInRequest) -> HttpResponse:
    """Show how the account is protected, with the way to each part."""
    factors = list(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    context = {
        "addresses": EmailAddress.objects.filter(user=request.user).order_by("-primary", "email"),
        "has_password": request.user.has_usable_password(),
        "totp": Authenticator.Type.TOTP in factors,
        "passkeys": factors.count(Authenticator.Type.WEBAUTHN),
        "recovery": Authenticator.Type.RECOVERY_CODES in factors,
        "sessions": UserSession.objects.filter(user=request.user).count(),
    }
    return render(request, "account/security.html", context)


@login_required
@require_POST
def end_session(request: SignedInRequest, session_id: int) -> HttpResponse:
    """Sign one's own other device out; its open sockets close."""
    session = get_object_or_404(UserSession.objects.filter(user=request.user), pk=session_id)
    SessionsAdapter().end_sessions([session])
    messages.success(request, _("That device is signed out."))
    return redirect("usersessions_list")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language of pages: for a visitor in a cookie, for a person also in their preferences, so that mail follows."""
    chosen = request.POST.get("language", "")
    if request.user.is_authenticated and chosen in dict(settings.LANGUAGES):
        services.save_preferences(request.user, language=chosen)
    response: HttpResponse = set_language(request)
    return response
