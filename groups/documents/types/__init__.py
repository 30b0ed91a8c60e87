"""Which files may enter a library: by what their bytes are, never by their name alone.

The name's ending must agree with the bytes, because the ending decides which program opens the file on a member's machine.
What could run there (programs, scripts, web pages, drawings with scripts) is refused by name; of an office file it is told
whether it carries macros.
"""

from pathlib import PurePosixPath
from typing import IO

from django.utils.translation import gettext as _

from groups.documents.types.archives import carries_macros, kind_of_archive
from groups.documents.types.kinds import ACCEPT, KINDS, Kind, Refused
from groups.documents.types.sound import is_mp3
from groups.documents.types.texts import is_markup, is_text

__all__ = ["ACCEPT", "KINDS", "Kind", "Refused", "carries_macros", "kind_named", "kind_of", "refuse_by_name"]

# A still image in the container of films: no film, and few programs open it.
PICTURE_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis", b"crx ")
# Old office files, and new ones behind a password.
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def kind_named(file_name: str) -> Kind | None:
    """Return the type that the name's ending claims."""
    ending = PurePosixPath(file_name.lower()).suffix
    return next((kind for kind in KINDS.values() if ending in kind.endings), None)


def refuse_by_name(file_name: str) -> None:
    """Raise `Refused` where no type that may enter has a name that ends so, whatever the bytes are."""
    if kind_named(file_name) is None:
        raise _not_allowed(file_name, None, b"")


def kind_of(file: IO[bytes], file_name: str) -> Kind:
    """Return the allowed type of a whole, seekable file, or raise `Refused` naming it and saying why."""
    named = kind_named(file_name)
    file.seek(0)
    head = file.read(4096)
    if not head:
        raise Refused(_("“%(name)s” is empty.") % {"name": file_name})
    found = _by_signature(file, head, file_name) or _as_named(file, head, named)
    file.seek(0)
    if found is None:
        raise _not_allowed(file_name, named, head)
    if found is not named:
        raise Refused(
            _("“%(name)s” is really a %(kind)s file. Give it the ending %(ending)s and send it again.")
            % {"name": file_name, "kind": found.name.upper(), "ending": found.endings[0]}
        )
    return found


def _by_signature(file: IO[bytes], head: bytes, file_name: str) -> Kind | None:
    """Return the type whose unmistakable first bytes these are."""
    if head.startswith(b"%PDF-"):
        return KINDS["pdf"]
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return KINDS["png"]
    if head.startswith(b"\xff\xd8\xff"):
        return KINDS["jpeg"]
    if head[:6] in {b"GIF87a", b"GIF89a"}:
        return KINDS["gif"]
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return KINDS["webp"]
    if head.startswith(b"{\\rtf"):
        return KINDS["rtf"]
    if head[4:8] == b"ftyp" and head[8:12] not in PICTURE_BRANDS:
        return KINDS["mp4"]
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return kind_of_archive(file, file_name)
    return None


def _as_named(file: IO[bytes], head: bytes, named: Kind | None) -> Kind | None:
    """Return the type the name claims where the bytes bear it out: sound and text have no sure first bytes."""
    if named is None:
        return None
    if named.name == "mp3":
        return named if is_mp3(file) else None
    return named if named.is_text and is_text(file, head) else None


def _not_allowed(file_name: str, named: Kind | None, head: bytes) -> Refused:
    if named is None:
        return Refused(
            _("“%(name)s” is not of a type that may be shared here. Allowed are: %(types)s.")
            % {"name": file_name, "types": ", ".join(kind.endings[0] for kind in KINDS.values())}
        )
    if named.is_text and is_markup(head):
        return Refused(
            _("“%(name)s” is a web page, a drawing or a script, which can run. Send it as a PDF or as plain text.")
            % {"name": file_name}
        )
    if head.startswith(COMPOUND):
        return Refused(
            _(
                "“%(name)s” is locked with a password or written in an old format. Save it anew as %(kind)s, without a password."
            )
            % {"name": file_name, "kind": named.name.upper()}
        )
    return Refused(
        _("“%(name)s” is not what its name says: it is no %(kind)s file, or it is damaged.")
        % {"name": file_name, "kind": named.name.upper()}
    )
