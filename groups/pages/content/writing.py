"""A text put into a page by changing as little of it as can be, so that the cursors and the writing of others live on.

Blocks that say the same stay as they are, with their comments and suggestions. In a block that says something else only the
words that differ are taken out and put in.
"""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import accumulate, pairwise
from typing import Any

from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from groups.pages.content.from_markdown import parsed
from groups.pages.content.markdown import block_text
from groups.pages.content.tree import Node, Words, node_of, root_of

PLAIN_MARKS = ("strong", "em", "code", "link")
SUGGESTED = ("insertion", "deletion")
TOKENS = re.compile(r"\s+|\w+|[^\w\s]")
MOST_PAIRS = 4_000_000
ATTRIBUTES = {"heading": ("level",), "ordered_list": ("order",)}
IN_LINE = {"hard_break", "footnote"}

Key = Any


def key_of(part: Node | Words) -> Key:
    """Return what Markdown says of a part, to compare it by; runs that differ only in what it does not say are one."""
    if isinstance(part, Words):
        return ("", part.text, tuple((name, _value(part, name)) for name in PLAIN_MARKS if name in part.marks))
    attrs = tuple(part.number(name, least=0, most=99_999) for name in ATTRIBUTES.get(part.tag, ()))
    children: list[Key] = []
    for child in part.children:
        key = key_of(child)
        if children and key[0] == "" and children[-1][0] == "" and children[-1][2] == key[2]:
            key = ("", children.pop()[1] + key[1], key[2])
        children.append(key)
    return (part.tag, attrs, tuple(children))


def _value(words: Words, name: str) -> str:
    return str(words.marks[name].get("href", "")) if name == "link" else ""


def put(doc: Doc[Any], text: str) -> None:
    """Have the page say what a text in Markdown says; raises `TooLong`."""
    put_blocks(doc, parsed(text))


def put_blocks(doc: Doc[Any], wanted: Sequence[Node]) -> None:
    """Have the page say what these blocks say, in one change."""
    with doc.transaction():
        root = root_of(doc)
        # What Markdown cannot say of a block that stands there counts as unchanged when its text is.
        standing = [(n, _said(node_of(child))) for n, child in enumerate(root.children)]
        seen = [(n, key) for n, key in standing if key]
        places = [n for n, _ in seen]
        _bring(root, places, [key for _, key in seen], wanted, [(key_of(one),) for one in wanted])
        if standing and not len(root.children):
            # One for all who go on writing: each of two would begin their own.
            root.children.append(XmlElement("paragraph")).children.append(XmlText(""))


def _said(block: Node) -> tuple[Key, ...]:
    """Return what is left of a block that goes through Markdown; nothing of one that is empty."""
    return tuple(key_of(one) for one in parsed(block_text(block)))


def _bring(
    parent: XmlFragment | XmlElement, places: list[int], old: list[Key], wanted: Sequence[Node], new: list[Key]
) -> None:
    """Change the parts of `parent` at these places into the wanted ones, from the last to the first."""
    for tag, i1, i2, j1, j2 in reversed(_opcodes(old, new)):
        if tag == "equal":
            continue
        pairs = min(i2 - i1, j2 - j1)
        for i in reversed(range(i1 + pairs, i2)):
            del parent.children[places[i]]
        at = places[i1 + pairs - 1] + 1 if pairs else (places[i1] if i1 < len(places) else _end(parent, places))
        if i1 == len(places) and not pairs:
            at = _end(parent, places)
        for offset, node in enumerate(wanted[j1 + pairs : j2]):
            _insert(parent, at + offset, node)
        for n in reversed(range(pairs)):
            _change(parent, places[i1 + n], wanted[j1 + n])


def _end(parent: XmlFragment | XmlElement, places: list[int]) -> int:
    return places[-1] + 1 if places else len(parent.children)


