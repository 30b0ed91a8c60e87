"""A group's own templates: listed to who begins pages, managed by leads."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError
from groups.bylines import bylines
from groups.documents import access as library_access
from groups.documents.views.frame import form_page, framed
from groups.pages import access, services
from groups.pages.forms import OWN, TemplateForm
from groups.pages.models import Template
from groups.pages.services.templates import OUTLINES

either = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def templates(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what pages may begin with."""
    library = library_access.library_for_writer(request.user, slug)
    own = list(Template.objects.filter(group=library.group).order_by("name", "pk"))
    spoken = bylines(own, library.standing)
    context = framed(
        library,
        None,
        rows=[{"template": one, "by": by, "outline": f"{OWN}{one.pk}"} for one, by in zip(own, spoken, strict=True)],
        outlines=[(name, one.label) for name, one in OUTLINES.items()],
    )
    return render(request, "pages/templates.html", context)


@either
def keep(request: HttpRequest, slug: str, document_id: int) -> HttpResponse:
    """Keep what a page says as a template."""
    page, library = access.page_for_lead(request.user, slug, document_id)
    form = TemplateForm(
        request.POST if request.method == "POST" else None, library=library, initial={"name": page.document.title[:80]}
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.keep_template(page, name=data["name"], by=form.capacity, key=data["key"])
            messages.success(request, _("New pages of this group may begin with it now."))
            return redirect("pages:templates", slug)
        except DomainError as refusal:
            form.add_error("name", refusal.message)
    return form_page(
        request,
        library,
        page.document.folder,
        form,
        title=_("Use as a template"),
        text=_("A copy of the text is kept: it stays as it is, whatever becomes of this page."),
        action=_("Keep it"),
        back=reverse("pages:write", args=[slug, document_id]),
    )


@either
def rename(request: HttpRequest, slug: str, template_id: int) -> HttpResponse:
    """Give a template another name."""
    template, library = access.template_for_lead(request.user, slug, template_id)
    form = TemplateForm(
        request.POST if request.method == "POST" else None, library=library, initial={"name": template.name}
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.rename_template(template, name=form.cleaned_data["name"], by=form.capacity)
            return redirect("pages:templates", slug)
        except DomainError as refusal:
            form.add_error("name", refusal.message)
    back = reverse("pages:templates", args=[slug])
    return form_page(request, library, None, form, title=_("Rename the template"), action=_("Rename"), back=back)


@require_POST
def remove(request: HttpRequest, slug: str, template_id: int) -> HttpResponse:
    """Remove a template."""
    template, library = access.template_for_lead(request.user, slug, template_id)
    try:
        services.remove_template(template, by=library.standing.leading[0])
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("“%(name)s” is no template any more.") % {"name": template.name})
    return redirect("pages:templates", slug)
