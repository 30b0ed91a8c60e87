"""What silence counts for, in the settings of a group."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.errors import Conflict
from groups.clearance import access, services
from groups.clearance.forms import RuleForm
from groups.clearance.models import Rule
from groups.navigation import settings_sections
from groups.views.answers import attempt_with


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: HttpRequest, slug: str) -> HttpResponse:
    """Decide beforehand what it counts for when an organisation says nothing."""
    group, standing = access.rule_for_lead(request.user, slug)
    now = Rule.of(group)
    form = RuleForm(request.POST or None, initial={"silence": now, "was": now})
    status = 200
    if request.method == "POST":
        status = 422
        try:
            data = form.cleaned_data if form.is_valid() else {}
            if data and attempt_with(
                form,
                lambda: services.decide_silence(
                    group, by=standing.act(), silence=data["silence"], was=data["was"] or None
                ),
            ):
                messages.success(request, _("Saved."))
                return redirect("clearance:rule", slug)
        except Conflict as conflict:
            status = 409
            form = RuleForm(initial={"silence": conflict.current, "was": conflict.current})
            messages.error(request, conflict.message)
    sections = settings_sections(group, standing, "clearance:rule")
    context = {"group": group, "standing": standing, "section": "clearance", "sections": sections, "form": form}
    return render(request, "clearance/rule.html", context, status=status)
