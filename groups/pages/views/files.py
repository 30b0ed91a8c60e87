"""A page as a file: given out in several forms, and begun from one."""

import hashlib
from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.errors import DomainError
from groups.bylines import bylines
from groups.documents.access import NO_DOCUMENT
from groups.documents.library import Library
from groups.documents.names import attachment, file_name_of
from groups.documents.views.files import inert
from groups.pages import access, services
from groups.pages.content import Node, blocks_of, opened
from groups.pages.content.docx import file_of
from groups.pages.content.html import Writer
from groups.pages.content.markdown import written
from groups.pages.content.tree import settled
from groups.pages.models import Page

Blocks = tuple[Node, ...]
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def as_html(title: str, blocks: Blocks) -> bytes:
    """Return the page as one HTML file without anything that runs or is loaded."""
    body = Writer(suggestions=False).page(blocks)
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    return (
        f'<!doctype html>\n<html lang="{escape(get_language() or "en")}">\n<head>{head}</head>\n'
        f'<body>\n<h1 dir="auto">{escape(title)}</h1>\n{body}\n</body>\n</html>\n'
    ).encode()


def as_markdown(title: str, blocks: Blocks) -> bytes:
    """Return the page in Markdown, without its title: it is the one a page can be begun from."""
    return written(blocks).encode()


FORMS: dict[str, tuple[str, Callable[[str, Blocks], bytes]]] = {
    "docx": (WORD, file_of),
    "md": ("text/markdown; charset=utf-8", as_markdown),
    "html": ("text/html; charset=utf-8", as_html),
}


@require_safe
def export(request: HttpRequest, slug: str, document_id: int, form: str) -> HttpResponse:
    """Give the page as it is now as a file; what is only suggested is not in it."""
    page, library = access.page_for_reader(request.user, slug, document_id)
    title, blocks = page.document.title, settled(blocks_of(opened(services.content_of(page.pk)[1])))
    if form in FORMS:
        content_type, make = FORMS[form]
        body = make(title, blocks)
    elif form == "pdf":
        from groups.pages.content import pdf  # large, and needed by who asks for one only

        content_type = "application/pdf"
        try:
            body = pdf.file_of(title, blocks, _about(page, library, written(blocks)))
        except DomainError as refusal:
            messages.error(request, refusal.message)
            return redirect("pages:write", slug, document_id)
    else:
        raise Http404(NO_DOCUMENT)
    response = HttpResponse(body)
    response["Content-Disposition"] = attachment(file_name_of(title, form))
    inert(response, content_type)
    return response


def _about(page: Page, library: Library, text: str) -> list[str]:
    """Return what stands below the title on paper: who began it, which version it is, and by which hash one knows it again."""
    document = page.document
    newest = document.latest
    assert newest is not None
    begun, kept = bylines([document, newest], library.standing)
    digest = hashlib.sha256(text.encode()).hexdigest()
    day = date_format(timezone.localtime(newest.created_at), "DATE_FORMAT")
    about = {"number": newest.number, "who": kept, "date": day}
    if digest == newest.sha256:
        which = _("Version %(number)d, kept by %(who)s on %(date)s") % about
    else:
        about["now"] = date_format(timezone.localtime(), "DATETIME_FORMAT")
        which = _("As it stood on %(now)s, after version %(number)d of %(date)s") % about
    return [
        _("Begun by %(who)s, in %(group)s") % {"who": begun, "group": document.group.name},
        which,
        _("SHA-256 of its text in Markdown: %(hash)s") % {"hash": digest},
    ]
