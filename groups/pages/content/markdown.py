"""Pages as Markdown: CommonMark with tables, and notes at the foot written where they belong, as `^[...]`."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from groups.pages.content.tree import Node, Words

DEEPEST = 24
ESCAPED = re.compile(r"[\\`*\[\]]|(?<![^\W_])_|_(?![^\W_])|<(?=[A-Za-z/!?])|&(?=#?\w)|\^(?=\[)")
AT_START = re.compile(
    r"^(\s*)(?:(\d{1,9})(?=[.)](?:\s|$))|(?=#{1,6}(?:\s|$)|[-+*](?:\s|$)|>|=+\s*$|-+\s*$|~{3}|(?:-\s*){3}$))", re.M
)
FENCE = re.compile(r"`+")
TIGHT = re.compile(r"(?:[-*]|1[.)]) \S")


def written(blocks: Sequence[Node]) -> str:
    """Return the page as Markdown, with a line's end at its end; nothing for an empty page."""
    pieces: list[str] = []
    other = False
    before = ""
    for block in blocks:
        # Two lists in a row stay two, because the sign before their items changes.
        other = block.tag == before and block.tag.endswith("_list") and not other
        before = block.tag
        if text := block_text(block, other_sign=other):
            pieces.append(text)
    return "\n\n".join(pieces) + "\n" if pieces else ""


def block_text(block: Node, *, other_sign: bool = False, depth: int = 0) -> str:
    """Return one block as Markdown."""
    if depth > DEEPEST:
        return _line(block)
    match block.tag:
        case "heading":
            return f"{'#' * block.number('level', most=6)} {_line(block)}".rstrip()
        case "bullet_list":
            return _list(block, depth, lambda _n: "* " if other_sign else "- ")
        case "ordered_list":
            first = block.number("order", least=0, most=99_999)
            return _list(block, depth, lambda n: f"{first + n}{')' if other_sign else '.'} ")
        case "blockquote":
            return _indented(_blocks(block, depth), "> ", "> ")
        case "code_block":
            text = "".join(child.text for child in block.children)
            fence = "`" * max(3, 1 + max((len(one) for one in FENCE.findall(text)), default=0))
            return f"{fence}\n{text}\n{fence}"
        case "horizontal_rule":
            return "***"
        case "table":
            return _table(block)
        case "paragraph":
            return AT_START.sub(r"\1\2\\", _line(block))
        case _:
            return _blocks(block, depth) if any(isinstance(one, Node) for one in block.children) else _line(block)


def _blocks(block: Node, depth: int) -> str:
    parts: list[str] = []
    for is_text, run in groupby(
        block.children, lambda one: isinstance(one, Words) or one.tag in {"hard_break", "footnote"}
    ):
        if is_text:
            parts.append(_line(Node("paragraph", {}, tuple(run))))
        else:
            parts += [block_text(one, depth=depth + 1) for one in run if isinstance(one, Node)]
    text = ""
    for part in filter(None, parts):
        # A list under the first line of an item stands right below it.
        close = block.tag == "list_item" and "\n" not in text and TIGHT.match(part)
        text += ("\n" if close else "\n\n") * bool(text) + part
    return text


def _list(block: Node, depth: int, sign: Any) -> str:
    items = []
    for n, item in enumerate(one for one in block.children if isinstance(one, Node)):
        mark = sign(n)
        items.append(_indented(_blocks(item, depth), mark, " " * len(mark)) or mark.rstrip())
    return "\n".join(items)


def _indented(text: str, first: str, rest: str) -> str:
    lines = text.split("\n")
    return "\n".join(((first if n == 0 else rest) + line).rstrip() for n, line in enumerate(lines)) if text else ""


def _table(block: Node) -> str:
    rows = [
        [_line(cell, cell=True) for cell in row.children if isinstance(cell, Node)]
        for row in block.children
        if isinstance(row, Node)
    ]
    width = max(map(len, rows), default=0)
    if not width:
        return ""
    lines = ["| " + " | ".join(row + [""] * (width - len(row))) + " |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])


def _line(block: Node, *, cell: bool = False) -> str:
    """Return what stands in a block as one line of Markdown; lines that are broken on purpose end in a backslash."""
    text = "".join(_inline(list(_flat(block)), ("link", "strong", "em")))
    if cell:
        return text.replace("\\\n", " ").replace("\n", " ").replace("|", "\\|").strip()
    return text.strip(" ")


def _flat(block: Node) -> Iterator[Words | Node]:
    """Return runs, breaks and notes of a block, and of the blocks in it one after the other."""
    for n, child in enumerate(block.children):
        if isinstance(child, Words) or child.tag in {"hard_break", "footnote"}:
            yield child
        else:
            if n:
                yield Words(" ")
            yield from _flat(child)


def _inline(parts: Sequence[Words | Node], marks: Sequence[str]) -> Iterator[str]:
    if not marks:
        for part in parts:
            yield _bare(part)
        return
    name, *rest = marks
    for value, run in groupby(parts, lambda one: _mark(one, name)):
        inner = "".join(_inline(list(run), rest))
        if value is None or not inner.strip():
            yield inner
            continue
        text = inner.strip()
        space, tail = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
        yield space + _wrapped(name, value, text) + tail


def _mark(part: Words | Node, name: str) -> Any:
    if not isinstance(part, Words) or name not in part.marks:
        return None
    return str(part.marks[name].get("href", "")) if name == "link" else True


def _wrapped(name: str, value: Any, text: str) -> str:
    if name == "strong":
        return f"**{text}**"
    if name == "em":
        return f"*{text}*"
    target = re.sub(r"[\s<>]", "", value).replace("(", "%28").replace(")", "%29")
    return f"[{text}]({target})"


def _bare(part: Words | Node) -> str:
    if isinstance(part, Node):
        return "\\\n" if part.tag == "hard_break" else f"^[{_line(Node('paragraph', {}, part.children))}]"
    text = " ".join(re.split(r"[\n\r]+", part.text))
    if "code" in part.marks and text.strip():
        fence = "`" * (1 + max((len(one) for one in FENCE.findall(text)), default=0))
        pad = " " if text.startswith("`") or text.endswith("`") or (text[0] == text[-1] == " ") else ""
        return f"{fence}{pad}{text}{pad}{fence}"
    return ESCAPED.sub(lambda found: "\\" + found[0], text)
