"""The text of files that are text: as it is, as a table, or in the rich text format of 1987."""

import codecs
import re
from collections.abc import Iterator
from typing import IO

from groups.documents.reading.pages import MOST_TEXT

UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def plain(file: IO[bytes]) -> Iterator[str]:
    """Read a text in UTF-8, in UTF-16 with its mark, or in the eight bits of western Europe."""
    data = file.read(4 * MOST_TEXT)
    if data.startswith(UTF16):
        yield data.decode("utf-16", "ignore")
        return
    cut = len(data) == 4 * MOST_TEXT
    try:
        yield codecs.getincrementaldecoder("utf-8-sig")().decode(data, final=not cut)
    except UnicodeDecodeError:
        yield data.decode("cp1252", "replace")


# Groups that hold no text: fonts, colours, styles, pictures, what the file says of itself.
SILENT = frozenset(
    "fonttbl colortbl stylesheet info pict object themedata datastore latentstyles listtable listoverridetable rsidtbl "
    "generator xmlnstbl header footer headerl headerr footerl footerr fldinst bkmkstart bkmkend".split()
)
BREAKS = {"par": "\n", "line": "\n", "row": "\n", "sect": "\n", "tab": "\t", "cell": "\t", "page": "\f"}
SIGNS = {"emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•"}
RTF = re.compile(
    rb"\\'(?P<byte>[0-9a-fA-F]{2})|\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})?[ ]?|\\(?P<sign>[^a-zA-Z])"
    rb"|(?P<brace>[{}])|[\r\n]+|(?P<text>[^\\{}\r\n]+)"
)


def rtf(file: IO[bytes]) -> Iterator[str]:
    """Read a rich text: its words, in whatever eight-bit code or Unicode escapes it has them."""
    code, silent, skip = "cp1252", False, 0
    wide = 1  # how many signs of fallback stand behind a Unicode escape
    stack = list[tuple[bool, int]]()
    raw = bytearray()
    for match in RTF.finditer(file.read(64 * 1024**2)):
        if match["byte"] and not silent:
            if skip:
                skip -= 1
            else:
                raw.append(int(match["byte"], 16))
            continue
        if raw:
            yield raw.decode(code, "replace")
            raw.clear()
        if match["brace"] == b"{":
            stack.append((silent, wide))
        elif match["brace"]:
            silent, wide = stack.pop() if stack else (False, 1)
            skip = 0
        elif match["sign"] == b"*":
            silent = True
        elif match["sign"] and not silent:
            yield {b"~": "\u00a0", b"_": "-", b"-": ""}.get(match["sign"], match["sign"].decode("latin-1"))
        elif match["word"]:
            word, number = match["word"].decode(), int(match["number"] or 0)
            if word in SILENT:
                silent = True
            elif word == "ansicpg":
                code = _code(number)
            elif word == "uc":
                wide = min(max(number, 0), 8)
            elif word == "u" and not silent:
                yield _sign(number)
                skip = wide
            elif not silent:
                yield BREAKS.get(word) or SIGNS.get(word, "")
        elif match["text"] and not silent:
            text = match["text"][skip:]
            skip = max(skip - len(match["text"]), 0)
            yield text.decode(code, "replace")
    yield raw.decode(code, "replace")


def _code(number: int) -> str:
    try:
        return codecs.lookup(f"cp{number}").name
    except LookupError:
        return "cp1252"


def _sign(number: int) -> str:
    """Return the sign of a Unicode escape, which counts in signed 16 bits; halves of a pair are joined by whoever decodes."""
    number %= 0x10000
    return "" if 0xD800 <= number <= 0xDFFF else chr(number)
