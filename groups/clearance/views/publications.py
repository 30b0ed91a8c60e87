"""What a group has published: readable for whoever may find the group, without signing in where that is everybody."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from groups.access import NO_GROUP
from groups.audience import Audience
from groups.clearance import access, citing, services
from groups.clearance.forms import ReasonForm
from groups.clearance.models import Publication
from groups.clearance.results import clearers_of
from groups.documents.views.files import given
from groups.models import Find, Group
from groups.standing import Standing
from groups.views.answers import attempt_with

PER_PAGE = 30


def readers_of(group: Group) -> Audience:
    """Return who may read what the group publishes."""
    if group.find == Find.PUBLIC:
        return Audience(_("Everybody"), "public")
    if group.find == Find.PARTNERS:
        return Audience(_("Partners"), "partners")
    return Audience(_("People who take part in this group"), "hidden")


@require_safe
def published(request: HttpRequest, slug: str) -> HttpResponse:
    """List what the group has published, the newest first."""
    group, standing = access.publications_for(request.user, slug)
    found = Publication.objects.standing().filter(group=group).for_display()
    listed = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    for one in listed:
        one.group = group
    context = {"group": group, "standing": standing, "listed": listed, "audience": readers_of(group)}
    return render(request, "clearance/publications.html", context)


@require_safe
def page(request: HttpRequest, slug: str, publication_id: int) -> HttpResponse:
    """Show a publication: who cleared it, how it is cited, its licence, its bytes and their SHA-256."""
    publication, standing = access.publication_for(request.user, slug, publication_id)
    return _page(request, publication, standing)


def _page(
    request: HttpRequest, publication: Publication, standing: Standing, *, form: ReasonForm | None = None
) -> HttpResponse:
    group = publication.group
    context: dict[str, Any] = {
        "group": group,
        "standing": standing,
        "publication": publication,
        "version": publication.version,
        "audience": readers_of(group),
        "crumbs": [
            {"label": group.name, "url": group.get_absolute_url()},
            {"label": _("Publications"), "url": f"{group.get_absolute_url()}publications/"},
        ],
    }
    if publication.withdrawn_at is None:
        context |= {
            "clearers": clearers_of([publication], standing)[0],
            "citation": citing.in_words(publication),
            "newer": _newer(publication),
            "reason": form or (ReasonForm() if standing.may_manage else None),
        }
    return render(request, "clearance/publication.html", context, status=422 if form else 200)


def _newer(publication: Publication) -> Publication | None:
    """Return the newest publication of the same document, if it is another one."""
    later = Publication.objects.standing().filter(document=publication.document_id, version__gt=publication.version_id)
    found = later.order_by("-version").first()
    if found:
        found.group = publication.group
    return found


@require_safe
def file(request: HttpRequest, slug: str, publication_id: int) -> HttpResponseBase:
    """Give exactly the bytes that were cleared."""
    publication = _standing(request, slug, publication_id)
    return given(request, publication.version, file_name=publication.file_name)


@require_safe
def bibtex(request: HttpRequest, slug: str, publication_id: int) -> HttpResponse:
    """Give the citation for BibTeX."""
    one = _standing(request, slug, publication_id)
    return _citation(citing.bibtex(one), "application/x-bibtex", f"publication-{one.pk}.bib")


@require_safe
def ris(request: HttpRequest, slug: str, publication_id: int) -> HttpResponse:
    """Give the citation as RIS."""
    one = _standing(request, slug, publication_id)
    return _citation(citing.ris(one), "application/x-research-info-systems", f"publication-{one.pk}.ris")


def _standing(request: HttpRequest, slug: str, publication_id: int) -> Publication:
    """Return a publication that was not withdrawn."""
    publication, _standing_of_reader = access.publication_for(request.user, slug, publication_id)
    if publication.withdrawn_at is not None:
        raise Http404(NO_GROUP)
    publication.version.document = publication.document
    return publication


def _citation(text: str, content_type: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(text, content_type=f"{content_type}; charset=utf-8", headers=headers)


@login_required
@require_POST
def withdraw(request: HttpRequest, slug: str, publication_id: int) -> HttpResponse:
    """Take a publication back, with a reason that everybody reads."""
    publication, standing = access.publication_for_lead(request.user, slug, publication_id)
    form = ReasonForm(request.POST)
    if form.is_valid() and attempt_with(
        form,
        lambda: services.withdraw_publication(publication, by=standing.act(), reason=form.cleaned_data["reason"]),
    ):
        messages.success(request, _("The publication is withdrawn."))
        return redirect(publication)
    return _page(request, publication, standing, form=form)
