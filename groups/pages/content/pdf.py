"""Pages as PDF, set by our own few rules: letters joined and turned as their script asks, whichever way a paragraph runs."""

import logging
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import TableBordersLayout, WrapMode
from fpdf.fonts import FontFace

from core.errors import DomainError
from groups.pages.content.docx import is_rtl
from groups.pages.content.fonts import Face, Fonts, fonts_for
from groups.pages.content.html import safe_address
from groups.pages.content.tree import Node, Words

# It tells of every letter that it takes.
logging.getLogger("fontTools").setLevel(logging.WARNING)

LONGEST = 200_000
DEEPEST = 12
MARGIN, STEP, FOOT = 22.0, 7.0, 20.0
"""Millimetres: beside the text, of one step in, and below it."""

SIZE, SMALL, TITLE = 10.5, 8.5, 20.0
HEADINGS = (16.0, 13.5, 12.0, 11.0)
LINE = 1.4
SOFT, RULE, CODE = (90, 90, 90), (170, 170, 170), (243, 243, 243)
LINK = (20, 60, 140)
BULLETS = "•–"


class NoPdf(DomainError):
    """No PDF can be made of this page here."""


@dataclass(frozen=True)
class Run:
    """Words in one look."""

    text: str
    style: str = ""
    link: str = ""
    fixed: bool = False
    raised: bool = False


def file_of(title: str, blocks: Sequence[Node], about: Sequence[str] = ()) -> bytes:
    """Return the page as a PDF under its title, with lines that say what it is; raises `NoPdf`."""
    everything = "".join([title, *about, *(block.text for block in blocks), _("Notes"), BULLETS, "0123456789./"])
    if len(everything) > LONGEST:
        raise NoPdf(_("This page is too long for a PDF. Take the Word file."))
    fonts = fonts_for(set(everything))
    if fonts is None:
        raise NoPdf(_("This site has no fonts to make a PDF with. Take the Word file."))
    if fonts.missing:
        shown = " ".join(fonts.missing[:10])
        raise NoPdf(_("This site has no font with the letters %(letters)s. Take the Word file.") % {"letters": shown})
    sheet = _Sheet(fonts, title)
    sheet.head(title, about)
    for block in blocks:
        sheet.block(block)
    sheet.foot_notes()
    return bytes(sheet.output())


