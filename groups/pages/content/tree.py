"""A page as a tree of blocks, read from its changes with bounds: whatever a client has put there, nothing here fails on it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from pycrdt import Doc, XmlElement, XmlFragment, XmlText

ROOT = "page"
DEEPEST = 24
BLOCKS = frozenset(
    "paragraph heading bullet_list ordered_list list_item blockquote code_block table table_row table_cell table_header"
    " horizontal_rule".split()
)
INLINE = frozenset({"hard_break", "footnote"})
MARKS = frozenset({"strong", "em", "code", "link", "comment", "insertion", "deletion"})
MARKS_IN_CODE = frozenset({"comment", "insertion", "deletion"})
TEXT = "#text"
"""What holds words, in the place of a tag."""

_flow = BLOCKS - {"list_item", "table_row", "table_cell", "table_header"}
_line = INLINE | {TEXT}
HOLDS = {
    ROOT: _flow,
    "paragraph": _line,
    "heading": _line,
    "bullet_list": frozenset({"list_item"}),
    "ordered_list": frozenset({"list_item"}),
    "list_item": _flow,
    "blockquote": _flow,
    "code_block": frozenset({TEXT}),
    "table": frozenset({"table_row"}),
    "table_row": frozenset({"table_cell", "table_header"}),
    "table_cell": _flow,
    "table_header": _flow,
    "footnote": frozenset({"hard_break", TEXT}),
}
"""What may stand right in what; in what is not named, nothing. The same as the editor says in `frontend/src/schema.js`."""


@dataclass(frozen=True)
class Words:
    """A run of text with its marks, each with its attributes."""

    text: str
    marks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Node:
    """A block, or something that stands in a line of text."""

    tag: str
    attrs: Mapping[str, Any] = field(default_factory=dict)
    children: tuple["Node | Words", ...] = ()

    @property
    def text(self) -> str:
        """All words in it, without what is only suggested."""
        return "".join(_texts(self))

    @property
    def is_suggested(self) -> bool:
        """Whether it is a footnote that is only suggested: all words in it are."""
        return self._all_are("insertion")

    @property
    def is_to_go(self) -> bool:
        """Whether it is a footnote that somebody would take out."""
        return self._all_are("deletion")

    def _all_are(self, mark: str) -> bool:
        words = [one for one in self.children if isinstance(one, Words)]
        return self.tag == "footnote" and bool(words) and all(mark in one.marks for one in words)

    def number(self, name: str, *, least: int = 1, most: int = 1000) -> int:
        """Return an attribute that is a number, within bounds; the least where it is none."""
        value = self.attrs.get(name)
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value[:9])
        return min(most, max(least, int(value))) if isinstance(value, int | float) and value == value else least


def settled(blocks: Iterable[Node]) -> tuple[Node, ...]:
    """Return blocks as they are while nothing that is suggested has been accepted, without suggestions and comments."""
    return tuple(_settled(block) for block in blocks)


def _settled(node: Node) -> Node:
    children: list[Node | Words] = []
    for child in node.children:
        if isinstance(child, Node):
            if not child.is_suggested:
                children.append(_settled(child))
        elif "insertion" not in child.marks:
            kept = {name: value for name, value in child.marks.items() if name not in {"deletion", "comment"}}
            children.append(Words(child.text, kept))
    return Node(node.tag, node.attrs, tuple(children))


def _texts(node: Node) -> Iterator[str]:
    for child in node.children:
        if isinstance(child, Node):
            yield " " if child.tag == "hard_break" else child.text
        elif "insertion" not in child.marks:
            yield child.text


def addresses_in(blocks: Iterable[Node]) -> Iterator[str]:
    """Give the addresses to which words in the blocks are linked, but for those that are only suggested."""
    for block in blocks:
        for child in block.children:
            if isinstance(child, Node):
                yield from addresses_in([child])
            elif "link" in child.marks and "insertion" not in child.marks:
                yield str(child.marks["link"].get("href", ""))


def opened(update: bytes) -> Doc[Any]:
    """Return the document that an update makes."""
    doc: Doc[Any] = Doc()
    root_of(doc)
    doc.apply_update(update)
    return doc


def root_of(doc: Doc[Any]) -> XmlFragment:
    """Return what holds the blocks."""
    root: XmlFragment = doc.get(ROOT, type=XmlFragment)
    return root


def blocks_of(doc: Doc[Any]) -> tuple[Node, ...]:
    """Return the blocks of a page; words that stand in no block are a paragraph."""
    return tuple(node_of(child) for child in root_of(doc).children)


def node_of(part: XmlElement | XmlText | XmlFragment, depth: int = 0) -> Node:
    """Return a block as it stands."""
    if isinstance(part, XmlText):
        return Node("paragraph", {}, tuple(words_of(part)))
    tag = str(part.tag) if isinstance(part, XmlElement) else "paragraph"
    attrs: dict[str, Any] = {}
    if isinstance(part, XmlElement):
        given: Any = part.attributes
        attrs = dict(given)
    children: list[Node | Words] = []
    for child in part.children if depth < DEEPEST else ():
        if isinstance(child, XmlText):
            children += words_of(child)
        else:
            children.append(node_of(child, depth + 1))
    return Node(tag, attrs, tuple(children))


def words_of(text: XmlText) -> Iterator[Node | Words]:
    """Return the runs of a text; a mark that may stand twice on a word has a name with a hash behind it."""
    # The library may keep words of the same marks apart.
    return joined(Words(said, _marks(attrs)) for said, attrs in text.diff() if isinstance(said, str))


def joined(parts: Iterable[Node | Words]) -> Iterator[Node | Words]:
    """Put runs together that have the same marks, and leave out empty ones."""
    for marks, alike in groupby(parts, key=lambda part: part.marks if isinstance(part, Words) else None):
        if marks is None:
            yield from alike
        elif text := "".join(part.text for part in alike if isinstance(part, Words)):
            yield Words(text, marks)


def _marks(attrs: Mapping[str, Any] | None) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for name, value in (attrs or {}).items():
        plain = name.partition("--")[0]
        if plain in MARKS and value is not None:
            found[plain] = value if isinstance(value, Mapping) else {}
    return found
