"""The log of a page: changes are added to it, each in the capacity of who made it, and read from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from pycrdt import Doc, merge_updates

from accounts.models import User
from core.prepared import prepared
from core.realtime.bell import send_on_commit
from core.rows import Inserted, Updated
from core.statements import at_once
from groups.documents.access import NO_DOCUMENT
from groups.documents.models import Document
from groups.models import Group
from groups.pages.access import rights_in
from groups.pages.changes import Shape, shape_of
from groups.pages.channels import page_channel
from groups.pages.models import Page, Update
from groups.pages.protocol import clocks, state_of
from groups.standing import Standing, seats_where

if TYPE_CHECKING:
    from django.db.models import QuerySet

UPDATE_MAX = 512 * 1024
PAGE_MAX = 16 * 1024**2
"""Bytes of one change, and of a page with its log."""


@dataclass(frozen=True)
class Write:
    """A change that a person wants to make, for the organisation named, or the first they write for here."""

    user_id: int
    organisation_id: int | None
    data: bytes


NEVER = (-1, -1)
"""What no rights were asked under."""


@dataclass(frozen=True)
class Outcome:
    """What became of a change: `seq` and `at` where it is in the log now, else why not. `asked` names the rights of then.

    `known` is one that says nothing new, `gap` one that goes on from something that never came.
    """

    refused: str = ""
    seq: int = 0
    at: datetime | None = None
    asked: tuple[int, int] = NEVER


# A document never leaves its group, so the group that is locked is the one whose rights are judged.
_group = prepared(
    lambda page: Group.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=_group_of(page)).order_by()
)
_page = prepared(
    lambda page: (
        Page.objects.select_for_update(no_key=True, of=("self",))
        .defer("snapshot")
        .select_related("document__folder")
        .filter(pk=page)
    )
)
_active = prepared(lambda ids: User.objects.filter(pk__among=ids, is_active=True), lists=("ids",))
_seats = prepared(
    lambda users, page: seats_where(user__among=users, membership__group__in=_group_of(page)), lists=("users",)
)
_adding = Inserted(Update)
_keeping = Updated(Page, ["head", "state", "size", "written_at"])


def _group_of(page: int) -> "QuerySet[Document, Any]":
    return Document.objects.filter(pk=page).order_by().values("group")


@transaction.atomic
def append(page_id: int, writes: Sequence[Write]) -> list[Outcome]:
    """Add changes to the log, all in one transaction, each judged as things are now under the lock of the group."""
    people = {one.user_id for one in writes}
    # One trip; whatever is judged by is read after the locks were got.
    groups, pages, active, seats = at_once(
        _group.with_(page_id), _page.with_(page_id), _active.with_(people), _seats.with_(people, page_id)
    )
    if not groups or not pages:
        raise Http404(NO_DOCUMENT)
    (group,), (page,) = groups, pages
    document = page.document if page.document.is_present else None
    standings = Standing.of_many([(one, group) for one in active], seats) if document else {}
    log = _Log(page, document, standings)
    outcomes = [log.take(one) for one in writes]
    if log.rows:
        page.state = state_of(log.reached)
        page.written_at = log.at
        at_once(*_adding.each(log.rows), *_keeping.each([page]))
        moved = {"type": "page.moved", "page": page.pk, "seq": page.head}
        send_on_commit(page_channel(page.pk), moved, newest_of=page.pk)
    return outcomes


class _Log:
    """One round of changes, as the page is after each."""

    def __init__(self, page: Page, document: Document | None, standings: dict[tuple[int, int], Standing]) -> None:
        self.page, self.document = page, document
        self.standings = {user: standing for (user, _group), standing in standings.items()}
        self.rights = rights_in(document, self.standings.values()) if document else {}
        self.reached = clocks(bytes(page.state))
        self.at = timezone.now()
        self.rows: list[Update] = []

    def take(self, write: Write) -> Outcome:
        """Judge one change, and number it where it may come in."""
        right = self.rights.get(write.user_id)
        if right is None:
            return Outcome("gone")
        if not right.may_write:
            return Outcome("read-only")
        shape = shape_of(write.data)
        if any(span.start > self.reached.get(span.client, 0) for span in shape.spans):
            return Outcome("gap")
        if not self._is_news(shape, write.data):
            return Outcome("known")
        if len(write.data) > UPDATE_MAX or self.page.size + len(write.data) > PAGE_MAX:
            return Outcome("too-large")
        for span in shape.spans:
            self.reached[span.client] = max(span.end, self.reached.get(span.client, 0))
        self.page.head += 1
        self.page.size += len(write.data)
        row = Update(page=self.page, seq=self.page.head, data=write.data, created_at=self.at)
        capacities = self.standings[write.user_id].capacities
        row.speak_as(next((one for one in capacities if one.organisation_id == write.organisation_id), capacities[0]))
        self.rows.append(row)
        assert self.document is not None
        return Outcome(seq=row.seq, at=self.at, asked=(self.page.rights, self.document.reach))

    def _is_news(self, shape: Shape, data: bytes) -> bool:
        """Whether it adds anything. Who comes back says again all that was ever taken away: that is looked at closely."""
        if any(span.end > self.reached.get(span.client, 0) for span in shape.spans):
            return True
        if not shape.deletes:
            return False
        _seq, content = content_of(self.page.pk)
        doc: Doc = Doc()
        doc.apply_update(merge_updates(content, *(bytes(row.data) for row in self.rows)))
        before = doc.get_update()
        doc.apply_update(data)
        return bool(doc.get_update() != before)


def content_of(page_id: int) -> tuple[int, bytes]:
    """Return the whole page as one update, and the number of the newest change in it."""
    while True:
        page = Page.objects.filter(pk=page_id).first()
        if page is None:
            raise Http404(NO_DOCUMENT)
        seq, rows = changes_after(page_id, page.snapshot_seq)
        # Where the log was put together between the two questions, its beginning is missing: ask again.
        if seq is not None and seq >= page.head:
            return seq, merge_updates(bytes(page.snapshot), *rows) if rows else bytes(page.snapshot)


def changes_after(page_id: int, seq: int) -> tuple[int | None, list[bytes]]:
    """Return the changes after a number, and the number of the last; None where some of them are no longer in the log."""
    found = Update.objects.filter(page=page_id, seq__gt=seq).order_by("seq").values_list("seq", "data")
    rows = [(number, bytes(data)) for number, data in found]
    if rows and rows[0][0] != seq + 1:
        return None, []
    return (rows[-1][0] if rows else seq), [data for _, data in rows]
