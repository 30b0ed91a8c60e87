"""What a change holds, read without making a document of it: whose writing, from where to where.

The form is Yjs's first encoding of updates. Everything is read to its last byte, so that what is no update is refused here; and
every name in it is one that pages have, because a browser takes a part or a word out of the page for everybody where it cannot
make anything of its name.
"""

import json
import re
from dataclasses import dataclass
from typing import NamedTuple

from groups.pages.content.tree import BLOCKS, INLINE, MARKS
from groups.pages.content.tree import TEXT as TEXT_TAG
from groups.pages.protocol import Malformed, Reader, Unknown

DEEPEST = 32
ID_LEFT, ID_RIGHT, HAS_KEY = 0x80, 0x40, 0x20
GC, STRING, SKIP = 0, 4, 10
ELEMENT, TEXT = 3, 6
"""The two kinds of parts that a page is made of; of the others no browser makes anything."""

NAMED = {ELEMENT, 5}
TAGS = BLOCKS | INLINE
NEEDED = {"link": ("href",), "comment": ("id",), "insertion": ("id",), "deletion": ("id",)}
"""What a mark must say of itself."""

TWICE = re.compile(r"(.*)--[a-zA-Z0-9+/=]{8}")
"""The name of a mark of which a word may have several: the editor puts a hash behind it."""

FORMAT_MAX = 8192

Id = tuple[int, int]
AT_ROOT: Id = (-1, -1)
WORDS = "#words"
"""The place of what stands right in the page, and the name of what stands in a text."""


@dataclass(frozen=True)
class Span:
    """What one client wrote without a gap: its clocks from `start` up to, without it, `end`."""

    client: int
    start: int
    end: int


class Part(NamedTuple):
    """What one struct put where: into `parent`, or beside what stands at `beside`, into whatever that stands in.

    `name` is the tag of a part or `#text`, `WORDS` for what stands in a text, and nothing for what is gone or an attribute.
    """

    client: int
    start: int
    end: int
    beside: Id | None
    parent: Id | None
    name: str
    mark: str


@dataclass(frozen=True)
class Shape:
    """The spans of a change, and whether it takes anything away."""

    spans: tuple[Span, ...]
    deletes: bool

    @property
    def is_empty(self) -> bool:
        """Whether it changes nothing."""
        return not self.spans and not self.deletes


def shape_of(update: bytes) -> Shape:
    """Return what the change holds; raises `Malformed`, also for one that names another root than the page's, and `Unknown`."""
    reader = _Changes(update)
    spans = [span for _ in range(reader.count()) for span in reader.client()]
    deletes = reader.deletes()
    reader.end()
    return Shape(tuple(spans), deletes)


def words_of(update: bytes) -> tuple[list[str], int]:
    """Return what the change puts in, in pieces that were written in one go, and how many places it takes away."""
    reader = _Changes(update, judges=False)
    for _ in range(reader.count()):
        reader.client()
    reader.deletes()
    return [piece for piece in reader.pieces if piece.strip()], reader.taken


def parts_of(update: bytes) -> list[Part]:
    """Return what the change puts where."""
    reader = _Changes(update, judges=False)
    for _ in range(reader.count()):
        reader.client()
    return reader.parts


