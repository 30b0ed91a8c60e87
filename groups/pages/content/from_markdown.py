"""Markdown as pages: what `groups.pages.content.markdown` writes is read here, and whatever else people write."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from core.errors import DomainError
from core.markdown import TooComplex, clean, counting_parser
from core.notes import read_note
from groups.pages.content.tree import Node, Words, joined

LONGEST = 400_000
MOST_STEPS = 150_000


class TooLong(DomainError):
    """The text is more than a page holds."""

    code = "too_long"


def parsed(text: str) -> tuple[Node, ...]:
    """Return the blocks that a text in Markdown makes; raises `TooLong`."""
    text = clean(text)
    if len(text) > LONGEST:
        raise TooLong(_("This is longer than a page holds. Make several of it."))
    try:
        tokens = _parser().parse(text, {"most": MOST_STEPS})
    except TooComplex as error:
        raise TooLong(_("This is longer than a page holds. Make several of it.")) from error
    return tuple(_block(one) for one in SyntaxTreeNode(tokens).children)


@cache
def _parser() -> MarkdownIt:
    parser = counting_parser().enable(["table"])
    parser.inline.ruler.before("link", "note", read_note)
    parser.inline.add_terminator_char("^")
    return parser


LISTS = {"bullet_list", "ordered_list", "list_item", "blockquote"}
CELLS = {"th": "table_header", "td": "table_cell"}


def _block(node: SyntaxTreeNode) -> Node:
    match node.type:
        case "heading":
            return Node("heading", {"level": min(4, int(node.tag[1:]))}, _inlines(node))
        case "paragraph":
            return Node("paragraph", {}, _inlines(node))
        case "fence" | "code_block":
            text = node.content.removesuffix("\n")
            return Node("code_block", {}, (Words(text),) if text else ())
        case "hr":
            return Node("horizontal_rule")
        case "table":
            rows = [row for part in node.children for row in part.children]
            return Node("table", {}, tuple(_row(row) for row in rows))
        case kind if kind in LISTS:
            children = tuple(_block(one) for one in node.children)
            if kind in {"list_item", "blockquote"} and not children:
                children = (Node("paragraph"),)
            order = {"order": int(node.attrs.get("start", 1))} if kind == "ordered_list" else {}
            return Node(kind, order, children)
        case _:
            return Node("paragraph", {}, _inlines(node))


def _row(row: SyntaxTreeNode) -> Node:
    cells = tuple(
        Node(CELLS.get(one.type, "table_cell"), {}, (Node("paragraph", {}, _inlines(one)),)) for one in row.children
    )
    return Node("table_row", {}, cells)


def _inlines(node: SyntaxTreeNode) -> tuple[Node | Words, ...]:
    return tuple(joined(part for child in node.children for part in _parts(child, {})))


def _parts(node: SyntaxTreeNode, marks: dict[str, Any]) -> Iterator[Node | Words]:
    match node.type:
        case "text" | "text_special":
            yield Words(node.content, marks)
        case "code_inline":
            yield Words(node.content, {**marks, "code": {}})
        case "softbreak":
            yield Words(" ", marks)
        case "hardbreak":
            yield Node("hard_break")
        case "note":
            inside = (part for child in node.children for part in _parts(child, {}))
            yield Node("footnote", {}, tuple(joined(_words(inside))))
        case "strong" | "em":
            for child in node.children:
                yield from _parts(child, {**marks, node.type: {}})
        case "link":
            for child in node.children:
                yield from _parts(child, {**marks, "link": {"href": str(node.attrs.get("href", ""))}})
        case _:
            for child in node.children:
                yield from _parts(child, marks)


def _words(parts: Iterable[Node | Words]) -> Iterator[Words]:
    """Return what a note may hold: the words of a note within it are words of it, and a new line in it is none."""
    for part in parts:
        if isinstance(part, Words):
            yield part
        elif part.tag == "footnote":
            yield from _words(part.children)
        else:
            yield Words(" ")
