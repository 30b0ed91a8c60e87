"""The text of documents in the search: page by page, after the preview was made."""

from collections.abc import Callable
from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from groups.documents.models import Document, PreviewPage, Written
from search.services import keep_parts, put_all

PORTION = 20
"""Pages written by one transaction: on SQLite, nobody else writes meanwhile."""

TRIES = 5
"""How often one that is changed again and again meanwhile is begun anew."""


def index_pages(document_id: int) -> None:
    """Have the pages of the newest version found, and none of an older one. Doing it twice changes nothing.

    Each portion is written under the lock of the document's row, as it is then. A document that was moved or described anew
    meanwhile is begun anew; one that is deleted, or that has got another version, is left to whoever did so.
    """
    document = _standing(document_id)
    for _try in range(TRIES):
        if document is None or _index(document):
            return
        before, document = document.latest_id, _standing(document_id)
        if document is None or document.latest_id != before:
            return


def _standing(document_id: int) -> Document | None:
    """Return the document as it is now, None where nothing of what is in it may be found."""
    document = Document.objects.select_related("latest").filter(pk=document_id).first()
    return document if document and not document.is_red and document.cards() else None


def _index(document: Document) -> bool:
    """Write its pages; return False, having written some of them, where it is another one meanwhile."""
    if document.is_page:
        return _write(document, partial(_put_written, document))
    pages = PreviewPage.objects.filter(preview__version=document.latest_id).exclude(text="").order_by("number")
    portion = list(pages[:PORTION])
    while portion:
        cards = [document.card(page.number, page.text).ready() for page in portion]
        if not _write(document, partial(put_all, cards)):
            return False
        portion = list(pages.filter(number__gt=portion[-1].number)[:PORTION])
    return _write(document, partial(_keep, document, pages))


def _keep(document: Document, pages: QuerySet[PreviewPage]) -> None:
    """Let other pages be found no more. Which there are is asked now, under the lock: others may have made them meanwhile."""
    keep_parts(Document.KIND, document.pk, [0, *pages.values_list("number", flat=True)])


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
