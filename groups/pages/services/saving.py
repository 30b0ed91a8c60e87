"""Pages begun, and a whole text saved into one: from the plain form, from a file, from an earlier version."""

import hashlib
import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Conflict, DomainError
from groups.documents.models import Folder, Version
from groups.documents.services import add_words
from groups.documents.services.locking import locked_library
from groups.models import Group
from groups.pages.content import Node, blocks_of, opened
from groups.pages.content.from_markdown import parsed
from groups.pages.content.markdown import written
from groups.pages.content.merging import merged
from groups.pages.content.tree import settled
from groups.pages.content.writing import put, put_blocks
from groups.pages.models import BEGINNING, EMPTY_UPDATE, Page
from groups.pages.services.log import Write, append, content_of
from groups.standing import NotAllowed
from partners.capacity import Capacity


class Refused(DomainError):
    """The page took nothing of it."""


def text_of(page_id: int) -> str:
    """Return the page as it is now, in Markdown, with what is only suggested: what a text that is saved is merged with."""
    return written(blocks_of(opened(content_of(page_id)[1])))


def settled_text_of(page_id: int) -> str:
    """Return the page as it is while nothing that is suggested has been accepted, in Markdown: what is kept of it."""
    return written(settled(blocks_of(opened(content_of(page_id)[1]))))


@transaction.atomic
def create_page(
    group: Group,
    *,
    by: Capacity,
    key: uuid.UUID,
    title: str,
    folder: Folder | None = None,
    blocks: Sequence[Node] = (),
) -> Page:
    """Begin a page with some blocks, which are its first version. The same key gives the same page."""
    doc = opened(EMPTY_UPDATE)
    put_blocks(doc, blocks)
    version = add_words(written(blocks_of(doc)), group=group, by=by, key=key, title=title, folder=folder)
    first = {} if blocks else BEGINNING
    page, is_new = Page.objects.get_or_create(document=version.document, defaults=first)
    if is_new and blocks:
        _take(page.pk, doc.get_update(), by)
    return page


@transaction.atomic
def save_text(page: Page, *, by: Capacity, base: str, text: str) -> str:
    """Have the page say a text that was made from `base`; what others wrote since is kept. Return what it says then.

    Raises `Conflict` with the text as it is now where others changed the same place.
    """
    locked_library(page.document.group_id, by)
    _seq, content = content_of(page.pk)
    doc = opened(content)
    now = written(blocks_of(doc))
    text, base = written(parsed(text)), written(parsed(base))
    both = merged(base, text, now)
    if both is None:
        raise Conflict(
            _("Others changed the same place meanwhile. Their text stands below: put yours into it, then save."),
            current=now,
        )
    before = doc.get_state()
    put(doc, both)
    _take(page.pk, doc.get_update(before), by)
    return written(blocks_of(doc))


def _take(page_id: int, change: bytes, by: Capacity) -> None:
    """Add a change that was made here to the log, as the person's."""
    (outcome,) = append(page_id, [Write(by.user.pk, by.organisation_id, change)])
    match outcome.refused:
        case "" | "known":
            return
        case "too-large":
            raise Refused(_("The page is full. Make another one of a part of it."))
        case "gone":
            raise Conflict(_("The document was deleted meanwhile."))
        case _:
            raise NotAllowed(_("You may read here, but not write."))


def restore_version(page: Page, *, by: Capacity, number: int) -> str:
    """Have the page say again what a version says, as a change like any other; what is written at that moment is kept."""
    version = Version.objects.get(document=page.document, number=number)
    with version.open() as file:
        text = file.read().decode()
    return save_text(page, by=by, base=text_of(page.pk), text=text)


def name_version(page: Page, *, by: Capacity, key: uuid.UUID, note: str) -> Version:
    """Keep the page as it is now as a version, under a name, without what is only suggested. The same key gives the same one."""
    text = settled_text_of(page.pk)
    return add_words(text, group=page.document.group, by=by, key=key, note=note, document=page.document)


def keep_standing(page: Page, *, by: Capacity) -> None:
    """Keep the page as it is now as a version, as `name_version` does, unless its newest version says the same."""
    text = settled_text_of(page.pk)
    newest = Version.objects.filter(document=page.document).latest("number")
    if newest.sha256 != hashlib.sha256(text.encode()).hexdigest():
        add_words(text, group=page.document.group, by=by, key=uuid.uuid4(), document=page.document)
