"""Pages as Word files: the few parts of Office Open XML (ECMA-376) that a text with lists, tables and notes needs."""

import io
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from itertools import groupby
from xml.sax.saxutils import escape as escape_text

from groups.pages.content.html import safe_address
from groups.pages.content.tree import Node, Words

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
PART = "application/vnd.openxmlformats-officedocument.wordprocessingml"
OUTSIDE = ' TargetMode="External"'
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MOST_LEVELS = 8
DEEPEST = 24
HEADINGS = (32, 28, 24, 22)
"""Sizes in half points."""

PARTS = ("styles", "numbering", "footnotes")


def escape(text: str) -> str:
    """Return a text as XML 1.0 may hold it."""
    return escape_text("".join(sign for sign in text if sign >= " " or sign in "\t\n"), {'"': "&quot;"})


class Writer:
    """Writes the body, and gathers what stands in other parts of the file: addresses, lists and notes."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.lists: list[int | None] = []
        self.notes: list[str] = []

    def block(self, block: Node, depth: int = 0, *, style: str = "", numbering: str = "") -> Iterator[str]:
        """Give the paragraphs and tables of one block."""
        match block.tag:
            case _ if depth > DEEPEST:
                yield self.paragraph([Words(block.text)], style, numbering)
            case "heading":
                yield self.paragraph(block.children, f"Heading{block.number('level', most=4)}", numbering)
            case "bullet_list" | "ordered_list":
                yield from self.items(block, depth, style)
            case "blockquote":
                yield from self.inside(block, depth, style="Quote")
            case "code_block":
                for line in "".join(child.text for child in block.children).split("\n"):
                    yield self.paragraph([Words(line)], "Code")
            case "horizontal_rule":
                yield '<w:p><w:pPr><w:pBdr><w:bottom w:val="single" w:sz="6" w:space="1" w:color="auto"/></w:pBdr></w:pPr></w:p>'
            case "table":
                yield from self.table(block, depth)
            case _ if any(
                isinstance(one, Node) and one.tag not in {"hard_break", "footnote"} for one in block.children
            ):
                yield from self.inside(block, depth, style=style)
            case _:
                yield self.paragraph(block.children, style, numbering)

    def inside(self, block: Node, depth: int, *, style: str = "", numbering: str = "") -> Iterator[str]:
        """Give what stands in a block; the number of an item belongs to its first paragraph."""
        for is_text, run in groupby(
            block.children, lambda one: isinstance(one, Words) or one.tag in {"hard_break", "footnote"}
        ):
            if is_text:
                yield self.paragraph(list(run), style, numbering)
                numbering = ""
                continue
            for one in run:
                assert isinstance(one, Node)
                yield from self.block(one, depth + 1, style=style, numbering=numbering)
                numbering = ""

    def items(self, block: Node, depth: int, style: str) -> Iterator[str]:
        ordered = block.tag == "ordered_list"
        self.lists.append(block.number("order", least=0, most=9999) if ordered else None)
        level = min(MOST_LEVELS, depth // 2)
        numbering = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{len(self.lists)}"/></w:numPr>'
        for item in block.children:
            if isinstance(item, Node):
                yield from self.inside(item, depth + 1, style=style or "ListParagraph", numbering=numbering)

    def table(self, block: Node, depth: int) -> Iterator[str]:
        rows = [row for row in block.children if isinstance(row, Node)]
        width = max((sum(1 for one in row.children if isinstance(one, Node)) for row in rows), default=0)
        if not width:
            return
        grid = f'<w:gridCol w:w="{9000 // width}"/>' * width
        about = '<w:tblStyle w:val="TableGrid"/><w:tblW w:w="0" w:type="auto"/>'
        text = f"<w:tbl><w:tblPr>{about}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>"
        for row in rows:
            cells = "".join(self.cell(one, depth) for one in row.children if isinstance(one, Node))
            text += f"<w:tr>{cells or '<w:tc><w:p/></w:tc>'}</w:tr>"
        yield text + "</w:tbl><w:p/>"

    def cell(self, cell: Node, depth: int) -> str:
        span = cell.number("colspan", most=60)
        merged = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
        style = "TableHeading" if cell.tag == "table_header" else ""
        inside = "".join(self.inside(cell, depth + 1, style=style)) or "<w:p/>"
        # A cell ends with a paragraph.
        return f"<w:tc><w:tcPr>{merged}</w:tcPr>{inside}{'<w:p/>' if inside.endswith('</w:tbl>') else ''}</w:tc>"

    def paragraph(self, parts: Sequence[Node | Words], style: str = "", numbering: str = "") -> str:
        """Return one paragraph; text that runs from right to left says so."""
        named = f'<w:pStyle w:val="{style}"/>' if style else ""
        bidi = "<w:bidi/>" if is_rtl("".join(one.text for one in parts)) else ""
        about = f"<w:pPr>{named}{numbering}{bidi}</w:pPr>" if named or numbering or bidi else ""
        return f"<w:p>{about}{''.join(self.run(part, rtl=bool(bidi)) for part in parts)}</w:p>"

    def run(self, part: Node | Words, *, rtl: bool = False) -> str:
        if isinstance(part, Node):
            if part.tag != "footnote":
                return "<w:r><w:br/></w:r>"
            # Addresses in notes would belong to another part of the file: their words stay.
            note = "".join(self.run(unlinked(one)) for one in part.children if isinstance(one, Words))
            self.notes.append(note)
            return f'<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteReference w:id="{len(self.notes)}"/></w:r>'
        marks = part.marks
        about = '<w:rStyle w:val="CodeWords"/>' if "code" in marks else ""
        about += "<w:b/><w:bCs/>" if "strong" in marks else ""
        about += "<w:i/><w:iCs/>" if "em" in marks else ""
        about += "<w:rtl/>" if rtl else ""
        text = f'<w:r>{f"<w:rPr>{about}</w:rPr>" if about else ""}<w:t xml:space="preserve">{escape(part.text)}</w:t></w:r>'
        address = safe_address(marks["link"].get("href", "")) if "link" in marks else ""
        if not address.startswith(("http", "mailto:")):
            return text
        self.addresses.append(address)
        return f'<w:hyperlink r:id="link{len(self.addresses)}">{text}</w:hyperlink>'


def unlinked(words: Words) -> Words:
    """Return the words without their address."""
    return Words(words.text, {name: value for name, value in words.marks.items() if name != "link"})


def is_rtl(text: str) -> bool:
    """Whether the first letter with a direction runs from right to left."""
    for sign in text:
        match unicodedata.bidirectional(sign):
            case "L":
                return False
            case "R" | "AL":
                return True
    return False


def file_of(title: str, blocks: Sequence[Node]) -> bytes:
    """Return the page as a Word file, under its title."""
    writer = Writer()
    body = writer.paragraph([Words(title)], "Title")
    body += "".join(part for block in blocks for part in writer.block(block))
    margins = '<w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440"/>'
    size = f'<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>{margins}</w:sectPr>'
    parts = {
        "[Content_Types].xml": _types(),
        "_rels/.rels": _relations([("document", f"{OFFICE}/officeDocument", "word/document.xml", False)]),
        "word/document.xml": f"<w:document {W} {R}><w:body>{body}{size}</w:body></w:document>",
        "word/styles.xml": _styles(),
        "word/numbering.xml": _numbering(writer.lists),
        "word/footnotes.xml": _footnotes(writer.notes),
        "word/_rels/document.xml.rels": _relations(
            [(name, f"{OFFICE}/{name}", f"{name}.xml", False) for name in PARTS]
            + [(f"link{n}", f"{OFFICE}/hyperlink", one, True) for n, one in enumerate(writer.addresses, 1)]
        ),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            # A moment of its own would make two files of one page.
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), HEAD + text, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _types() -> str:
    kinds = {"document": f"{PART}.document.main+xml"} | {name: f"{PART}.{name}+xml" for name in PARTS}
    parts = "".join(f'<Override PartName="/word/{name}.xml" ContentType="{kind}"/>' for name, kind in kinds.items())
    return (
        f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{parts}</Types>"
    )


def _relations(relations: Sequence[tuple[str, str, str, bool]]) -> str:
    found = "".join(
        f'<Relationship Id="{name}" Type="{kind}" Target="{escape(target)}"{OUTSIDE if outside else ""}/>'
        for name, kind, target, outside in relations
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{found}</Relationships>'


def _styles() -> str:
    def style(name: str, label: str, paragraph: str = "", run: str = "", kind: str = "paragraph") -> str:
        return (
            f'<w:style w:type="{kind}" w:styleId="{name}"><w:name w:val="{label}"/><w:qFormat/>'
            f"<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
        )

    def large(size: int) -> str:
        return f'<w:b/><w:bCs/><w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'

    before = '<w:keepNext/><w:spacing w:before="240" w:after="120"/><w:outlineLvl w:val="{}"/>'
    found = '<w:docDefaults><w:pPrDefault><w:pPr><w:spacing w:after="120"/></w:pPr></w:pPrDefault></w:docDefaults>'
    found += style("Normal", "Normal") + style("Title", "Title", '<w:spacing w:after="240"/>', large(40))
    for n, size in enumerate(HEADINGS):
        found += style(f"Heading{n + 1}", f"heading {n + 1}", before.format(n), large(size))
    found += style("ListParagraph", "List Paragraph", "<w:contextualSpacing/>")
    found += style("Quote", "Quote", '<w:ind w:left="567" w:right="567"/>', "<w:i/><w:iCs/>")
    mono = '<w:rFonts w:ascii="Courier New" w:hAnsi="Courier New" w:cs="Courier New"/>'
    found += style("Code", "Code", '<w:spacing w:after="0"/>', mono) + style(
        "TableHeading", "Table Heading", "", "<w:b/><w:bCs/>"
    )
    found += f'<w:style w:type="character" w:styleId="CodeWords"><w:name w:val="Code Words"/><w:rPr>{mono}</w:rPr></w:style>'
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    found += (
        '<w:style w:type="table" w:styleId="TableGrid"><w:name w:val="Table Grid"/>'
        f"<w:tblPr><w:tblBorders>{lines}</w:tblBorders></w:tblPr></w:style>"
    )
    return f"<w:styles {W}>{found}</w:styles>"


def _numbering(lists: Sequence[int | None]) -> str:
    def levels(kind: str, sign: str) -> str:
        return "".join(
            f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{sign.format(n + 1)}"/>'
            f'<w:pPr><w:ind w:left="{567 * (n + 1)}" w:hanging="397"/></w:pPr></w:lvl>'
            for n in range(MOST_LEVELS + 1)
        )

    found = f'<w:abstractNum w:abstractNumId="1">{levels("bullet", "•")}</w:abstractNum>'
    found += f'<w:abstractNum w:abstractNumId="2">{levels("decimal", "%{}.")}</w:abstractNum>'
    for n, start in enumerate(lists, 1):
        begins = "".join(
            f'<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="{start}"/></w:lvlOverride>'
            for level in (range(MOST_LEVELS + 1) if start is not None else ())
        )
        kind = 1 if start is None else 2
        found += f'<w:num w:numId="{n}"><w:abstractNumId w:val="{kind}"/>{begins}</w:num>'
    return f"<w:numbering {W}>{found}</w:numbering>"


def _footnotes(notes: Sequence[str]) -> str:
    found = "".join(
        f'<w:footnote w:type="{kind}" w:id="{number}"><w:p><w:r><w:{kind}/></w:r></w:p></w:footnote>'
        for kind, number in (("separator", -1), ("continuationSeparator", 0))
    )
    for n, note in enumerate(notes, 1):
        mark = '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteRef/></w:r>'
        mark += '<w:r><w:t xml:space="preserve"> </w:t></w:r>'
        found += f'<w:footnote w:id="{n}"><w:p>{mark}{note}</w:p></w:footnote>'
    return f"<w:footnotes {W} {R}>{found}</w:footnotes>"
