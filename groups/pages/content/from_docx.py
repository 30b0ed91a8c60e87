"""Word files as pages: headings, lists, tables, links, notes and emphasis are taken; everything else leaves its words."""

import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from django.utils.translation import gettext as _

from core.errors import DomainError
from groups.documents.reading.xml import Token, What, tokens
from groups.pages.content.from_markdown import LONGEST, TooLong
from groups.pages.content.tree import Node, Words, joined

MOST_TOKENS = 1_500_000
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError),
    *(ParseError, DefusedXmlException, ValueError, LookupError),
)
"""What reading a damaged file comes to: an archive, what is packed in it, its XML, and the encoding that this names."""


Ordered = Mapping[str, Mapping[int, bool]]
"""Which lists count, by their id and level."""


class Unreadable(DomainError):
    """The file is none that can be read."""


@dataclass
class _Paragraph:
    style: str = ""
    list_id: str = ""
    level: int = 0
    parts: list[Node | Words] = field(default_factory=list)


@dataclass
class _Table:
    rows: list[list[list[_Paragraph]]] = field(default_factory=list)


@dataclass
class _Words:
    """How the run that is read is written."""

    marks: dict[str, Any] = field(default_factory=dict)


def read(file: IO[bytes]) -> tuple[Node, ...]:
    """Return the blocks of a Word file; raises `Unreadable`, or `TooLong`."""
    try:
        with zipfile.ZipFile(file) as archive:
            if "word/document.xml" not in archive.namelist():
                raise Unreadable(_("This is no Word file (.docx)."))
            links = _links(archive)
            notes = _notes(archive)
            ordered = _ordered(archive)
            body = list(_Body(_counted(archive, "word/document.xml"), links, notes).read())
    except DAMAGED as error:
        raise Unreadable(_("The file is damaged, or no Word file (.docx).")) from error
    return tuple(_blocks(body, ordered))


def _counted(archive: zipfile.ZipFile, name: str) -> Iterator[Token]:
    for count, token in enumerate(tokens(archive, name)):
        if count > MOST_TOKENS:
            raise TooLong(_("This is longer than a page holds. Make several of it."))
        yield token


def _links(archive: zipfile.ZipFile) -> dict[str, str]:
    found = {}
    for what, name, attrs in _counted(archive, "word/_rels/document.xml.rels"):
        if what == What.START and name == RELATION and attrs.get("TargetMode") == "External":
            found[attrs.get("Id", "")] = attrs.get("Target", "")
    return found


def _notes(archive: zipfile.ZipFile) -> dict[str, str]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    at = ""
    in_text = False
    length = 0
    for what, name, attrs in _counted(archive, "word/footnotes.xml"):
        if what == What.START:
            at = attrs.get(f"{W}id", "") if name == f"{W}footnote" else at
            in_text = name == f"{W}t"
        elif what == What.END:
            in_text = False
        elif in_text:
            length = _longer(length, name)
            found[at].append(name)
    return {at: "".join(parts) for at, parts in found.items()}


def _longer(length: int, text: str) -> int:
    """Return the length with a text more; raises `TooLong` where no page holds it."""
    length += len(text)
    if length > LONGEST:
        raise TooLong(_("This is longer than a page holds. Make several of it."))
    return length


def _ordered(archive: zipfile.ZipFile) -> Ordered:
    kinds: defaultdict[str, dict[int, bool]] = defaultdict(dict)
    lists: dict[str, str] = {}
    abstract, level, number = "", 0, ""
    for what, name, attrs in _counted(archive, "word/numbering.xml"):
        if what != What.START:
            continue
        value = attrs.get(f"{W}val", "")
        match name.removeprefix(W):
            case "abstractNum":
                abstract = attrs.get(f"{W}abstractNumId", "")
            case "lvl":
                level = _whole(attrs.get(f"{W}ilvl", "0"))
            case "numFmt":
                kinds[abstract].setdefault(level, value not in {"bullet", "none"})
            case "num":
                number = attrs.get(f"{W}numId", "")
            case "abstractNumId":
                lists[number] = value
    return {number: kinds[one] for number, one in lists.items() if one in kinds}


def _whole(text: str) -> int:
    return min(8, int(text)) if text.isascii() and text.isdigit() and len(text) < 4 else 0


