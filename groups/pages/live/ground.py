"""Whether what a change puts into a page may stand there: a cell in a row, words in a text, no footnote in a footnote.

A change names where it puts something by what stands beside it, so one has to know what stands where in the page. That is
read once for a page that is open, when somebody writes, and added to by every change, of other processes too. What was put
somewhere stays what it is and where it is: what was told first holds, and where something is missing, the log is asked for more.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict, deque
from collections.abc import Sequence

from groups.pages.changes import AT_ROOT, WORDS, Id, Part, parts_of
from groups.pages.content.tree import HOLDS, MARKS_IN_CODE, ROOT, TEXT
from groups.pages.services import changes_after, content_of

HEARD_MAX = 1000
"""Times of hearing that wait for somebody to write here; of more, the last: then the log is asked again."""


class Ground:
    """What stands where in one page, as far as this process was told."""

    def __init__(self, page: int) -> None:
        self.page = page
        self.seq = -1
        self._heard: deque[tuple[int, int, Sequence[bytes]]] = deque(maxlen=HEARD_MAX)
        # Whether it holds what nobody but the log has told.
        self.is_from_log = True
        self._starts: dict[int, list[int]] = defaultdict(list)
        self._parts: dict[int, list[Part]] = defaultdict(list)
        self._parents: dict[Id, Id | None] = {}
        # What leads to something that is not known: looked up once, until more is told.
        self._nowhere: set[Id] = set()

    def hear(self, after: int, seq: int, rows: Sequence[bytes]) -> None:
        """Note what the log has after a number, up to another: who has it anyway tells, from any thread."""
        self._heard.append((after, seq, rows))

    def takes(self, update: bytes) -> bool:
        """Whether everything in a change may stand where it is put; only then is it known here."""
        parts = parts_of(update)
        if self.seq < 0:
            self._read()
        self._take_in()
        added = self._add(parts)
        if not all(self._knows(part) for part in parts):
            self._read()
        fits = all(self._fits(part) for part in parts)
        if fits:
            self.is_from_log = False
        else:
            self._forget(added)
        return fits

    def _take_in(self) -> None:
        """Add what was heard, as far as nothing is missing before it."""
        while self._heard:
            after, seq, rows = self._heard.popleft()
            if after <= self.seq < seq:
                for row in rows:
                    self._add(parts_of(row))
                self.seq = seq

    def _read(self) -> None:
        """Add what the log has since it was last asked."""
        seq, rows = (None, []) if self.seq < 0 else changes_after(self.page, self.seq)
        if seq is None:
            seq, content = content_of(self.page)
            rows = [content]
        self.seq = seq
        for row in rows:
            self._add(parts_of(row))

    def _add(self, parts: Sequence[Part]) -> list[Id]:
        """Add what is not known yet, and return where it begins."""
        self._nowhere.clear()
        added: list[Id] = []
        for part in parts:
            starts, known = self._starts[part.client], self._parts[part.client]
            at, to = bisect_right(starts, part.start), bisect_left(starts, part.end)
            first = max(part.start, known[at - 1].end) if at else part.start
            # Before what is known already and after it: none ever lies inside another.
            new = [(to, known[to - 1].end, part.end), (at, first, starts[at])] if to > at else [(at, first, part.end)]
            for place, start, end in new:
                if start < end:
                    starts.insert(place, start)
                    known.insert(place, _from(part, start, end))
                    added.append((part.client, start))
        return added

    def _forget(self, added: Sequence[Id]) -> None:
        self._nowhere.clear()
        for client, start in reversed(added):
            at = bisect_left(self._starts[client], start)
            del self._starts[client][at], self._parts[client][at]
            self._parents.pop((client, start), None)

    def _at(self, place: Id) -> Part | None:
        client, clock = place
        at = bisect_right(self._starts.get(client, ()), clock)
        part = self._parts[client][at - 1] if at else None
        return part if part and clock < part.end else None

    def _parent(self, part: Part) -> tuple[Id | None, bool]:
        """Return in what something stands, and whether that is known: of what is gone it is known that nobody knows."""
        passed: list[Id] = []
        seen: set[Id] = set()
        one: Part | None = part
        found: Id | None = None
        while one is not None:
            key = (one.client, one.start)
            if key in self._parents:
                found = self._parents[key]
                break
            if key in self._nowhere or key in seen:
                one = None
                break
            seen.add(key)
            passed.append(key)
            if one.beside is None:
                found = one.parent
                break
            one = self._at(one.beside)
        if one is None:
            self._nowhere.update(passed)
            return None, False
        self._parents.update(dict.fromkeys(passed, found))
        return found, True

    def _knows(self, part: Part) -> bool:
        parent, known = self._parent(part)
        return known and (parent is None or parent == AT_ROOT or self._at(parent) is not None)

    def _name(self, place: Id | None) -> str | None:
        """Return the tag of what stands at a place; None where that is not known, or gone."""
        if place == AT_ROOT:
            return ROOT
        part = self._at(place) if place else None
        return part.name or None if part else None

    def _fits(self, part: Part) -> bool:
        if not part.name:
            return True
        parent, _known = self._parent(part)
        holder = self._name(parent)
        if holder is None:
            return True
        if part.name != WORDS:
            return part.name in HOLDS.get(holder, ())
        if holder != TEXT:
            return False
        text = self._at(parent) if parent else None
        block = self._name(self._parent(text)[0]) if text and part.mark else None
        return block != "code_block" or part.mark in MARKS_IN_CODE


def _from(part: Part, start: int, end: int) -> Part:
    """Return a piece of what one struct put: it stands beside what it goes on from."""
    beside, parent = (part.beside, part.parent) if start == part.start else ((part.client, start - 1), None)
    return part._replace(start=start, end=end, beside=beside, parent=parent)