class _Sheet(FPDF):
    """Sets blocks one below the other."""

    def __init__(self, fonts: Fonts, title: str) -> None:
        super().__init__(format="A4")
        self.name, self.notes = title, list[list[Run]]()
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, FOOT)
        self._add("text", fonts.text)
        self._add("fixed", fonts.fixed)
        for face in fonts.others:
            self._add(face.name, face)
        self.set_fallback_fonts([face.name for face in fonts.others], exact_match=False)
        self.set_title(title)
        self.set_lang(get_language() or "en")
        self.set_font("text", size=SIZE)
        self.set_text_shaping(True)
        self.add_page()

    def _add(self, name: str, face: Face) -> None:
        for style in ("", "B", "I", "BI") if name == "text" else ("", "B"):
            bold = face.files.get("B") if "B" in style else None
            self.add_font(name, style, face.files.get(style) or bold or face.files[""])

    def footer(self) -> None:
        """Name the page and its number on each sheet."""
        self.set_y(-13)
        self.set_font("text", size=SMALL)
        self.set_text_color(*SOFT)
        self.set_text_shaping(True, direction="rtl" if is_rtl(self.name) else "ltr")
        width = self.epw - 20
        name = self.name
        while self.get_string_width(name) > width:
            name = name[: len(name) * 9 // 10].rstrip(" …") + "…"
        self.cell(width, 5, name)
        self.set_text_shaping(True, direction="ltr")
        self.cell(20, 5, str(self.page_no()), align="R")
        self.set_text_color(0)

    def head(self, title: str, about: Sequence[str]) -> None:
        """Write the title, and below it what the page is."""
        self.start_section(title, 0, strict=False)
        self.lines([Run(title, "B")], size=TITLE, after=2)
        for line in about:
            self.lines([Run(line)], size=SMALL, colour=SOFT, after=0)
        self._rule(before=2, after=4)

    # --- Blocks ---------------------------------------------------------------------------------------------------

    def block(self, block: Node, *, steps: int = 0, depth: int = 0, quoted: bool = False) -> None:
        """Write one block, so many steps in."""
        match block.tag:
            case _ if depth > DEEPEST:
                self.lines([Run(block.text)], steps=steps)
            case "heading":
                level = block.number("level", most=4)
                self._keep_room(HEADINGS[level - 1])
                self.start_section(block.text[:200] or "–", level, strict=False)
                self.lines(self.runs(block.children, "B"), size=HEADINGS[level - 1], steps=steps, before=2)
            case "bullet_list" | "ordered_list":
                self.items(block, steps, depth, quoted)
            case "blockquote":
                self.inside(block, steps + 1, depth, quoted=True)
            case "code_block":
                self.code("".join(child.text for child in block.children), steps)
            case "horizontal_rule":
                self._rule(before=1, after=4)
            case "table":
                self.table_of(block)
            case _:
                self.inside(block, steps, depth, quoted)

    def inside(self, block: Node, steps: int, depth: int, quoted: bool, sign: str = "") -> None:
        """Write what stands in a block; an item's sign stands before its first line."""
        for is_text, parts in groupby(block.children, _is_in_line):
            if is_text:
                style = "I" if quoted else ""
                self.lines(self.runs(list(parts), style), steps=steps, sign=sign, colour=SOFT if quoted else (0, 0, 0))
                sign = ""
                continue
            for one in parts:
                assert isinstance(one, Node)
                if sign and one.children and all(map(_is_in_line, one.children)):
                    self.lines(self.runs(one.children), steps=steps, sign=sign)
                else:
                    if sign:
                        self.lines([], steps=steps, sign=sign)
                    self.block(one, steps=steps, depth=depth + 1, quoted=quoted)
                sign = ""

    def items(self, block: Node, steps: int, depth: int, quoted: bool) -> None:
        """Write a list, each item behind its sign."""
        first = block.number("order", least=0, most=99_999)
        for n, item in enumerate(one for one in block.children if isinstance(one, Node)):
            sign = f"{first + n}." if block.tag == "ordered_list" else BULLETS[steps % len(BULLETS)]
            self.inside(item, steps + 1, depth + 1, quoted, sign)

    def code(self, text: str, steps: int) -> None:
        """Write lines as they are, on a ground of their own."""
        self.set_font("fixed", size=SMALL)
        self.set_fill_color(*CODE)
        self.set_text_shaping(True, direction="ltr")
        self.set_x(MARGIN + steps * STEP)
        width = self.epw - steps * STEP
        self.multi_cell(width, SMALL * 0.5, text or " ", fill=True, align="L", wrapmode=WrapMode.CHAR, padding=2)
        self.set_fill_color(255)
        self.set_xy(MARGIN, self.get_y() + SMALL * 0.5)
        self.ln(3)

    def table_of(self, block: Node) -> None:
        """Write a table; in its cells words have one look."""
        rows = [
            [one for one in row.children if isinstance(one, Node)] for row in block.children if isinstance(row, Node)
        ]
        rows = [row for row in rows if row]
        if not rows:
            return
        text = "".join(cell.text for row in rows for cell in row)
        turned = is_rtl(text)
        self.set_font("text", size=SIZE - 1)
        self.set_text_shaping(True, direction="rtl" if turned else "ltr")
        heads = 1 if all(cell.tag == "table_header" for cell in rows[0]) else 0
        with self.table(
            first_row_as_headings=bool(heads),
            headings_style=FontFace(emphasis="B", fill_color=CODE),
            borders_layout=TableBordersLayout.ALL,
            line_height=SIZE * 0.5,
            padding=1.2,
            text_align="RIGHT" if turned else "LEFT",
        ) as table:
            for row in rows:
                line = table.row()
                for cell in reversed(row) if turned else row:
                    bold = FontFace(emphasis="B") if cell.tag == "table_header" else None
                    wide, high = cell.number("colspan", most=60), cell.number("rowspan", most=60)
                    line.cell("\n".join(_cell_lines(cell)), style=bold, colspan=wide, rowspan=high)
        self.ln(4)

    def foot_notes(self) -> None:
        """Write the notes, each behind its number."""
        if self.notes:
            self._rule(before=2, after=2)
            self.lines([Run(_("Notes"), "B")], size=HEADINGS[-1])
        for n, runs in enumerate(self.notes, 1):
            self.lines(runs, size=SMALL, steps=1, sign=f"{n}.", after=1)

    # --- Lines ----------------------------------------------------------------------------------------------------

    def runs(self, parts: Sequence[Node | Words], style: str = "") -> list[Run]:
        """Return words in their looks; notes are gathered, and their numbers stand here."""
        found: list[Run] = []
        for part in parts:
            if isinstance(part, Words):
                look = style + "B" * ("strong" in part.marks) + "I" * ("em" in part.marks)
                look = "".join(sign for sign in "BI" if sign in look)
                link = safe_address(part.marks["link"].get("href", "")) if "link" in part.marks else ""
                link = link if link.startswith(("http", "mailto:")) else ""
                found.append(Run(" ".join(part.text.splitlines()), look, link, "code" in part.marks))
            elif part.tag == "hard_break":
                found.append(Run("\n"))
            elif part.tag == "footnote":
                self.notes.append([])
                n = len(self.notes)
                self.notes[n - 1] = self.runs([one for one in part.children if isinstance(one, Words)])
                found.append(Run(str(n), style, raised=True))
        return [run for run in found if run.text]

    def lines(
        self,
        runs: Sequence[Run],
        *,
        size: float = SIZE,
        steps: int = 0,
        sign: str = "",
        colour: tuple[int, int, int] = (0, 0, 0),
        before: float = 0,
        after: float = 2.5,
    ) -> None:
        """Write one paragraph in the direction of its first letter."""
        turned = is_rtl("".join(run.text for run in runs))
        self.ln(before)
        self.set_font("text", size=size)
        self.set_text_color(*colour)
        self.set_text_shaping(True, direction="rtl" if turned else "ltr")
        inset = MARGIN + steps * STEP
        if sign:
            self._keep_room(size)
            height = size * LINE / self.k
            self.set_x(self.w - inset if turned else inset - STEP)
            self.cell(STEP - 1.5, height, sign, align="L" if turned else "R")
            self.set_x(MARGIN)
        left, right = (MARGIN, inset) if turned else (inset, MARGIN)
        wrap = WrapMode.CHAR if _has_no_spaces("".join(run.text for run in runs)) else WrapMode.WORD
        with (
            self.text_columns(
                text_align="R" if turned else "L", line_height=LINE, l_margin=left, r_margin=right
            ) as columns,
            columns.paragraph(wrapmode=wrap) as paragraph,
        ):
            for run in runs or [Run(" ")]:
                style = run.style.replace("I", "") if run.fixed else run.style
                self.set_font("fixed" if run.fixed else "text", style + "U" * bool(run.link), size)
                self.set_text_color(*(LINK if run.link else colour))
                self.char_vpos = "SUP" if run.raised else "LINE"
                # What the library's own `write` does, and then each line turned as its directions ask, as in its cells.
                for fragment in self._preload_bidirectional_text(run.text, False):
                    fragment.link = run.link or None
                    paragraph._text_fragments.append(fragment)
        self.char_vpos = "LINE"
        self.set_text_color(0)
        self.set_x(MARGIN)
        self.ln(after)

    def _rule(self, *, before: float, after: float) -> None:
        self.ln(before)
        self.set_draw_color(*RULE)
        self.line(MARGIN, self.get_y(), self.w - MARGIN, self.get_y())
        self.ln(after)

    def _keep_room(self, size: float) -> None:
        """Begin another sheet where a line and the next would not both fit."""
        if self.get_y() + 2.5 * size * LINE / self.k > self.h - FOOT:
            self.add_page()


def _has_no_spaces(text: str) -> bool:
    """Whether most of a text is of a script that puts no spaces between words."""
    wide = sum(unicodedata.east_asian_width(sign) == "W" or "\u0e00" <= sign < "\u0f00" for sign in text)
    return 2 * wide > len(text)


def _is_in_line(part: Node | Words) -> bool:
    return isinstance(part, Words) or part.tag in {"hard_break", "footnote"}


def _cell_lines(cell: Node, depth: int = 0) -> Iterator[str]:
    """Return what stands in a cell, a line for each block."""
    for is_text, parts in groupby(cell.children, _is_in_line):
        if is_text:
            yield "".join("\n" if one.text == "" else one.text for one in parts)
            continue
        for one in parts:
            assert isinstance(one, Node)
            yield from _cell_lines(one, depth + 1) if depth < DEEPEST else (one.text,)
