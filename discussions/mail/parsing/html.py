"""Mail that is HTML only, as Markdown: its paragraphs, lists, links and emphasis. Quotations that programs mark are left out.

The HTML is sanitised first, which also makes it well formed, so that what follows takes one step for each of its signs.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import nh3

# Blocks in which programs put what is answered, by class or id.
QUOTED = re.compile(
    r"(?:^|\s)(?:gmail_quote(?:_container)?|gmail_attr|gmail_extra|yahoo_quoted|yahoo_quoted_\w+|moz-cite-prefix|moz-signature|"
    r"divRplyFwdMsg|appendonsend|x_divRplyFwdMsg|OutlookMessageHeader|protonmail_quote|zmail_extra|mail-quote|"
    r"ms-outlook-mobile-signature|gmail_signature|gmail_signature_prefix|protonmail_signature_block|AppleMailSignature)(?:\s|$)"
)
# From here on everything is what is answered: programs put a line and the rest of the mail below it.
ALL_BELOW = re.compile(r"(?:^|\s)(?:divRplyFwdMsg|x_divRplyFwdMsg|appendonsend|OutlookMessageHeader)(?:\s|$)")
DEEPEST = 400
MOST_TAGS = 20_000

_PARAGRAPHS = {"p", "div", "table", "tr", "section", "article", "header", "footer", "center", "pre", "dl", "dd", "dt"}
_HEADS = {f"h{level}": "#" * min(level, 4) for level in range(1, 7)}
_WRITTEN = {"b": "**", "strong": "**", "i": "*", "em": "*"}
_TAGS = {
    *_PARAGRAPHS,
    *_HEADS,
    *_WRITTEN,
    "a",
    "br",
    "hr",
    "ul",
    "ol",
    "li",
    "blockquote",
    "td",
    "th",
    "span",
    "tbody",
    "thead",
}
_VOID = {"br", "hr", "img", "meta", "link", "input", "p", "li", "td", "th", "tr", "o", "col", "wbr"}
_DROPPED = {"script", "style", "title", "head", "noscript", "template", "svg", "math", "object", "iframe"}
_SIGNS = re.compile(r"([\\`*_\[\]<>~|])")
_AT_START = re.compile(r"^(\s*)(#{1,6}(?=\s)|[-+](?=\s)|=+(?=\s*$)|-+(?=\s*$)|\d{1,9}[.)](?=\s))", re.MULTILINE)


def escape(text: str) -> str:
    """Return the text so that Markdown shows it as it stands."""
    return _SIGNS.sub(r"\\\1", text)


@dataclass
class _List:
    ordered: bool
    number: int = 0


@dataclass
class _Writer(HTMLParser):
    """Writes Markdown as it reads; `pieces` are paragraphs."""

    quotes: bool = False
    pieces: list[str] = field(default_factory=list)
    line: str = ""
    lists: list[_List] = field(default_factory=list)
    links: list[tuple[str, int]] = field(default_factory=list)
    open: list[tuple[str, bool]] = field(default_factory=list)
    skipping: int = 0
    ended: bool = False
    quoting: int = 0
    item: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        given = dict(attrs)
        named = f"{given.get('class') or ''} {given.get('id') or ''}"
        if not self.quotes and ALL_BELOW.search(named):
            self.ended = True
        skipped = not self.quotes and bool(QUOTED.search(named) or (tag == "blockquote" and given.get("cite")))
        if tag not in {"br", "hr"}:
            self.open.append((tag, skipped))
        self.skipping += skipped
        if self._is_silent():
            return
        if tag == "br":
            self.line += "\n"
        elif tag == "hr":
            self._end_paragraph()
        elif tag in _WRITTEN:
            self.line += _WRITTEN[tag]
        elif tag == "a":
            self.links.append((given.get("href") or "", len(self.line)))
        elif tag in {"td", "th"}:
            self.line += " " if self.line.strip() else ""
        else:
            self._begin_block(tag)

    def _begin_block(self, tag: str) -> None:
        if tag in {"ul", "ol"}:
            self._end_paragraph()
            self.lists.append(_List(tag == "ol"))
        elif tag == "li":
            self._end_paragraph()
            here = self.lists[-1] if self.lists else _List(ordered=False)
            here.number += 1
            self.item = f"{here.number}. " if here.ordered else "- "
        elif tag in _PARAGRAPHS or tag in _HEADS:
            self._end_paragraph()
            if tag in _HEADS:
                self.line = ""
        elif tag == "blockquote":
            self._end_paragraph()
            self.quoting += 1

    def handle_endtag(self, tag: str) -> None:
        """End an element, and those inside it that were not ended."""
        while self.open:
            name, skipped = self.open.pop()
            if not self._is_silent():
                self._end(name)
            self.skipping -= skipped
            if name == tag:
                return

    def _end(self, tag: str) -> None:
        if tag in _WRITTEN:
            self._close_emphasis(_WRITTEN[tag])
        elif tag == "a" and self.links:
            self._close_link(*self.links.pop())
        elif tag in _HEADS:
            self.line = f"{_HEADS[tag]} {' '.join(self.line.split())}" if self.line.strip() else ""
            self._end_paragraph(head=True)
        elif tag in {"ul", "ol"}:
            self._end_paragraph()
            self.lists = self.lists[:-1]
        elif tag == "blockquote":
            self._end_paragraph()
            self.quoting = max(self.quoting - 1, 0)
        elif tag in _PARAGRAPHS or tag == "li":
            self._end_paragraph()
            if tag == "li":
                self.item = ""

    def _close_emphasis(self, sign: str) -> None:
        """Put the sign beside the words, where Markdown sees it; emphasis of nothing is none."""
        before, opening, inner = self.line.rpartition(sign)
        if not opening:
            return
        words = inner.strip()
        if not words or "\n" in words:
            self.line = before + inner
            return
        start, end = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
        self.line = f"{before}{start}{sign}{words}{sign}{end}"

    def _close_link(self, href: str, start: int) -> None:
        words = " ".join(self.line[start:].split())
        bare = words.replace("\\", "")
        if not href.startswith(("https://", "http://", "mailto:")) or re.search(r"[\s<>()]", href):
            return
        if not words:
            return
        if bare == href or f"mailto:{bare}" == href:
            self.line = self.line[:start] + f"<{href.removeprefix('mailto:')}>"
        else:
            self.line = self.line[:start] + f"[{words}]({href})"

    def handle_data(self, data: str) -> None:
        """Take words."""
        if not self._is_silent():
            words = escape(" ".join(data.replace("\xa0", " ").split()))
            if data[:1].isspace() or data[:1] == "\xa0":
                self.line += " " if self.line[-1:] not in {"", "\n", " "} else ""
            self.line += words
            if words and (data[-1].isspace() or data[-1] == "\xa0"):
                self.line += " "

    def _is_silent(self) -> bool:
        return self.ended or self.skipping > 0

    def _end_paragraph(self, *, head: bool = False) -> None:
        lines = [" ".join(line.split()) for line in self.line.split("\n")]
        self.line = ""
        self.links.clear()
        text = "\n".join(lines).strip()
        if not text:
            return
        if not head:
            text = _AT_START.sub(lambda found: f"{found[1]}{_escaped(found[2])}", text)
        # A sign for a line's end that somebody chose: what the mail shows on two lines stays on two.
        text = re.sub(r"\n(?!\n)", "  \n", re.sub(r"\n{3,}", "\n\n", text))
        indent = "  " * max(len(self.lists) - 1, 0) + (" " * len(self.item) if not self.item else "")
        if self.item:
            first = "  " * max(len(self.lists) - 1, 0) + self.item
            text = first + text.replace("\n", "\n" + " " * len(first))
            self.item = ""
        elif self.lists:
            text = (indent + "  ") + text.replace("\n", "\n" + indent + "  ")
        if self.quoting:
            text = "\n".join("> " * min(self.quoting, 5) + line for line in text.split("\n"))
        self.pieces.append(text)

    def text(self) -> str:
        """Return what was written."""
        self._end_paragraph()
        written = ""
        for piece in self.pieces:
            joined = _is_item(piece) and _is_item(written.rpartition("\n")[2] or written)
            written += ("\n" if joined else "\n\n") + piece if written else piece
        return written


def _escaped(sign: str) -> str:
    """Return what would begin a heading, a list or a line, so that it does not."""
    return f"{sign[:-1]}\\{sign[-1]}" if sign[0].isdigit() else "\\" + sign


def _is_item(line: str) -> bool:
    return bool(re.match(r"\s*(?:- |\d+\. )", line))


_cleaner = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_DROPPED,
    attributes={"*": {"class", "id"}, "a": {"href"}, "blockquote": {"cite", "type"}},
    url_schemes={"http", "https", "mailto"},
    link_rel=None,
)


def as_markdown(html: str, *, quotes: bool = False) -> str:
    """Return the words of an HTML mail in Markdown; with `quotes`, what is answered too. What could run is not in it."""
    writer = _Writer(quotes=quotes)
    writer.feed(_cleaner.clean(_shallow(html)))
    writer.close()
    return writer.text()


def _shallow(html: str) -> str:
    """Return the HTML without comments for one program only; without any tag where there are more than programs write.

    The parser takes the square of how deep they nest, so that a mail made for it would hold it for minutes.
    """
    html = re.sub(r"<!--\[if[^>]{0,200}\]>.{0,20000}?<!\[endif\]-->", "", html, flags=re.DOTALL)
    depth = deepest = tags = 0
    for found in re.finditer(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})", html):
        tags += 1
        if found[2].lower() not in _VOID:
            depth = max(depth - 1, 0) if found[1] else depth + 1
            deepest = max(deepest, depth)
    if tags <= MOST_TAGS and deepest <= DEEPEST:
        return html
    return re.sub(r"<[^<>]{0,2000}>", " ", html)
