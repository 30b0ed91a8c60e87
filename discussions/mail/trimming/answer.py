"""Where an answer ends and what it answers begins."""

import re
import warnings
from itertools import pairwise

from mailparser_reply import EmailReplyParser

from discussions.addresses import SIGN
from discussions.mail.parsing.html import as_markdown
from discussions.mail.trimming import words
from discussions.mail.trimming.layout import as_paragraphs

LANGUAGES = ["en", "fr", "es", "de", "pt", "ar", "it", "nl", "pl", "sv", "da"]
ASKED_LENGTH = 2_000
SIGNATURE_LINES = 12


def answer_in(text: str, *, flowed: bool = False, quotations: bool = False) -> str:
    """Return what a person wrote in a plain text, in Markdown; "" where there is nothing but a quotation.

    With `quotations` they are kept: who begins something and sends another's mail along means both.
    """
    lines = [line.rstrip("\r") for line in text.replace("\r\n", "\n").split("\n")]
    kept = _without_signature(lines if quotations else _without_quotation(lines))
    return as_paragraphs(kept, flowed=flowed)


def answer_in_html(html: str, *, quotations: bool = False) -> str:
    """Return what a person wrote in a mail that is HTML only, in Markdown."""
    written = as_markdown(html, quotes=quotations)
    if not written.strip():
        written = as_markdown(html, quotes=True)
    lines = written.split("\n")
    bare = [_bare(line) for line in lines]
    kept = _without_signature(bare if quotations else _without_quotation(bare))
    # What is kept are the first lines, or some: the same ones of the Markdown, whose signs a reader does not see.
    return _matching(lines, kept).strip("\n")


def _bare(line: str) -> str:
    """Return a line of Markdown as it reads."""
    return re.sub(r"\\([\\`*_\[\]<>~|#+.)=-])", r"\1", line).replace("**", "").rstrip()


def _matching(lines: list[str], kept: list[str]) -> str:
    found, at = [], 0
    for line in kept:
        while at < len(lines) and _bare(lines[at]) != line:
            at += 1
        if at == len(lines):
            break
        found.append(lines[at])
        at += 1
    return "\n".join(found)


# --- Quotations ---------------------------------------------------------------------------------------------------


def _without_quotation(lines: list[str]) -> list[str]:
    marked = next((at for at, line in enumerate(lines) if _is_marker(line)), None)
    if marked is not None:
        above = _above(lines, marked)
        if _is_written(above):
            return above
        # Whoever writes below the line all the same: our letter is quoted with signs, their words are not.
        lines = [line for line in lines if not _is_marker(line)]
    start, after = _quotation(lines)
    if start is None:
        return _as_the_library_says(lines) if not any(map(_is_quoted, lines)) else _own(lines)
    above, below = lines[:start], lines[after:]
    if not any(map(_is_quoted, below)):
        return above
    answered = _own(below)
    return [*above, "", *answered] if _is_written(answered) else above


def _is_marker(line: str) -> bool:
    return line.lstrip("> \t|*").startswith(SIGN)


def _above(lines: list[str], marked: int) -> list[str]:
    """Return what stands above our line: there, what the program put over the quotation belongs to it too."""
    start, _after = _quotation(lines[:marked])
    above = lines[: marked if start is None else start]
    while above and (not above[-1].strip() or _is_quoted(above[-1])):
        above.pop()
    return above


def _quotation(lines: list[str]) -> tuple[int | None, int]:
    """Return where a program begins a quotation, and where its head ends; nothing where no line of it tells."""
    for at, line in enumerate(lines):
        if not line.strip() or _is_quoted(line):
            continue
        if words.SEPARATOR.match(line):
            return at, _after_head(lines, at + 1)
        if _is_of_head(line) and _is_head(lines, at):
            return _with_rule(lines, at), _after_head(lines, at)
        if length := _attribution(lines, at):
            return at, at + length
    return None, len(lines)


