"""A page as a file: given out in several forms, and begun from one."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.html import escape
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from groups.documents.access import NO_DOCUMENT
from groups.documents.names import attachment, clean_file_name
from groups.documents.views.files import inert
from groups.pages import access, services
from groups.pages.content import Node, blocks_of, opened
from groups.pages.content.docx import file_of
from groups.pages.content.html import Writer
from groups.pages.content.markdown import written
from groups.pages.content.tree import settled

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
    page, _library = access.page_for_reader(request.user, slug, document_id)
    if form not in FORMS:
        raise Http404(NO_DOCUMENT)
    content_type, make = FORMS[form]
    blocks = settled(blocks_of(opened(services.content_of(page.pk)[1])))
    response = HttpResponse(make(page.document.title, blocks))
    response["Content-Disposition"] = attachment(clean_file_name(f"{page.document.title}.{form}"))
    inert(response, content_type)
    return response
