"""The text of documents in the search: page by page, after the preview was made."""

from collections.abc import Callable
from functools import partial

from django.db import transaction

from groups.documents.models import Document, PreviewPage, Written
from search.services import keep_parts, put_all

PORTION = 20
"""Pages written by one transaction: on SQLite, nobody else writes meanwhile."""


def index_pages(document_id: int) -> None:
    """Have the pages of the newest version found, and none of an older one.

    Each portion is written under the lock of the document's row, as it is then: a document that is deleted, or that has got
    another version meanwhile, is left to whoever did so.
    """
    document = Document.objects.select_related("latest").filter(pk=document_id).first()
    if document is None or document.is_red or not document.cards():
        return
    if document.is_page:
        _write(document, partial(_put_written, document))
        return
    pages = PreviewPage.objects.filter(preview__version=document.latest_id).exclude(text="").order_by("number")
    numbers = [0]
    portion = list(pages[:PORTION])
    while portion:
        cards = [document.card(page.number, page.text).ready() for page in portion]
        numbers += [page.number for page in portion]
        if not _write(document, partial(put_all, cards)):
            return
        portion = list(pages.filter(number__gt=numbers[-1])[:PORTION])
    _write(document, partial(keep_parts, Document.KIND, document.pk, numbers))


def _put_written(document: Document) -> None:
    """Have the words of a page found as they are now, and none of its versions: they would be found twice."""
    written = Written.objects.filter(document=document).exclude(text="").first()
    if written is not None:
        put_all([document.card(1, written.text).ready()])
    keep_parts(Document.KIND, document.pk, [0, 1] if written else [0])


def _write(document: Document, write: Callable[[], None]) -> bool:
    """Write, unless the document is another one by now."""
    with transaction.atomic():
        now = Document.objects.select_for_update(no_key=True).filter(pk=document.pk, deleted_at=None).first()
        if now is None or _state(now) != _state(document):
            return False
        write()
        return True


def _state(document: Document) -> tuple[object, ...]:
    """Return what its pages in the search depend on."""
    return document.latest_id, document.changed_at, document.mark, document.record_version, document.reach
