"""Plain text as Markdown: lines that a program wrapped become paragraphs again, those that somebody ended stay ended."""

import re

WRAPPED = 56
"""A line of so many characters was ended by a program, where the next one goes on."""

_ITEM = re.compile(r"^\s*(?:[-*+•–]\s|\d{1,3}[.)]\s|>)")
_UNDERLINE = re.compile(r"^\s{0,3}(?:=+|-+)\s*$")
_INDENT = re.compile(r"^[ \t\xa0]{4,}")


def as_paragraphs(lines: list[str], *, flowed: bool = False) -> str:
    """Return the lines as Markdown that reads as the mail did."""
    lines = [_line(line) for line in (_unflowed(lines) if flowed else lines)]
    written: list[str] = []
    for at, line in enumerate(lines):
        following = lines[at + 1] if at + 1 < len(lines) else ""
        if _UNDERLINE.match(line) and written and written[-1].strip():
            # Below words it would make a heading of them.
            written.append("")
        text = line.rstrip()
        if text and following.strip() and not (_goes_on(text, following) or _ITEM.match(following)):
            text += "  "
        if (written and _ITEM.match(line) and written[-1].strip() and not _ITEM.match(written[-1])) or (
            written and text and written[-1].startswith(">") and not text.startswith(">")
        ):
            written.append("")
        written.append(text)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(written)).strip("\n")


def _goes_on(line: str, following: str) -> bool:
    """Say whether a program broke the line: it is long, or the next word would not have fitted."""
    return len(line) >= WRAPPED or len(line) + len(following.split()[0]) > 78


def _line(line: str) -> str:
    """Return a line without what Markdown would take for code."""
    return _INDENT.sub("   ", line.replace("\t", "    ")).replace("\xa0", " ").replace("•", "-", 1) if line else line


def _unflowed(lines: list[str]) -> list[str]:
    """Join what was broken by the rule of RFC 3676: a line that ends in a space goes on, but the one of a signature."""
    joined: list[str] = []
    for line in lines:
        line = line.removeprefix(" ") if line.startswith(" ") else line
        if joined and joined[-1].endswith(" ") and joined[-1] != "-- " and line.strip() and not line.startswith(">"):
            joined[-1] += line
        else:
            joined.append(line)
    return joined