class _Changes(Reader):
    """Reads a change; one that is in the log already is not judged again."""

    def __init__(self, data: bytes, *, judges: bool = True) -> None:
        super().__init__(data)
        self.judges = judges
        self.pieces: list[str] = []
        self.taken = 0
        self.parts: list[Part] = []
        self._name = self._mark = ""
        # The client and clock after which the last piece goes on.
        self._last = (-1, -1)

    def count(self) -> int:
        """Read how many of something follow: no more than there are bytes left."""
        number = self.number()
        if number > len(self.data) - self.at:
            raise Malformed
        return number

    def text(self) -> str:
        try:
            return self.bytes().decode()
        except UnicodeDecodeError as error:
            raise Malformed from error

    def byte(self) -> int:
        self.at += 1
        if self.at > len(self.data):
            raise Malformed
        return self.data[self.at - 1]

    def skip(self, count: int) -> None:
        self.at += count
        if self.at > len(self.data):
            raise Malformed

    def client(self) -> list[Span]:
        structs, client, clock = self.count(), self.number(), self.number()
        spans, start = [], clock
        for _ in range(structs):
            info = self.byte()
            kind = info & 31
            if kind == SKIP:
                if clock > start:
                    spans.append(Span(client, start, clock))
                clock += self.number()
                start = clock
            else:
                end = clock + (self.gone(client, clock) if kind == GC else self.item(info, client, clock))
                clock = end
        if clock > start:
            spans.append(Span(client, start, clock))
        return spans

    def gone(self, client: int, clock: int) -> int:
        """Read of how many clocks nothing is known any more."""
        length = self.number()
        self.parts.append(Part(client, clock, clock + length, None, None, "", ""))
        return length

    def item(self, info: int, client: int, clock: int) -> int:
        """Read what one struct holds, and return how many clocks it takes."""
        left = (self.number(), self.number()) if info & ID_LEFT else None
        right = (self.number(), self.number()) if info & ID_RIGHT else None
        parent = None
        if not info & (ID_LEFT | ID_RIGHT):
            if self.number():
                if self.text() != "page":
                    raise Malformed
                parent = AT_ROOT
            else:
                parent = (self.number(), self.number())
            if info & HAS_KEY:
                self.text()
        self._name = self._mark = ""
        length = self.content(info & 31) if info & 31 != STRING else self.words(client, clock, left)
        name = "" if info & HAS_KEY else self._name
        self.parts.append(Part(client, clock, clock + length, left or right, parent, name, self._mark))
        return length

    def words(self, client: int, clock: int, left: Id | None) -> int:
        """Read a piece of text, and return how long it is."""
        self._name = WORDS
        said = self.text()
        length = len(said.encode("utf-16-le", "surrogatepass")) // 2
        if self.pieces and left == self._last:
            self.pieces[-1] += said
        else:
            self.pieces.append(said)
        self._last = (client, clock + length - 1)
        return length

    def content(self, kind: int) -> int:
        match kind:
            case 1:
                return self.number()
            case 2:
                return len([self.text() for _ in range(self.count())])
            case 3 | 5 if self.judges:
                raise Unknown
            case 3:
                self.bytes()
            case 5:
                self.text()
            case 6:
                self.mark(self.text(), self.text())
            case 7:
                self.part(self.number())
            case 8:
                count = self.count()
                for _ in range(count):
                    self.any()
                return count
            case _:
                raise Malformed
        return 1

    def part(self, kind: int) -> None:
        """Read the name of a part, where it is of a kind that has one."""
        name = self.text() if kind in NAMED else ""
        self._name = name if kind == ELEMENT else TEXT_TAG
        if self.judges and not (kind == TEXT or (kind == ELEMENT and name in TAGS)):
            raise Unknown

    def mark(self, name: str, said: str) -> None:
        """Judge a mark that begins or ends here."""
        if found := TWICE.fullmatch(name):
            name = found[1]
        self._name, self._mark = WORDS, name if said != "null" else ""
        if not self.judges:
            return
        if name not in MARKS or len(said) > FORMAT_MAX:
            raise Unknown
        try:
            value = json.loads(said)
        except (ValueError, RecursionError) as error:
            raise Malformed from error
        if value is not None and not (isinstance(value, dict) and value.keys() >= set(NEEDED.get(name, ()))):
            raise Unknown

    def any(self, depth: int = 0) -> None:
        if depth > DEEPEST:
            raise Malformed
        match self.byte():
            case 127 | 126 | 121 | 120:
                return
            case 125:
                while self.byte() >= 128:
                    pass
            case 124:
                self.skip(4)
            case 123 | 122:
                self.skip(8)
            case 119:
                self.text()
            case 118:
                for _ in range(self.count()):
                    self.text()
                    self.any(depth + 1)
            case 117:
                for _ in range(self.count()):
                    self.any(depth + 1)
            case 116:
                self.bytes()
            case _:
                raise Malformed

    def deletes(self) -> bool:
        found = False
        for _ in range(self.count()):
            self.number()
            for _ in range(self.count()):
                self.number()
                self.taken += self.number()
                found = True
        return found
