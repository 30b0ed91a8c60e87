"""Quotations of known words in the source of a text: blocks that begin with the line `> #[12]`, the number of the word.

`core.markdown` renders them; here the source is read and cut, for excerpts, for search, for those who edit it.
"""

import re
from collections.abc import Callable, Iterator

KEPT = re.compile(r"( {0,3}> ?)#\[(\d{1,18})\][ \t]*$")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


def without(text: str) -> str:
    """Return the writer's own words: the text without what it quotes by number."""
    return replaced(text, lambda pk: None)


def replaced(text: str, shown: Callable[[int], str | None]) -> str:
    """Return the text with `shown` in the place of each sign of a word; where that is None, without that quotation."""
    if "#[" not in text:
        return text
    lines = text.split("\n")
    begins = set(heads(lines))
    out, skipping = list[str](), False
    for index, line in enumerate(lines):
        if index in begins:
            found = KEPT.match(line)
            label = shown(int(found[2])) if found else None
            skipping = found is not None and label is None
            if found and label is not None:
                line = f"{found[1]}{label}"
        elif skipping and not _quotes(line):
            skipping = False
        if not skipping:
            out.append(line)
    return "\n".join(out).strip("\n")


def words_in(text: str) -> set[int]:
    """Return the numbers of the words that the source of a text quotes."""
    lines = text.split("\n")
    return {int(found[2]) for index in heads(lines) if (found := KEPT.match(lines[index]))}


def block(number: int, text: str) -> str:
    """Return what the editor begins with when these words of the post with this number are quoted."""
    quoted = "\n".join(f"> {line}".rstrip() for line in text.strip("\n").split("\n"))
    return f"> #{number}\n{quoted}\n\n"


def _quotes(line: str) -> bool:
    return line.lstrip(" ").startswith(">")


def heads(lines: list[str]) -> Iterator[int]:
    """Give the places of the lines with which quotations begin, code left aside."""
    fence, before = "", ""
    for index, line in enumerate(lines):
        found = FENCE.match(line)
        if fence:
            if found and found[1].startswith(fence) and not line[found.end() :].strip():
                fence = ""
        elif found:
            fence = found[1]
        elif _quotes(line) and not _quotes(before):
            yield index
        before = line
