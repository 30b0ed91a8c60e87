"""Archives, and the office files that are archives: judged by their list of contents, within bounds, without unpacking.

What would burst, escape or run when a member unpacks it is refused: too much or too many, entries that share their bytes,
links, names that lead out, programs, archives inside archives (nobody can say what those hold). An office file that carries
macros is told apart from one that does not.
"""

import stat
import struct
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import IO

from django.utils.translation import gettext as _

from groups.documents.types.kinds import KINDS, ODF, WITH_MACROS, Kind, Refused

MAX_ENTRIES = 5_000
MAX_LISTING = 2 * 1024**2
MAX_UNPACKED = 2 * 1024**3
# Text packs well; beyond a hundredfold in a large archive it is made to burst.
MAX_RATIO, RATIO_FROM = 100, 100 * 1024**2
MAX_PART = 1024**2
LOCAL_HEAD = 30

OFFICE_PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
MACRO_PARTS = {"vbaproject.bin", "script-lc.xml", "script-lb.xml"}
# In an OpenDocument file, the folders of its macros, in whatever language.
MACRO_FOLDERS = ("basic/", "scripts/")
MACRO_WORDS = (b"macroenabled", b"vbaproject", b"activex")
CARRIERS = frozenset("docm dotm xlsm xltm xlam xlsb pptm potm ppsm ppam sldm".split())
PROGRAMS = frozenset(
    "exe com scr pif bat cmd msi msp msc cpl dll sys hta jar class dex apk app dmg pkg deb rpm sh bash command ps1 psm1 vb "
    "vbs vbe js jse wsf wsh wsc scf lnk url reg inf iso img vhd vhdx desktop swf xll chm py pyw pl rb php bsh jnlp".split()
)
# Drawings belong in office files; unpacked by themselves they open in the browser, with their scripts.
PAGES = frozenset("svg htm html xhtml mht mhtml".split())
ARCHIVES = frozenset("zip rar 7z gz tgz bz2 xz zst tar cab arj ace lzh".split())


