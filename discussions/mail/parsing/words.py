"""Decoding what mail programs encode: charsets they name rightly, wrongly or not at all, and headers in RFC 2047."""

import codecs
import re
import unicodedata
from email.errors import HeaderParseError
from email.header import decode_header

HEADER_LENGTH = 2_000
"""Characters of one header that are looked at: a subject, an address, a name."""

# What programs write for what they mean.
_MEANT = {
    "ascii": "utf-8",
    "us-ascii": "utf-8",
    "iso-8859-1": "windows-1252",
    "latin-1": "windows-1252",
    "iso8859-1": "windows-1252",
    "iso-8859-8-i": "iso-8859-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "x-unknown": "utf-8",
    "unknown-8bit": "utf-8",
}
# Encodings that are none of letters: what names them would unpack or execute something else.
_TEXT = re.compile(r"[a-z0-9][a-z0-9._-]{1,30}")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u0080-\u009f]")


def decode(data: bytes, charset: str = "") -> str:
    """Return the text of bytes: in UTF-8 where they are, else in the charset named, else as most of the rest of the world writes.

    Never fails: what fits nothing becomes the sign for it. UTF-8 comes first, because texts that are no UTF-8 are never valid
    by chance, and many programs name another charset than the one they write; those of seven bits are taken at their word,
    and UTF-16 is where it shows.
    """
    named = charset.strip().strip("\"'").lower()
    named = _MEANT.get(named, named)
    seven_bit = named.startswith(("iso-2022", "utf-7", "hz"))
    is_wide = named.startswith("utf-16") and (
        b"\0" in data or data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    )
    for candidate in [named, "utf-8"] if seven_bit or is_wide else ["utf-8", named]:
        if text := _decoded(data, candidate):
            return _CONTROLS.sub("", text)
    return _CONTROLS.sub("", data.decode("windows-1252", "replace"))


def _decoded(data: bytes, charset: str) -> str | None:
    if not _TEXT.fullmatch(charset):
        return None
    try:
        if not codecs.lookup(charset)._is_text_encoding:
            return None
        return data.decode(charset)
    except (LookupError, UnicodeError, ValueError):
        return None


def is_seen(text: str) -> bool:
    """Say whether there is anything in a text that a reader sees."""
    return any(unicodedata.category(sign)[0] not in "CZ" for sign in text)


def decode_words(header: str) -> str:
    """Return a header's text with its encoded words decoded, on one line, at most `HEADER_LENGTH` of what stands there."""
    header = header[:HEADER_LENGTH]
    try:
        parts = decode_header(_joined(header))
    except (HeaderParseError, ValueError, LookupError):
        parts = [(header, None)]
    text = "".join(_part(part, charset) for part, charset in parts)
    return " ".join(_CONTROLS.sub(" ", text).split())


def _joined(header: str) -> str:
    """Return the header on one line."""
    return " ".join(header.split())


def _part(part: str | bytes, charset: str | None) -> str:
    if isinstance(part, str):
        # Bytes that stand bare in a header come as surrogates.
        return decode(part.encode("utf-8", "surrogateescape"))
    return decode(part, charset or "")
