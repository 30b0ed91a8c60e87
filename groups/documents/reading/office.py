"""The text of office files: archives of XML, Microsoft's and the open ones.

Word and OpenDocument texts know where a page ended when they were last laid out; slides and sheets are pages of their own.
"""

import zipfile
from collections.abc import Iterator
from typing import IO

from groups.documents.reading.xml import Shape, Token, What, flow, related, tokens

MOST_SHARED = 20_000_000
"""Characters of the strings that the sheets of a workbook share."""

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_SLIDES = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_COMPATIBLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"

# A page that somebody ended; Word marks the same place once more when it lays the text out.
ENDED = "\v"

WORD = Shape(
    inside=frozenset({_WORD + "t"}),
    skip=frozenset({_WORD + "pPr", _WORD + "moveFrom", _COMPATIBLE + "Fallback"}),
    starts={
        _WORD + "tab": lambda _: "\t",
        _WORD + "br": lambda attributes: ENDED if attributes.get(_WORD + "type") == "page" else "\n",
        _WORD + "lastRenderedPageBreak": lambda _: "\f",
    },
    ends={_WORD + "p": "\n"},
)
SLIDE = Shape(
    inside=frozenset({_DRAWING + "t"}),
    skip=frozenset({_COMPATIBLE + "Fallback"}),
    starts={_DRAWING + "br": lambda _: "\n"},
    ends={_DRAWING + "p": "\n"},
)
OPEN = Shape(
    inside=frozenset({_TEXT + "p", _TEXT + "h"}),
    skip=frozenset({_TEXT + "tracked-changes", _OFFICE + "annotation"}),
    starts={
        _TEXT + "s": lambda attributes: " " * min(_number(attributes.get(_TEXT + "c")), 100),
        _TEXT + "tab": lambda _: "\t",
        _TEXT + "line-break": lambda _: "\n",
        _TEXT + "soft-page-break": lambda _: "\f",
        _TABLE + "table": lambda attributes: attributes.get(_TABLE + "name", "") + "\n",
    },
    ends={_TEXT + "p": "\n", _TEXT + "h": "\n", _DRAW + "page": "\f"},
)
# In a workbook the paragraphs of a row stand beside each other.
OPEN_SHEETS = Shape(
    inside=OPEN.inside,
    skip=OPEN.skip,
    starts=OPEN.starts,
    ends={_TEXT + "p": "\t", _TEXT + "h": "\t", _TABLE + "table-row": "\n", _TABLE + "table": "\f"},
)


def docx(file: IO[bytes]) -> Iterator[str]:
    """Read a Word text with its notes. What was struck out, and instructions to Word, are not its text."""
    with zipfile.ZipFile(file) as archive:
        ended = False  # whether nothing has followed a page break that somebody made
        for piece in flow(tokens(archive, "word/document.xml"), WORD):
            if piece == "\f" and ended:
                ended = False
                continue
            ended = piece == ENDED or (ended and not piece.strip())
            yield "\f" if piece == ENDED else piece
        for notes in ("word/footnotes.xml", "word/endnotes.xml"):
            for piece in flow(tokens(archive, notes), WORD):
                yield "\n" if piece in {ENDED, "\f"} else piece


def pptx(file: IO[bytes]) -> Iterator[str]:
    """Read a presentation's slides in the order in which they are shown, each with its speaker's notes."""
    with zipfile.ZipFile(file) as archive:
        for _name, slide in _listed(archive, "ppt/presentation.xml", _SLIDES + "sldId"):
            yield from flow(tokens(archive, slide), SLIDE)
            for kind, notes in related(archive, slide).values():
                if kind == "notesSlide":
                    yield from flow(tokens(archive, notes), SLIDE)
            yield "\f"


def xlsx(file: IO[bytes]) -> Iterator[str]:
    """Read a workbook sheet by sheet: the sheet's name, then its rows, the cells parted by tabs."""
    with zipfile.ZipFile(file) as archive:
        shared, room = list[str](), MOST_SHARED
        for string in _strings(tokens(archive, "xl/sharedStrings.xml")):
            shared.append(string[:room])
            room -= len(shared[-1])
        for name, sheet in _listed(archive, "xl/workbook.xml", _SHEET + "sheet"):
            yield name + "\n"
            yield from _cells(tokens(archive, sheet), shared)
            yield "\f"


def odt(file: IO[bytes]) -> Iterator[str]:
    """Read an open text or presentation; what was struck out while changes were tracked is not its text."""
    with zipfile.ZipFile(file) as archive:
        yield from flow(tokens(archive, "content.xml"), OPEN)


def ods(file: IO[bytes]) -> Iterator[str]:
    """Read an open workbook sheet by sheet, as `xlsx` does."""
    with zipfile.ZipFile(file) as archive:
        yield from flow(tokens(archive, "content.xml"), OPEN_SHEETS)


def _listed(archive: zipfile.ZipFile, part: str, element: str) -> list[tuple[str, str]]:
    """Return the slides or sheets that the part lists, in its order: (name, path in the archive)."""
    parts = related(archive, part)
    return [
        (attributes.get("name", ""), parts[attributes[_ID]][1])
        for what, word, attributes in tokens(archive, part)
        if what is What.START and word == element and attributes.get(_ID) in parts
    ]


def _strings(parts: Iterator[Token]) -> Iterator[str]:
    """Give the shared strings; how a word is pronounced (`rPh`) stands beside it and is left out."""
    shape = Shape(inside=frozenset({_SHEET + "t"}), skip=frozenset({_SHEET + "rPh"}), ends={_SHEET + "si": "\f"})
    kept = list[str]()
    for piece in flow(parts, shape):
        if piece == "\f":
            yield "".join(kept)
            kept.clear()
        else:
            kept.append(piece)


def _cells(parts: Iterator[Token], shared: list[str]) -> Iterator[str]:
    kind, value, written = "n", list[str](), False
    taking = False
    for what, word, attributes in parts:
        if what is What.TEXT:
            if taking:
                value.append(word)
        elif word == _SHEET + "c" and what is What.START:
            kind = attributes.get("t", "n")
            value.clear()
        elif word in {_SHEET + "v", _SHEET + "t"}:
            taking = what is What.START
        elif word == _SHEET + "c":
            if text := _cell("".join(value), kind, shared):
                yield ("\t" if written else "") + text
                written = True
        elif word == _SHEET + "row" and what is What.END and written:
            yield "\n"
            written = False


def _cell(value: str, kind: str, shared: list[str]) -> str:
    if kind != "s":
        return value.replace("\f", " ")
    number = _number(value, default=-1)
    return shared[number] if 0 <= number < len(shared) else ""


def _number(text: str | None, default: int = 1) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else default
