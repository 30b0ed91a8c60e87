"""Whether a library takes files that carry macros, in the settings of its group."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from groups.documents import access, services
from groups.documents.models.space import space_of
from groups.documents.record_forms import MacrosForm
from groups.navigation import settings_sections
from groups.views.answers import attempt_with


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, slug: str) -> HttpResponse:
    """Refuse files with macros, or take them as the site does."""
    group, standing = access.group_for_macros(request.user, slug)
    form = MacrosForm(request.POST or None, initial={"refuses": "1" if space_of(group).refuses_macros else ""})
    if request.method == "POST" and form.is_valid():
        refuses = form.cleaned_data["refuses"] == "1"
        if attempt_with(form, lambda: services.decide_macros(group, refuses=refuses, by=standing.act())):
            messages.success(request, _("Saved."))
            return redirect("documents:macros", slug)
    context = {
        "group": group,
        "standing": standing,
        "section": "macros",
        "sections": settings_sections(group, standing, "documents:macros"),
        "form": form,
        "refused": settings.MACRO_FILES == "refused",
    }
    return render(request, "documents/macros.html", context, status=422 if form.errors else 200)
