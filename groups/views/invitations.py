"""The page behind the link of an invitation: looking never uses it up, accepting does."""

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from groups import services
from groups.access import invitation_for
from groups.forms import ProposeJoiningForm
from groups.models import Membership
from partners.models import Affiliation


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show the invitation to the person it was sent to, and accept it by POST; whatever fails, the text is the same."""
    response = _answer(request, token)
    # The address is the key: it must not reach another site. (With `no-referrer` browsers send `Origin: null` with the
    # form, which is refused as forged.)
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    return response


def _answer(request: HttpRequest, token: str) -> HttpResponse:
    user = request.user
    if not user.is_authenticated:
        if request.method == "POST":
            return redirect_to_login(request.path)
        return render(request, "groups/invitation_sign_in.html")
    found = invitation_for(user, token)
    if found is None:
        return _refused(request)
    ties = list(
        Affiliation.objects.speaking()
        .focal()
        .of(user)
        .select_related("organisation", "user")
        .order_by("organisation__name")
    )
    form = ProposeJoiningForm(request.POST or None, affiliations=ties) if ties else None
    if request.method == "POST" and form and form.is_valid():
        tie = next(one for one in ties if str(one.organisation_id) == form.cleaned_data["as"])
        made: list[Membership] = []
        try:
            made.append(services.redeem_invitation(token, user=user, affiliation=tie))
        except services.InvitationRefused:
            return _refused(request)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(
                request, _("Welcome. You take part for %(organisation)s.") % {"organisation": tie.organisation}
            )
            return redirect(made[0].group)
    acts_for = Affiliation.objects.active().of(user).select_related("organisation")
    context = {"invitation": found, "group": found.group, "form": form, "acts_for": acts_for}
    return render(request, "groups/invitation.html", context, status=422 if form and form.errors else 200)


def _refused(request: HttpRequest) -> HttpResponse:
    return render(
        request, "groups/invitation_refused.html", {"text": services.InvitationRefused().message}, status=404
    )