def _attribution(lines: list[str], at: int) -> int:
    """Return over how many lines it is told from here who wrote what follows: one, or up to three that a program wrapped."""
    together: list[str] = []
    for line in lines[at : at + 3]:
        if not line.strip() or _is_quoted(line) or (together and words.is_attribution(line, whole=False)):
            return 0
        together.append(line.strip())
        if words.is_attribution(" ".join(together), whole=len(together) == 1):
            return len(together)
    return 0


def _is_head(lines: list[str], at: int) -> bool:
    """Say whether at least three lines of a head stand here, of which one says from whom."""
    near = [line for line in lines[at : at + 9] if line.strip()][:5]
    return sum(map(_is_of_head, near)) >= 3 and any(words.HEAD_FROM.match(line) for line in near)


def _is_of_head(line: str) -> bool:
    return bool(words.HEAD_FROM.match(line) or words.HEAD_OTHER.match(line))


def _after_head(lines: list[str], at: int) -> int:
    while at < len(lines) and (not lines[at].strip() or _is_of_head(lines[at])):
        at += 1
    return at


def _with_rule(lines: list[str], at: int) -> int:
    """Return where the line is that Outlook draws above a head, if there is one."""
    above = at - 1
    while above >= 0 and not lines[above].strip():
        above -= 1
    return above if above >= 0 and words.RULE.match(lines[above]) else at


def _own(lines: list[str]) -> list[str]:
    """Return the lines that are no quotation, each behind the end of what it answers; quotations at the end are left out.

    Answers that stand between quotations mean nothing without them: what is quoted directly above stays, its last lines. An
    answer below all that it quotes stands in the thread below it anyway.
    """
    kept: list[str] = []
    quoted: list[str] = []
    turns = sum(_is_quoted(one) and not _is_quoted(two) for one, two in pairwise(filter(str.strip, lines)))
    for line in lines:
        if _is_quoted(line):
            quoted.append(line)
        elif line.strip():
            if quoted:
                kept += ["", *_last_quoted(quoted), ""] if turns > 1 or _is_written(kept) else [""]
                quoted = []
            kept.append(line)
        else:
            kept.append(line)
    return kept


QUOTED_KEPT = 6


def _last_quoted(quoted: list[str]) -> list[str]:
    said = [line for line in quoted if line.strip(" >\t|")]
    return ["> " + line.lstrip(" >\t|") for line in said[-QUOTED_KEPT:]]


def _is_quoted(line: str) -> bool:
    return bool(words.QUOTED.match(line))


def _is_written(lines: list[str]) -> bool:
    return any(line.strip() and not _is_quoted(line) for line in lines)


def _as_the_library_says(lines: list[str]) -> list[str]:
    """Ask the library for programs that are not known here; what it keeps must be a beginning of the text, and some.

    Its expressions take the cube of a text made to hold them up: of an ordinary one, and a short one, half a second at most.
    """
    text = "\n".join(lines).strip()
    if len(text) > ASKED_LENGTH or re.search(r"\s{12}", text):
        return lines
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the library calls `re.sub` in an old manner
        found = EmailReplyParser(languages=LANGUAGES).read(text)
    if len(found.replies) < 2:
        return lines
    first = (found.replies[0].content or "").strip().split("\n")
    length = len(first)
    start = next((at for at, line in enumerate(lines) if line.strip()), 0)
    is_beginning = [line.strip() for line in lines[start : start + length]] == [line.strip() for line in first]
    return lines[: start + length] if is_beginning and _is_written(first) else lines


# --- Signatures ---------------------------------------------------------------------------------------------------


def _without_signature(lines: list[str]) -> list[str]:
    """Return the lines without what stands below the two dashes, and without what telephones and programs add."""
    for at, line in enumerate(lines):
        # Below it an answer may go on in an odd mail: then it was no signature.
        if words.DASHES.match(line) and at and len([one for one in lines[at:] if one.strip()]) <= SIGNATURE_LINES:
            lines = lines[:at] if _is_written(lines[:at]) else lines
            break
    lines = list(lines)
    while lines:
        last = lines[-1].strip()
        if last and not (words.DEVICE.match(last) and len(last) <= 160) and not words.RULE.match(last):
            break
        lines.pop()
    return lines