def _opcodes(old: Sequence[Key], new: Sequence[Key]) -> list[tuple[str, int, int, int, int]]:
    """Return how the one becomes the other, in bounded time."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    a, b = old[start : len(old) - end], new[start : len(new) - end]
    if len(a) * len(b) > MOST_PAIRS or not (a and b):
        middle: list[Any] = (
            [("replace" if a and b else "delete" if a else "insert", 0, len(a), 0, len(b))] if a or b else []
        )
    else:
        middle = [(str(tag), *at) for tag, *at in SequenceMatcher(None, a, b, autojunk=False).get_opcodes()]
    shifted = [(tag, i1 + start, i2 + start, j1 + start, j2 + start) for tag, i1, i2, j1, j2 in middle]
    return [code for code in shifted if code[0] != "equal"]


def _change(parent: XmlFragment | XmlElement, at: int, wanted: Node) -> None:
    """Have one part say what another says; one of another kind takes its place."""
    part = parent.children[at]
    if not isinstance(part, XmlElement) or part.tag != wanted.tag:
        del parent.children[at]
        _insert(parent, at, wanted)
        return
    for name in ATTRIBUTES.get(wanted.tag, ()):
        if name in wanted.attrs and node_of(part).number(name, least=0, most=99_999) != wanted.attrs[name]:
            part.attributes[name] = wanted.attrs[name]
    if _is_line(wanted) and all(_is_in_line(child) for child in part.children):
        _change_line(part, wanted)
        return
    old = [key_of(node_of(child)) for child in part.children]
    blocks = [one for one in wanted.children if isinstance(one, Node)]
    _bring(part, list(range(len(old))), old, blocks, [key_of(one) for one in blocks])


def _is_line(node: Node) -> bool:
    return all(isinstance(one, Words) or one.tag in IN_LINE for one in node.children) and node.tag in {
        "paragraph",
        "heading",
        "code_block",
        "footnote",
    }


def _is_in_line(part: XmlElement | XmlText | XmlFragment) -> bool:
    return isinstance(part, XmlText) or (isinstance(part, XmlElement) and part.tag in IN_LINE)


def _change_line(part: XmlElement, wanted: Node) -> None:
    """Change the text of a block: run by run between its breaks and notes, where these are the same."""
    stands, comes = _segments(list(part.children)), _wanted_segments(wanted.children)
    if [tag for tag, _ in stands if tag] != [tag for tag, _ in comes if tag] or len(stands) != len(comes):
        del part.children[0 : len(part.children)]
        _fill(part, wanted.children)
        return
    at = len(part.children)
    for (tag, standing), (_, coming) in zip(reversed(stands), reversed(comes), strict=True):
        at -= len(standing)
        if tag:
            if tag == "footnote" and key_of(node_of(standing[0])) != key_of(coming[0]):
                _change_line(standing[0], coming[0])
        elif len(standing) == 1:
            _change_words(standing[0], coming)
        elif _keys(run for text in standing for run in node_of(text).children) != _keys(coming):
            if standing:
                del part.children[at : at + len(standing)]
            _fill(part, coming, at)


def _keys(parts: Any) -> Key:
    return key_of(Node("paragraph", {}, tuple(parts)))


def _segments(children: list[Any]) -> list[tuple[str, list[Any]]]:
    """Return runs of texts, and between each two what stands there: a tag and one part."""
    found: list[tuple[str, list[Any]]] = [("", [])]
    for child in children:
        if isinstance(child, XmlText):
            found[-1][1].append(child)
        else:
            found += [(str(child.tag), [child]), ("", [])]
    return found


def _wanted_segments(children: Sequence[Node | Words]) -> list[tuple[str, list[Any]]]:
    found: list[tuple[str, list[Any]]] = [("", [])]
    for child in children:
        if isinstance(child, Words):
            found[-1][1].append(child)
        else:
            found += [(child.tag, [child]), ("", [])]
    return found


# --- Words ------------------------------------------------------------------------------------------------------------


def _size(text: str) -> int:
    """Return how long a text is for the library, which counts bytes."""
    return len(text.encode())


def _change_words(text: XmlText, wanted: Sequence[Words]) -> None:
    """Take out and put in the words that differ, then give every word the marks it is to have."""
    before = "".join(said for said, _ in text.diff() if isinstance(said, str))
    after = "".join(words.text for words in wanted)
    old, new = TOKENS.findall(before), TOKENS.findall(after)
    starts, ends = _places(old), _places(new)
    codes = _opcodes(old, new)
    for _tag, i1, i2, j1, j2 in reversed(codes):
        if i2 > i1:
            del text[starts[i1] : starts[i2]]
        if j2 > j1:
            text.insert(starts[i1], "".join(new[j1:j2]))
    _clean(text, [(ends[j1], ends[j2]) for _tag, _i1, _i2, j1, j2 in codes if j2 > j1])
    _mark(text, wanted)


def _places(tokens: Sequence[str]) -> list[int]:
    """Return where each token begins, and where the last one ends."""
    return list(accumulate(map(_size, tokens), initial=0))


def _runs(text: XmlText) -> Iterator[tuple[int, int, dict[str, Any]]]:
    at = 0
    for said, attrs in text.diff():
        size = _size(said) if isinstance(said, str) else 1
        yield at, at + size, dict(attrs or {})
        at += size


def _shared(text: XmlText, ranges: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, dict[str, Any], int]]:
    """Give what runs and ranges have in common, and the range's number. Both are in order and are gone through once, in step.

    The runs are those at the beginning: marks that are given meanwhile to what was shared change nothing of the others.
    """
    n = 0
    for low, high, attrs in list(_runs(text)):
        while n < len(ranges) and ranges[n][1] <= low:
            n += 1
        at = n
        while at < len(ranges) and ranges[at][0] < high:
            start, stop = max(low, ranges[at][0]), min(high, ranges[at][1])
            if start < stop:
                yield start, stop, attrs, at
            at += 1


def _clean(text: XmlText, put_in: Sequence[tuple[int, int]]) -> None:
    """Take from what was put in the suggestions of the words beside it: nobody suggested these."""
    for start, stop, attrs, _n in _shared(text, put_in):
        names = [name for name, value in attrs.items() if name.partition("--")[0] in SUGGESTED and value is not None]
        if names:
            text.format(start, stop, dict.fromkeys(names))


def _mark(text: XmlText, wanted: Sequence[Words]) -> None:
    """Give every word the marks of Markdown that it is to have, and leave all others as they are."""
    ends = _places([words.text for words in wanted])
    for start, stop, attrs, n in _shared(text, list(pairwise(ends))):
        if change := _difference(attrs, wanted[n]):
            text.format(start, stop, change)


def _difference(attrs: dict[str, Any], words: Words) -> dict[str, Any]:
    change: dict[str, Any] = {}
    for name in PLAIN_MARKS:
        has, wants = attrs.get(name), words.marks.get(name)
        if wants is None and has is not None:
            change[name] = None
        elif wants is not None and (has is None or (name == "link" and has.get("href") != wants.get("href"))):
            change[name] = dict(wants)
    return change


# --- New parts --------------------------------------------------------------------------------------------------------


def _insert(parent: XmlFragment | XmlElement, at: int, node: Node) -> None:
    element = parent.children.insert(at, XmlElement(node.tag))
    for name, value in node.attrs.items():
        element.attributes[name] = value
    _fill(element, node.children)


def _fill(element: XmlElement, parts: Sequence[Node | Words], at: int = 0) -> None:
    text: XmlText | None = None
    for part in parts:
        if isinstance(part, Node):
            _insert(element, at, part)
            at, text = at + 1, None
        elif part.text:
            if text is None:
                text = element.children.insert(at, XmlText(""))
                at += 1
            text.insert(len(text), part.text, {name: dict(value) for name, value in part.marks.items()})
