"""Makes the demonstration's documents: small files that real programs open, the same bytes at every run.

The text is a little Markdown: headings, paragraphs, lists and tables. Nothing here is meant for documents of users.
"""

from __future__ import annotations

import csv
import io
import re
import textwrap
import zipfile
from collections.abc import Callable, Iterable
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw

TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "md": "text/markdown",
    "txt": "text/plain",
    "png": "image/png",
}
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OFFICE = "http://schemas.openxmlformats.org"
WORD = f'xmlns:w="{OFFICE}/wordprocessingml/2006/main"'
SHEET = f'xmlns="{OFFICE}/spreadsheetml/2006/main"'
RELATIONS = f"{OFFICE}/officeDocument/2006/relationships"
HEADING = re.compile(r"^(#{1,3}) (.*)$")
LINES_ON_A_PAGE = 48


def make(kind: str, text: str, *, drawing: str = "", rtl: bool = False) -> bytes:
    """Return the file of the kind named, made of the text (a PNG: of the drawing named)."""
    match kind:
        case "pdf":
            return pdf(text)
        case "docx":
            return docx(text, rtl=rtl)
        case "xlsx":
            return xlsx(text)
        case "png":
            return DRAWINGS[drawing]()
        case _:
            return text.encode()


def pdf(text: str) -> bytes:
    """Return a PDF in Helvetica; its text can be searched and copied."""
    lines = list(_pdf_lines(text))
    pages = [lines[start : start + LINES_ON_A_PAGE] for start in range(0, len(lines), LINES_ON_A_PAGE)]
    count = len(pages)
    kids = " ".join(f"{5 + 2 * number} 0 R" for number in range(count))
    fonts = "<< /Font << /F1 3 0 R /F2 4 0 R >> >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
    ]
    for number, page in enumerate(pages):
        stream = _pdf_page(page)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources {fonts}"
            f" /Contents {6 + 2 * number} 0 R >>".encode()
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n".encode() + stream + b"\nendstream")
    return _pdf_file(objects)


def _pdf_lines(text: str) -> Iterable[tuple[str, int, str]]:
    """Yield (font, size, line) for each line of the text, wrapped at the width of a page."""
    for line in text.strip().splitlines():
        if heading := HEADING.match(line):
            size = {1: 20, 2: 14}.get(len(heading[1]), 12)
            yield "F2", size, heading[2]
        elif not line.strip():
            yield "F1", 11, ""
        else:
            bare = line.replace("**", "").replace("`", "")
            indent = "   " if re.match(r"^(- |\d+\. )", bare) else ""
            for part in textwrap.wrap(bare, 88, subsequent_indent=indent):
                yield "F1", 11, part.replace("- ", "\u2022 ", 1) if part.startswith("- ") else part