class _Body:
    """Reads the body as paragraphs and tables; a table in a table leaves its words in the cell around it."""

    def __init__(self, source: Iterator[Token], links: dict[str, str], notes: dict[str, str]) -> None:
        self.source, self.links, self.notes = source, links, notes
        self.length = 0

    def read(self) -> Iterator[_Paragraph | _Table]:
        table: _Table | None = None
        depth = 0
        paragraph = _Paragraph()
        run = _Words()
        link = ""
        in_text = deleted = False
        for what, name, attrs in self.source:
            if what == What.TEXT:
                if in_text and not deleted:
                    self.length = _longer(self.length, name)
                    marks = {**run.marks, **({"link": {"href": link}} if link else {})}
                    paragraph.parts.append(Words(name, marks))
                continue
            tag, opens = name.removeprefix(W), what == What.START
            match tag:
                case "tbl":
                    depth += 1 if opens else -1
                    if opens and depth == 1:
                        table = _Table()
                    elif not opens and depth == 0 and table is not None:
                        yield table
                        table = None
                case "tr" if opens and depth == 1 and table is not None:
                    table.rows.append([])
                case "tc" if opens and depth == 1 and table is not None and table.rows:
                    table.rows[-1].append([])
                case "p" if opens:
                    paragraph, run = _Paragraph(), _Words()
                case "p":
                    if table is None:
                        yield paragraph
                    elif table.rows and table.rows[-1]:
                        table.rows[-1][-1].append(paragraph)
                case "r" if opens:
                    run = _Words()
                case "t":
                    in_text = opens
                case "del":
                    deleted = opens
                case "hyperlink":
                    link = self.links.get(attrs.get(f"{R}id", ""), "") if opens else ""
                case "footnoteReference" if opens:
                    if note := self.notes.get(attrs.get(f"{W}id", ""), "").strip():
                        self.length = _longer(self.length, note)
                        paragraph.parts.append(Node("footnote", {}, (Words(note),)))
                case _ if opens:
                    self._about(tag, attrs.get(f"{W}val", ""), paragraph, run)
                case _:
                    pass

    def _about(self, tag: str, value: str, paragraph: _Paragraph, run: _Words) -> None:
        match tag:
            case "pStyle":
                paragraph.style = value
            case "numId":
                paragraph.list_id = value if value != "0" else ""
            case "ilvl":
                paragraph.level = _whole(value)
            case "b" | "i" if value not in {"0", "false"}:
                run.marks["strong" if tag == "b" else "em"] = {}
            case "rStyle" if "code" in value.lower():
                run.marks["code"] = {}
            case "br":
                paragraph.parts.append(Node("hard_break"))
            case "tab":
                paragraph.parts.append(Words(" "))
            case _:
                pass


def _blocks(body: list[_Paragraph | _Table], ordered: Ordered) -> Iterator[Node]:
    items: list[_Paragraph] = []
    code: list[str] = []
    for one in [*body, None]:
        is_item = isinstance(one, _Paragraph) and bool(one.list_id) and not _heading(one.style)
        if items and not is_item:
            yield from _lists(items, ordered)
            items = []
        is_code = isinstance(one, _Paragraph) and one.style.lower() in {"code", "htmlpreformatted"}
        if code and not is_code:
            yield Node("code_block", {}, (Words("\n".join(code)),) if any(code) else ())
            code = []
        if isinstance(one, _Table):
            yield _table(one)
        elif isinstance(one, _Paragraph):
            if is_item:
                items.append(one)
            elif is_code:
                code.append("".join(part.text for part in one.parts))
            elif block := _paragraph(one):
                yield block


def _heading(style: str) -> int:
    name = style.lower().replace(" ", "")
    for word in ("heading", "title", "titre", "ttulo", "überschrift", "berschrift"):
        rest = name.removeprefix(word)
        if rest != name and (not rest or rest.isdecimal()):
            return min(4, int(rest[:2])) if rest and int(rest[:2]) else 1
    return 0


def _paragraph(one: _Paragraph) -> Node | None:
    parts = tuple(joined(one.parts))
    if not any(isinstance(part, Node) or part.text.strip() for part in parts):
        return None
    if level := _heading(one.style):
        plain = [_not_strong(part) if isinstance(part, Words) else part for part in parts]
        return Node("heading", {"level": level}, tuple(joined(plain)))
    paragraph = Node("paragraph", {}, parts)
    return Node("blockquote", {}, (paragraph,)) if "quote" in one.style.lower() else paragraph


def _not_strong(words: Words) -> Words:
    """Return the words of a heading, which is bold anyway."""
    return Words(words.text, {name: value for name, value in words.marks.items() if name != "strong"})


def _table(table: _Table) -> Node:
    rows = []
    for n, row in enumerate(table.rows):
        tag = "table_header" if n == 0 else "table_cell"
        cells = []
        for cell in row:
            inside = tuple(block for one in cell if (block := _paragraph(_Paragraph(parts=one.parts)))) or (
                Node("paragraph"),
            )
            cells.append(Node(tag, {}, inside))
        rows.append(Node("table_row", {}, tuple(cells)))
    return Node("table", {}, tuple(row for row in rows if row.children))


def _lists(items: list[_Paragraph], ordered: Ordered) -> Iterator[Node]:
    """Give the lists that these items make: deeper ones stand in the item before them."""
    at = 0
    while at < len(items):
        level, first = items[at].level, items[at].list_id
        made: list[Node] = []
        while at < len(items) and items[at].level >= level and (items[at].list_id == first or items[at].level > level):
            if items[at].level > level and made:
                end = at
                while end < len(items) and items[end].level > level:
                    end += 1
                inner = tuple(_lists(items[at:end], ordered))
                made[-1] = Node("list_item", {}, made[-1].children + inner)
                at = end
            else:
                block = _paragraph(_Paragraph(parts=items[at].parts)) or Node("paragraph")
                made.append(Node("list_item", {}, (block,)))
                at += 1
        counts = ordered.get(first, {}).get(level, False)
        yield Node("ordered_list", {"order": 1}, tuple(made)) if counts else Node("bullet_list", {}, tuple(made))
