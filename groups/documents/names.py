"""Names of files, documents and folders as they are shown: what would mislead a reader or break a header is taken out."""

import re
import unicodedata
from urllib.parse import quote

from django.utils.translation import gettext as _

from core.errors import DomainError

MAX_BYTES = 180
TITLE_LENGTH = 200
# Controls, directional overrides and isolates, signs without width: they make a name read as another.
HIDDEN = re.compile(
    "[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202f\u205f-\u206f"
    "\u3164\ufeff\uffa0\ufff0-\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
RESERVED = {
    *("con", "prn", "aux", "nul", "conin$", "conout$"),
    *(f"{port}{number}" for port in ("com", "lpt") for number in (*range(10), "¹", "²", "³")),
}


class BadName(DomainError):
    """The name cannot be used."""

    code = "bad_name"


def _visible(name: str) -> str:
    spaced = re.sub("[\t\n\r\u2028\u2029]", " ", unicodedata.normalize("NFC", name))
    return " ".join(HIDDEN.sub("", spaced).split())


def _shows(name: str) -> bool:
    """Say whether anything of the name is seen: a blank in Braille, accents and variants of nothing are not."""
    return any(unicodedata.category(sign)[0] in "LNPS" and sign != "\u2800" for sign in name)


def clean_file_name(name: str) -> str:
    """Return the last part of the name without hidden signs, leading and trailing dots and spaces, at most 180 bytes.

    Raises `BadName` where nothing is left, or where the rest is a device's name on some machines.
    """
    name = _visible(name.replace("\\", "/").rsplit("/", 1)[-1]).strip(". ")
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem, ending = name, ""
    stem, tail = stem.rstrip(". "), f".{ending.strip()}" if dot else ""
    first = stem.split(".", 1)[0].strip().lower()
    if not _shows(stem.strip(". ")) or first in RESERVED or len(tail.encode()) > MAX_BYTES // 2:
        raise BadName(_("This file name cannot be used. Rename the file and send it again."))
    while len((stem + tail).encode()) > MAX_BYTES:
        stem = stem[:-1]
    return stem.rstrip(". ") + tail


def file_name_of(title: str, ending: str) -> str:
    """Return the name of a file that is made of a title: all of it that a name can hold, at most 180 bytes; never a refusal."""
    stem, tail = re.sub(r"[/\\]", "-", _visible(title)).strip(". "), f".{ending}"
    if not _shows(stem) or stem.split(".", 1)[0].strip().lower() in RESERVED:
        stem = f"_{stem}"
    while len((stem + tail).encode()) > MAX_BYTES:
        stem = stem[:-1]
    return stem.rstrip(". ") + tail


def clean_title(name: str, length: int = TITLE_LENGTH) -> str:
    """Return a title or a folder's name without hidden signs and surrounding space; empty or too long is refused."""
    title = _visible(name)
    if not _shows(title.strip(".")) or len(title) > length:
        raise BadName(_("Give it a name of at most %(length)d characters.") % {"length": length})
    return title


def attachment(file_name: str) -> str:
    """Return the Content-Disposition under which the file is saved with this name (RFC 6266), and never shown.

    `filename` is for old programs: plain letters only, so that nothing in it needs escaping; `filename*` is the name.
    """
    plain = unicodedata.normalize("NFKD", file_name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^\w .,()+-]", "_", plain, flags=re.ASCII).strip(" .") or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"