def _pdf_page(lines: list[tuple[str, int, str]]) -> bytes:
    parts = [b"BT 56 780 Td 15 TL"]
    for font, size, line in lines:
        shown = line.encode("cp1252", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        parts.append(f"/{font} {size} Tf".encode() + b" (" + shown + b") Tj T*")
    return b"\n".join([*parts, b"ET"])


def _pdf_file(objects: list[bytes]) -> bytes:
    out, offsets = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    for offset in offsets:
        out += f"{offset:010d} 00000 n \n".encode()
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def docx(text: str, *, rtl: bool = False) -> bytes:
    """Return a word-processor document."""
    right = "<w:bidi/>" if rtl else ""
    body: list[str] = []
    rows: list[list[str]] = []
    for line in [*text.strip().splitlines(), ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
            continue
        if rows:
            body.append(_docx_table([row for row in rows if not set("".join(row)) <= set("- ")]))
            rows = []
        if heading := HEADING.match(line):
            size = {1: 36, 2: 28}.get(len(heading[1]), 24)
            body.append(_docx_paragraph(heading[2], f"<w:b/><w:sz w:val='{size}'/>", right, rtl=rtl))
        elif line.strip():
            bare = line.replace("**", "")
            shown = "\u2022 " + bare[2:] if bare.startswith("- ") else bare
            body.append(_docx_paragraph(shown, "", right, rtl=rtl))
    document = f"{XML}<w:document {WORD}><w:body>{''.join(body)}<w:sectPr/></w:body></w:document>"
    return _package("word/document.xml", "wordprocessingml.document", {"word/document.xml": document})


def _docx_paragraph(text: str, style: str, paragraph: str, *, rtl: bool = False) -> str:
    run = f"<w:rPr>{style}{'<w:rtl/>' if rtl else ''}</w:rPr>"
    return (
        f"<w:p><w:pPr>{paragraph}<w:spacing w:after='120'/></w:pPr>"
        f'<w:r>{run}<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'
    )


def _docx_table(rows: list[list[str]]) -> str:
    edges = "".join(f"<w:{side} w:val='single' w:sz='4'/>" for side in "top left bottom right insideH insideV".split())
    lines = "".join(
        "<w:tr>" + "".join(f"<w:tc><w:tcPr/>{_docx_paragraph(cell, '', '')}</w:tc>" for cell in row) + "</w:tr>"
        for row in rows
    )
    grid = "<w:gridCol/>" * len(rows[0])
    return (
        f"<w:tbl><w:tblPr><w:tblBorders>{edges}</w:tblBorders></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{lines}</w:tbl>"
    )


def xlsx(text: str) -> bytes:
    """Return a spreadsheet of one sheet, from lines of comma-separated values; numbers stay numbers."""
    rows = []
    for number, row in enumerate(csv.reader(text.strip().splitlines()), start=1):
        cells = "".join(_xlsx_cell(f"{chr(65 + column)}{number}", value) for column, value in enumerate(row))
        rows.append(f'<row r="{number}">{cells}</row>')
    sheet = f"{XML}<worksheet {SHEET}><sheetData>{''.join(rows)}</sheetData></worksheet>"
    book = (
        f'{XML}<workbook {SHEET} xmlns:r="{RELATIONS}"><sheets><sheet name="Sheet 1" sheetId="1" r:id="rId1"/></sheets>'
        "</workbook>"
    )
    relations = (
        f'{XML}<Relationships xmlns="{OFFICE}/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    )
    parts = {
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": relations,
        "xl/worksheets/sheet1.xml": sheet,
    }
    return _package("xl/workbook.xml", "spreadsheetml.sheet", parts)


def _xlsx_cell(place: str, value: str) -> str:
    if not value:
        return ""
    if re.fullmatch(r"-?\d+(\.\d+)?", value):
        return f'<c r="{place}"><v>{value}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def _package(main: str, kind: str, parts: dict[str, str]) -> bytes:
    """Return an office package: its list of types, the relation to its main part, and the parts."""
    office = "application/vnd.openxmlformats-officedocument"
    sheet = "".join(
        f'<Override PartName="/{name}" ContentType="{office}.spreadsheetml.worksheet+xml"/>'
        for name in parts
        if "/worksheets/" in name
    )
    types = (
        f'{XML}<Types xmlns="{OFFICE}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{main}" ContentType="{office}.{kind}.main+xml"/>{sheet}</Types>'
    )
    relations = (
        f'{XML}<Relationships xmlns="{OFFICE}/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="{main}"/></Relationships>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in {"[Content_Types].xml": types, "_rels/.rels": relations, **parts}.items():
            package.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


def _dots() -> bytes:
    """Five points of different sizes, joined."""
    picture = Image.new("RGB", (960, 600), "#f7f5f0")
    draw = ImageDraw.Draw(picture)
    points = [(180, 170, 46), (470, 120, 26), (760, 230, 60), (610, 460, 36), (270, 420, 80)]
    for start in points:
        for end in points:
            draw.line([start[:2], end[:2]], fill="#c9c2b4", width=3)
    for x, y, r in points:
        draw.ellipse([x - r, y - r, x + r, y + r], fill="#1f4e5f")
    return _png(picture)


def _bus() -> bytes:
    """The side of a bus with room for one sentence."""
    picture = Image.new("RGB", (1200, 480), "#e9f0ee")
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle([60, 60, 1140, 380], 40, fill="#1f4e5f")
    for window in range(7):
        left = 110 + window * 145
        draw.rounded_rectangle([left, 100, left + 115, 190], 12, fill="#cfe3e1")
    for wheel in (270, 930):
        draw.ellipse([wheel - 55, 325, wheel + 55, 435], fill="#22262a")
        draw.ellipse([wheel - 22, 358, wheel + 22, 402], fill="#e9f0ee")
    draw.text((150, 235), "Decent work and income for families,", fill="#ffffff", font_size=42)
    draw.text((150, 285), "school for children.", fill="#ffffff", font_size=42)
    return _png(picture)


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


DRAWINGS: dict[str, Callable[[], bytes]] = {"dots": _dots, "bus": _bus}
