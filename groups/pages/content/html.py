"""Pages as HTML: for readers, and as a file. Everything in it is made here and escaped; nothing of a page passes as it is."""

from collections.abc import Sequence
from itertools import groupby
from urllib.parse import urlsplit

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core.notes import foot
from groups.pages.content.tree import Node, Words

DEEPEST = 24
PLAIN = {
    "bullet_list": "ul",
    "list_item": "li",
    "blockquote": "blockquote",
    "table_row": "tr",
    "table_cell": "td",
    "table_header": "th",
}
DIRECTED = {"ul", "ol", "blockquote", "table"}
SCHEMES = {"http", "https", "mailto"}


def safe_address(address: object) -> str:
    """Return an address that may stand in a link: of the web, of mail, or of this site; nothing for any other."""
    text = str(address).strip()
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    if parts.scheme:
        return text if parts.scheme.lower() in SCHEMES else ""
    return text if text.startswith(("/", "#")) and not text.startswith("//") else ""


class Writer:
    """Writes blocks, and gathers the notes for the page's foot. `first` is the level of a heading of level 1."""

    def __init__(self, *, first: int = 2, suggestions: bool = True) -> None:
        self.first, self.suggestions = first, suggestions
        self.notes: list[str] = []

    def page(self, blocks: Sequence[Node]) -> SafeString:
        """Return the whole page."""
        body = "\n".join(self.block(block) for block in blocks)
        return mark_safe(body + (foot(self.notes) if self.notes else ""))  # noqa: S308 - every text in it was escaped

    def block(self, block: Node, depth: int = 0) -> str:
        """Return one block."""
        if depth > DEEPEST:
            return escape(block.text)
        match block.tag:
            case "heading":
                name = f"h{min(6, self.first - 1 + block.number('level', most=4))}"
                return f'<{name} dir="auto">{self.line(block.children)}</{name}>'
            case "horizontal_rule":
                return "<hr>"
            case "code_block":
                return f'<pre dir="ltr"><code>{escape("".join(child.text for child in block.children))}</code></pre>'
            case "ordered_list":
                first = block.number("order", least=0)
                start = f' start="{first}"' if first != 1 else ""
                return f'<ol dir="auto"{start}>{self._inside(block, depth)}</ol>'
            case "table":
                rows = self._inside(block, depth)
                return f'<div class="table-wrap"><table class="table" dir="auto"><tbody>{rows}</tbody></table></div>'
            case tag if tag in PLAIN:
                name = PLAIN[tag]
                return f"<{name}{self._attributes(block, name)}>{self._inside(block, depth)}</{name}>"
            case _:
                if any(isinstance(one, Node) and one.tag not in {"hard_break", "footnote"} for one in block.children):
                    return self._inside(block, depth)
                return f'<p dir="auto">{self.line(block.children)}</p>'

    def _attributes(self, block: Node, name: str) -> str:
        text = ' dir="auto"' if name in DIRECTED else ""
        if name in {"td", "th"}:
            for attribute in ("colspan", "rowspan"):
                if (span := block.number(attribute, most=100)) > 1:
                    text += f' {attribute}="{span}"'
        return text

    def _inside(self, block: Node, depth: int) -> str:
        """Return what stands in a block; a paragraph that is alone in an item or a cell has no element of its own."""
        parts: list[str] = []
        children = block.children
        alone = block.tag in {"list_item", "table_cell", "table_header"} and len(children) == 1
        for is_text, run in groupby(
            children, lambda one: isinstance(one, Words) or one.tag in {"hard_break", "footnote"}
        ):
            if is_text:
                parts.append(self.line(list(run)))
                continue
            for one in run:
                assert isinstance(one, Node)
                bare = alone and one.tag == "paragraph"
                parts.append(self.line(one.children) if bare else self.block(one, depth + 1))
        return "".join(parts)

    def line(self, parts: Sequence[Node | Words]) -> str:
        """Return runs of text, with what stands between them."""
        return "".join(self._run(part) if isinstance(part, Words) else self._inline(part) for part in parts)

    def _inline(self, part: Node) -> str:
        if part.tag == "hard_break":
            return "<br>"
        if part.tag != "footnote":
            return escape(part.text)
        if part.is_suggested and not self.suggestions:
            return ""
        self.notes.append("")
        n = len(self.notes)
        self.notes[n - 1] = self.line([one for one in part.children if isinstance(one, Words)])
        label = escape(_("note %(number)d") % {"number": n})
        text = f'<sup id="to-note-{n}"><a href="#note-{n}" aria-label="{label}">{n}</a></sup>'
        if self.suggestions and (part.is_suggested or part.is_to_go):
            name = "del" if part.is_to_go else "ins"
            text = f"<{name}>{text}</{name}>"
        return text

    def _run(self, words: Words) -> str:
        marks = words.marks
        if not self.suggestions and "insertion" in marks:
            return ""
        text: str = escape(words.text)
        for mark, name in (("code", "code"), ("em", "em"), ("strong", "strong")):
            if mark in marks:
                text = f"<{name}>{text}</{name}>"
        if "link" in marks and (address := safe_address(marks["link"].get("href", ""))):
            text = f'<a href="{escape(address)}" rel="noopener noreferrer nofollow">{text}</a>'
        if self.suggestions:
            for mark, name in (("insertion", "ins"), ("deletion", "del")):
                if mark in marks:
                    text = f"<{name}>{text}</{name}>"
            if "comment" in marks:
                anchor = escape(str(marks["comment"].get("id", ""))[:64])
                text = f'<mark class="commented" data-comment="{anchor}">{text}</mark>'
        return text


def rendered(blocks: Sequence[Node]) -> SafeString:
    """Return the page as readers see it, with what is suggested and where it is commented on."""
    return Writer().page(blocks)
