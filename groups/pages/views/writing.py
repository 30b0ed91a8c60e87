"""A page as it is read and written: by everybody at once in the browser, and by a plain form without a script."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import Conflict, DomainError
from groups.documents import access as library_access
from groups.documents.library import Library
from groups.documents.views.frame import address, form_page, framed, whole_number
from groups.pages import access, services
from groups.pages.content import blocks_of, opened
from groups.pages.content.fonts import has_fonts
from groups.pages.content.from_markdown import parsed
from groups.pages.content.html import rendered
from groups.pages.content.markdown import written
from groups.pages.forms import NameForm, NewPageForm, WriteForm
from groups.pages.live.places import colour_of
from groups.pages.models import Page
from groups.pages.views.comments import listed

either = require_http_methods(["GET", "HEAD", "POST"])


@either
def page_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin a page."""
    library = library_access.library_for_writer(request.user, slug)
    place = library_access.folder_to_fill(library, whole_number(request.GET.get("folder", "")))
    form = NewPageForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        library=library,
        initial={"folder": place.pk if place else "", "outline": request.GET.get("outline", "")},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            page = services.create_page(
                library.group,
                by=form.capacity,
                key=data["key"],
                title=data["title"],
                folder=data["folder"],
                blocks=data["file"] or parsed(form.begins_with),
            )
            return redirect("pages:write", slug, page.pk)
        except DomainError as refusal:
            form.add_error("title", refusal.message)
    form.ask_for_file()
    context = framed(library, place, form=form, back=address(library, place))
    return render(request, "pages/new.html", context, status=422 if form.errors else 200)


@either
def write(request: HttpRequest, slug: str, document_id: int) -> HttpResponse:
    """Show a page to who reads it, and to who writes in it a form; saved against the text it was opened on."""
    page, library = access.page_for_reader(request.user, slug, document_id)
    if request.method != "POST":
        return render(request, "pages/write.html", write_context(request, page, library))
    page, library = access.page_for_writer(request.user, slug, document_id)
    form = WriteForm(request.POST, library=library)
    current = None
    if form.is_valid():
        data = form.cleaned_data
        try:
            services.save_text(page, by=form.capacity, base=data["base"], text=data["text"])
            messages.success(request, _("Saved. What others wrote meanwhile is in it too."))
            return redirect(request.get_full_path())
        except Conflict as conflict:
            current = str(conflict.current) if conflict.current is not None else None
            form.add_error("text", conflict.message)
            if current is not None:
                # Saving again replaces what is shown beside: that is a choice then.
                form.data = {**request.POST.dict(), "base": current}
        except DomainError as refusal:
            form.add_error("text", refusal.message)
    context = write_context(request, page, library, form=form, current=current)
    return render(request, "pages/write.html", context, status=409 if current is not None else 422)


def write_context(request: HttpRequest, page: Page, library: Library, **more: Any) -> dict[str, Any]:
    """Return what the page of a page shows."""
    document, standing = page.document, library.standing
    blocks = blocks_of(opened(services.content_of(page.pk)[1]))
    text = written(blocks)
    may_write = library.may_write_to(document)
    speaks = _speaks_for(request, library)
    return framed(
        library,
        document.folder,
        document=document,
        html=rendered(blocks),
        is_blank=not text,
        may_write=may_write,
        may_comment=may_write and standing.may_post,
        with_pdf=has_fonts(),
        socket=f"/ws/pages/{page.pk}/" + (f"?{urlencode({'as': speaks})}" if speaks else ""),
        speaks=speaks,
        colour=colour_of(request.user.pk or 0),
        comments=reverse("pages:comments", args=[library.group.slug, page.pk]),
        remarks=listed(page, library),
        **{
            "form": WriteForm(library=library, initial={"text": text, "base": text}) if may_write else None,
            "naming": NameForm(library=library, auto_id="name_%s") if may_write else None,
            **more,
        },
    )


def _speaks_for(request: HttpRequest, library: Library) -> int | None:
    """Return for which organisation the person writes where they have several: the one the address names, or the first."""
    if not request.user.is_authenticated:
        return None
    organisations = [one.organisation_id for one in library.standing.capacities]
    named = whole_number(request.GET.get("as", ""))
    if len(organisations) < 2:
        return None
    return named if named in organisations else organisations[0]


@require_POST
def name(request: HttpRequest, slug: str, document_id: int) -> HttpResponse:
    """Keep the page as it is now as a version."""
    page, library = access.page_for_writer(request.user, slug, document_id)
    form = NameForm(request.POST, library=library, auto_id="name_%s")
    if form.is_valid():
        try:
            version = services.name_version(
                page, by=form.capacity, key=form.cleaned_data["key"], note=form.cleaned_data["note"]
            )
            messages.success(request, _("Version %(number)d is kept.") % {"number": version.number})
            return redirect(page.document)
        except DomainError as refusal:
            form.add_error("note", refusal.message)
    return form_page(
        request,
        library,
        page.document.folder,
        form,
        title=_("Keep a version"),
        action=_("Keep it"),
        back=reverse("pages:write", args=[slug, page.pk]),
    )


@require_POST
def restore(request: HttpRequest, slug: str, document_id: int, number: int) -> HttpResponse:
    """Have the page say again what one of its versions says."""
    page, library = access.page_for_writer(request.user, slug, document_id)
    version = library_access.version_of(page.document, number)
    try:
        services.restore_version(page, by=library.standing.capacities[0], number=version.number)
        messages.success(request, _("The page says again what version %(number)d says.") % {"number": number})
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return redirect("pages:write", slug, page.pk)