class _Bounded:
    """A file of which no single read may be large: a forged listing cannot make the reader take it all into memory."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek, self.tell = file.seek, file.tell

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if size > MAX_LISTING:
            raise _TooMuch
        data = self._file.read(MAX_LISTING + 1 if size < 0 else size)
        if len(data) > MAX_LISTING:
            raise _TooMuch
        return data


class _TooMuch(Exception):
    """The listing is larger than any honest one."""


def kind_of_archive(file: IO[bytes], file_name: str) -> Kind:
    """Return which office file it is, or a plain archive; raise `Refused` for what must not be unpacked."""
    size = file.seek(0, 2)
    file.seek(0)
    try:
        with zipfile.ZipFile(_Bounded(file)) as archive:
            entries = archive.infolist()
            _refuse_bombs(entries, size, file_name)
            names = {entry.filename for entry in entries}
            kind = _office_kind(archive, names)
            _refuse_traps(entries, file_name, archived=kind is KINDS["zip"])
            if not _carries_macros(archive, names, kind):
                return kind
            if kind is KINDS["zip"]:
                raise Refused(
                    _("“%(name)s” holds macros, which can run. Send the office file that carries them by itself.")
                    % {"name": file_name}
                )
            return _with_macros(kind, file_name)
    except _TooMuch as error:
        raise Refused(_("“%(name)s” unpacks to more than may be shared here.") % {"name": file_name}) from error
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        OSError,
        EOFError,
        ValueError,
        KeyError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise Refused(
            _("“%(name)s” is damaged and cannot be read. Make it again and send it again.") % {"name": file_name}
        ) from error


def _refuse_bombs(entries: list[zipfile.ZipInfo], size: int, file_name: str) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    end, shared = 0, False
    for entry in sorted(entries, key=lambda one: one.header_offset):
        shared = shared or entry.header_offset < end
        end = entry.header_offset + LOCAL_HEAD + entry.compress_size
    packed = unpacked > RATIO_FROM and unpacked > size * MAX_RATIO
    # Nothing packs into more than it is, but for a few bytes: a size that says so is forged.
    forged = any(entry.compress_size > entry.file_size * 1.1 + 1024 for entry in entries)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or packed or shared or forged:
        raise _TooMuch


def _office_kind(archive: zipfile.ZipFile, names: set[str]) -> Kind:
    if "mimetype" in names:
        media = _part(archive, "mimetype")[:100].decode("ascii", "replace").strip()
        return next(
            (kind for kind in KINDS.values() if kind.content_type == media and media.startswith(ODF)), KINDS["zip"]
        )
    found = [kind for part, kind in OFFICE_PARTS.items() if part in names]
    return KINDS[found[0]] if len(found) == 1 and "[Content_Types].xml" in names else KINDS["zip"]


def _refuse_traps(entries: list[zipfile.ZipInfo], file_name: str, *, archived: bool) -> None:
    for entry in entries:
        inner = entry.filename
        if _leads_out(entry):
            raise Refused(
                _("“%(name)s” holds “%(inner)s”, which would be unpacked outside its folder.")
                % {"name": file_name, "inner": inner[:100]}
            )
        ending = "" if entry.is_dir() else PurePosixPath(inner.rstrip(" .").lower()).suffix.lstrip(".")
        if ending in PROGRAMS | CARRIERS or (archived and ending in PAGES):
            raise Refused(
                _("“%(name)s” holds “%(inner)s”, which can run. Take it out and send the rest again.")
                % {"name": file_name, "inner": inner[-100:]}
            )
        if archived and ending in ARCHIVES:
            raise Refused(
                _("“%(name)s” holds another archive, “%(inner)s”. Unpack that one first, or send it by itself.")
                % {"name": file_name, "inner": inner[-100:]}
            )


def _leads_out(entry: zipfile.ZipInfo) -> bool:
    path = entry.orig_filename.replace("\\", "/")
    link = stat.S_ISLNK(entry.external_attr >> 16)
    drive = len(path) > 1 and path[1] == ":"
    return link or drive or "\x00" in path or path.startswith("/") or ".." in path.split("/")


def carries_macros(file: IO[bytes], kind: Kind) -> bool:
    """Say whether a file whose kind is known carries macros."""
    if not kind.content_type.startswith(ODF):
        return kind.with_macros
    with zipfile.ZipFile(_Bounded(file)) as archive:
        return _carries_macros(archive, set(archive.namelist()), kind)


def _with_macros(kind: Kind, file_name: str) -> Kind:
    """Return the kind of an office file that carries macros, whose ending has to say so where there is one that does."""
    if kind.name not in WITH_MACROS:
        return kind
    carrier = KINDS[WITH_MACROS[kind.name]]
    if not file_name.lower().endswith(carrier.endings):
        raise Refused(
            _("“%(name)s” carries macros, and its name does not say so. Save it as %(ending)s, or without macros.")
            % {"name": file_name, "ending": carrier.endings[0]}
        )
    return carrier


def _carries_macros(archive: zipfile.ZipFile, names: set[str], kind: Kind) -> bool:
    lower = {name.lower() for name in names if not name.endswith("/")}
    carries = any(name.rsplit("/", 1)[-1] in MACRO_PARTS for name in lower)
    if kind.content_type.startswith(ODF):
        carries = carries or any(name.startswith(MACRO_FOLDERS) for name in lower)
    if "[Content_Types].xml" in names and not carries:
        # Without zeros, so that the words are found in UTF-16 too.
        listed = _part(archive, "[Content_Types].xml").replace(b"\x00", b"").lower()
        carries = any(word in listed for word in MACRO_WORDS)
    return carries


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    """Read a small part, unpacking at most 1 MB: other ways of packing than deflate have no bound in reading."""
    info = archive.getinfo(name)
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} or info.file_size > MAX_PART:
        raise _TooMuch
    with archive.open(info) as part:
        return part.read(MAX_PART)
