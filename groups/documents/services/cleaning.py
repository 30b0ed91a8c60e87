"""What a file says of people: taken out where that is safe, told to its sender before it is shown where it is not.

Pictures are written anew. In office files the parts that name author, last editor and company are written anew and all others
are copied, piece by piece however large they are. Tracked changes and remarks are part of the work, photographs stand in an
office file as its author laid them, and a PDF file would have to be made again: those are told. A signature does not hold for a
file that was changed, and names who signed: where it has to go with the author, the sender is told before.
"""

import hashlib
import io
import re
import shutil
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.errors import DomainError
from core.listing import listed
from groups.documents.reading import MOST_PIXELS, PICTURES, Said, Unreadable, clean_picture, said_in
from groups.documents.services.spool import must_have_room
from groups.documents.types import Kind, Refused

BLOCK = 1024 * 1024
LOOKED_THROUGH = 256 * 1024
QUICKLY_FROM = 512 * 1024**2
"""Office files that unpack to more are packed again quickly rather than small."""

MOST_PART = 1024**2
OFFICE = frozenset({"docx", "xlsx", "pptx", "docm", "xlsm", "pptm", "odt", "ods", "odp"})
_PACKAGE = "http://schemas.openxmlformats.org/"
EMPTY = {
    "docProps/core.xml": f'<cp:coreProperties xmlns:cp="{_PACKAGE}package/2006/metadata/core-properties"/>',
    "docProps/app.xml": f'<Properties xmlns="{_PACKAGE}officeDocument/2006/extended-properties"/>',
    "docProps/custom.xml": f'<Properties xmlns="{_PACKAGE}officeDocument/2006/custom-properties"/>',
    "meta.xml": '<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:version="1.2">'
    "<office:meta/></office:document-meta>",
}
"""The parts that say who made the file and with what, as programs usually call them, and what stands in their place."""
PROPERTIES = {"core": "docProps/core.xml", "extended": "docProps/app.xml", "custom": "docProps/custom.xml"}
RELATION = re.compile(rb"<Relationship\b[^>]{0,2000}>")
OF_PROPERTIES = re.compile(rb"/(core|extended|custom)-?[pP]roperties[\"']")
TARGET = re.compile(rb"\bTarget\s*=\s*[\"']([^\"']{1,500})[\"']")

TELLING = re.compile(
    rb"<[^>]{0,40}(?:creator|lastModifiedBy|Company|Manager|user-defined|printed-by)\b[^>]{0,400}>\s*[^<\s]|<property\b"
)
SIGNATURE = re.compile(r"_xmlsignatures/.*|META-INF/(?:document|macro)signatures\.xml", re.IGNORECASE)
NAMES_SIGNATURE = re.compile(
    rb"<(?:Override|Default)\b[^>]*(?:/_xmlsignatures/|digital-signature-)[^>]*/>"
    rb"|<Relationship\b[^>]*/relationships/digital-signature/[^>]*/>"
)
LISTS = frozenset({"[Content_Types].xml", "_rels/.rels"})
"""The parts of an office file that name its other parts."""

PDF_TELLS = (b"/Author", b"dc:creator", b"/ObjStm")


class SaysWho(DomainError):
    """The file says of people more than its text. Its sender decides whether it is shared so; until then nothing is shown."""

    code = "says_who"


@dataclass(frozen=True)
class Bytes:
    """A file's bytes, how many, and their SHA-256."""

    file: IO[bytes]
    size: int
    digest: str

    @classmethod
    def of(cls, file: IO[bytes]) -> "Bytes":
        """Measure a file from its beginning."""
        return cls(file, file.seek(0, 2), digest_of(file))


def digest_of(file: IO[bytes]) -> str:
    """Return the SHA-256 of a file from its beginning."""
    digest = hashlib.sha256()
    file.seek(0)
    while block := file.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()


def cleaned(sent: Bytes, path: Path, kind: Kind, file_name: str) -> Bytes:
    """Return the bytes without what can safely be taken out; the same where there is nothing of the kind."""
    try:
        if kind.name in PICTURES:
            picture = clean_picture(path, kind.name)
            return Bytes(io.BytesIO(picture), len(picture), hashlib.sha256(picture).hexdigest())
        if kind.name in OFFICE and (made := _without_properties(sent)):
            return Bytes.of(made)
    except Unreadable as error:
        raise _not_read(file_name, error.reason) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise _not_read(file_name, "damaged") from error
    return sent


