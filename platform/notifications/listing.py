"""Notices as they are listed: several about the same thing as one, the lists of a page by day, narrowed as the reader asks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

from django.http import QueryDict
from django.utils import timezone

from notifications.letters import is_talk
from notifications.models import Notice
from notifications.services import Rendered, visible

if TYPE_CHECKING:
    from accounts.models import User

SCANNED = 500
"""So many notices are looked through for those that a filter asks for."""

TALK, ASKED = "talk", "asked"
KINDS = (TALK, ASKED)
"""What people said to the reader; what is to be decided or was."""


@dataclass(frozen=True)
class Filter:
    """What the reader wants to see of their notices."""

    unread: bool = False
    kind: str = ""
    group: int = 0

    @classmethod
    def of(cls, sent: QueryDict) -> "Filter":
        """Read it from an address; what is not on offer counts as not chosen."""
        kind, group = sent.get("kind", ""), sent.get("group", "")
        is_number = group.isascii() and group.isdecimal() and len(group) < 19
        return cls(bool(sent.get("unread")), kind if kind in KINDS else "", int(group) if is_number else 0)

    @property
    def is_narrow(self) -> bool:
        """Whether anything is left out."""
        return bool(self.unread or self.kind or self.group)

    def takes(self, notice: Notice, words: Rendered) -> bool:
        """Whether the reader wants to see this one."""
        if self.unread and notice.read_at:
            return False
        if self.kind and is_talk(notice.kind) != (self.kind == TALK):
            return False
        return not self.group or words.group_id == self.group


@dataclass
class Line:
    """One line of a list: a notice, or several of one kind about the same thing; the words and the way are the newest's."""

    notice: Notice
    words: Rendered
    others: list[Notice] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many notices it stands for."""
        return 1 + len(self.others)

    @property
    def text(self) -> str:
        """What it says."""
        return self.words.together(self.count) if self.others and self.words.together else self.words.text

    @property
    def is_unread(self) -> bool:
        """Whether it tells of anything new: read and unread notices share no line."""
        return self.notice.read_at is None

    @property
    def ids(self) -> str:
        """The notices it stands for, as a form sends them."""
        return ",".join(str(one.pk) for one in (self.notice, *self.others))


@dataclass
class Day:
    """What was told on one day of the reader's."""

    day: date
    lines: list[Line] = field(default_factory=list)

    @property
    def unread_ids(self) -> str:
        """Everything unread of the day, as a form sends it."""
        return ",".join(line.ids for line in self.lines if line.is_unread)


def listed(shown: Iterable[tuple[Notice, Rendered]]) -> list[Line]:
    """Return the lines for these notices, newest first; those of one day, kind and thing, all read or all unread, are one."""
    lines: dict[tuple[object, ...], Line] = {}
    for notice, words in shown:
        same = (notice.kind, words.about) if words.about and words.together else (notice.pk,)
        key = (timezone.localdate(notice.created_at), notice.read_at is None, *same)
        if line := lines.get(key):
            line.others.append(notice)
        else:
            lines[key] = Line(notice, words)
    return list(lines.values())


def by_day(lines: Sequence[Line]) -> list[Day]:
    """Return the lines by the day on which they were told, in the reader's time zone."""
    days: dict[date, Day] = {}
    for line in lines:
        day = timezone.localdate(line.notice.created_at)
        days.setdefault(day, Day(day)).lines.append(line)
    return list(days.values())


def page_of(
    user: "User", wanted: Filter, *, before: Notice | None, size: int
) -> tuple[list[tuple[Notice, Rendered]], bool]:
    """Return up to `size` notices that the reader may see and wants, and whether older ones follow."""
    notices = Notice.objects.of(user)
    if wanted.unread:
        notices = notices.unread()
    found = islice(visible(notices.before(before) if before else notices, user), SCANNED if wanted.is_narrow else None)
    shown = list(islice((one for one in found if wanted.takes(*one)), size + 1))
    return shown[:size], len(shown) > size


def groups_in(shown: Iterable[tuple[Notice, Rendered]]) -> list[tuple[int, str]]:
    """Return the groups that these notices are about, by name."""
    names = {words.group_id: words.group_name for _notice, words in shown if words.group_id}
    return sorted(names.items(), key=lambda one: one[1].casefold())