def _not_read(file_name: str, reason: str) -> Refused:
    """Return the refusal of a file that cannot be written anew, with what is wrong with it and what its sender can do."""
    said = {
        "too_large": _(
            "“%(name)s” is too large a picture: it has more than %(count)d million pixels, or needs more memory than there is. "
            "Make it smaller and send it again."
        ),
        "ended": _("“%(name)s” could not be read in the time there is for it. Make it smaller and send it again."),
    }.get(reason, _("“%(name)s” is damaged and cannot be read. Make it again and send it again."))
    return Refused(said % {"name": file_name, "count": MOST_PIXELS // 1_000_000})


def _without_properties(sent: Bytes) -> IO[bytes] | None:
    with zipfile.ZipFile(sent.file) as archive:
        empty = _properties(archive)
        if not any(one.filename in empty and _tells(archive, one) for one in archive.infolist()):
            return None
        folder = Path(settings.SPOOL_DIR)
        must_have_room(sent.size, folder)
        made = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - whoever asked for it closes it
        try:
            _copy(archive, made, empty)
        except BaseException:
            made.close()
            raise
    return made


def _properties(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the parts that say who made this file, with what stands in their place: also under names of a program's own."""
    named = dict(EMPTY)
    relations = next((one for one in archive.infolist() if one.filename == "_rels/.rels"), None)
    if relations is not None and relations.file_size <= MOST_PART:
        for relation in RELATION.findall(archive.read(relations)):
            kind, target = OF_PROPERTIES.search(relation), TARGET.search(relation)
            if kind and target:
                named[target[1].decode("utf-8", "replace").lstrip("/")] = EMPTY[PROPERTIES[kind[1].decode()]]
    return named


def is_signed(file: IO[bytes], kind: Kind) -> bool:
    """Say whether an office file is signed."""
    if kind.name not in OFFICE:
        return False
    with zipfile.ZipFile(file) as archive:
        return any(SIGNATURE.fullmatch(name) for name in archive.namelist())


def _copy(archive: zipfile.ZipFile, made: IO[bytes], empty: dict[str, str]) -> None:
    entries = archive.infolist()
    level = 1 if sum(one.file_size for one in entries) > QUICKLY_FROM else None
    signed = any(SIGNATURE.fullmatch(one.filename) for one in entries)
    with zipfile.ZipFile(made, "w") as again:
        for entry in entries:
            kept = zipfile.ZipInfo(entry.filename, entry.date_time)
            kept.compress_type = entry.compress_type
            # The one name it has in Python 3.12 too.
            kept._compresslevel = level  # type: ignore[attr-defined]
            kept.external_attr, kept.file_size = entry.external_attr, entry.file_size
            if SIGNATURE.fullmatch(entry.filename):
                continue
            if entry.filename in empty:
                again.writestr(kept, empty[entry.filename])
            elif signed and entry.filename in LISTS and entry.file_size <= MOST_PART:
                again.writestr(kept, NAMES_SIGNATURE.sub(b"", archive.read(entry)))
            else:
                with archive.open(entry) as part, again.open(kept, "w") as copy:
                    shutil.copyfileobj(part, copy, BLOCK)


def _tells(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    with archive.open(entry) as part:
        return entry.file_size > MOST_PART or bool(TELLING.search(part.read(MOST_PART).replace(b"\0", b"")))


def ask_sender(file_name: str, told: str, *, unsigned: bool) -> None:
    """Raise `SaysWho` where a sender is to know of what their file says, or of the signature that goes with its author."""
    words = []
    if unsigned:
        words.append(
            _(
                "“%(name)s” is signed. Who made it and who signed it are taken out before it is shared, and the copy that is "
                "shared is not signed any more. A lead can keep it signed, by saying why."
            )
            % {"name": file_name}
        )
    if told:
        words.append(_("“%(name)s” says more than its text. %(said)s") % {"name": file_name, "said": told})
    if words:
        raise SaysWho(" ".join(words))


def said_of_people(kept: Bytes, kind: Kind) -> str:
    """Return in words what the file still says of people, empty where it says nothing or cannot be read."""
    if kind.name not in OFFICE and not (kind.name == "pdf" and _may_tell(kept.file)):
        return ""
    kept.file.seek(0)
    try:
        found = said_in(kept.file, kind.name)
    except Unreadable:
        return ""
    return " ".join(_words(one) for one in found)[:600]


def _may_tell(file: IO[bytes]) -> bool:
    """Say whether a PDF file is worth a process of its own: most that name nobody show it in their first bytes.

    Plain words in small blocks, because nothing else in this process runs while one is looked through.
    """
    file.seek(0)
    tail = b""
    while block := file.read(LOOKED_THROUGH):
        searched = tail + block
        if any(word in searched for word in PDF_TELLS):
            return True
        tail = block[-20:]
    return False


def _words(said: Said) -> str:
    words = []
    if said.author:
        words.append(_("It says who wrote it: %(names)s.") % {"names": said.author})
    if said.changes:
        text = ngettext("It holds %(count)d tracked change.", "It holds %(count)d tracked changes.", said.changes)
        words.append(text % {"count": said.changes})
    if said.comments:
        text = ngettext("It holds %(count)d comment.", "It holds %(count)d comments.", said.comments)
        words.append(text % {"count": said.comments})
    if said.names and not said.author:
        # A list of reviewers stays when all they changed is accepted.
        text = (
            _("They name: %(names)s.") if said.changes or said.comments else _("It lists who worked on it: %(names)s.")
        )
        words.append(text % {"names": listed(said.names)})
    if said.places:
        text = ngettext(
            "It holds %(count)d photograph that says where it was taken.",
            "It holds %(count)d photographs that say where they were taken.",
            said.places,
        )
        words.append(text % {"count": said.places})
    return " ".join(words)
