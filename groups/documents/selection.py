"""What somebody chose in a library, to do one thing with all of it."""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from core.errors import DomainError
from groups.documents.library import Library
from groups.documents.models import Document, Folder, Version

MOST = 500
"""Documents that are taken at once."""

MOST_BYTES = 4 * 1024**3
BLOCK = 128 * 1024
FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')


class TooMuch(DomainError):
    """More was chosen than goes at once."""

    code = "too_much"


@dataclass(frozen=True)
class Selection:
    """Documents and folders of one library that the person may see; what was chosen and is not there is not in it."""

    library: Library
    documents: Sequence[Document]
    folders: Sequence[Folder]

    @classmethod
    def of(cls, library: Library, *, documents: Sequence[int], folders: Sequence[int]) -> "Selection":
        """Return what stands behind these ids for the person: ids of others, or of nothing, are passed over."""
        found = library.documents.filter(pk__in=documents).for_display().order_by("title", "pk")[: MOST + 1]
        chosen = [library.folders[pk] for pk in dict.fromkeys(folders) if pk in library.folders]
        return cls(library, list(found), chosen)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in it."""
        return not self.documents and not self.folders

    @cached_property
    def every(self) -> list[Document]:
        """The documents in it and in its folders; where they are too many, enough of them to say so."""
        deep = self.library.documents.filter(folder__in=self._inside()).for_display().order_by("title", "pk")
        return [*self.documents, *deep.exclude(pk__in=[one.pk for one in self.documents])[: MOST + 1]]

    def files(self) -> list[tuple[str, Version]]:
        """Return the newest version of every document in it and in its folders, each under a path of its own.

        None is marked red, held back, or carries macros: those are taken one by one, where that is said.

        Raises `TooMuch` where they are too many, those included, or too large. No path is absolute, leads out or is there twice,
        however case is looked at.
        """
        inside = self._inside()
        versions = [
            (inside.get(one.folder_id or 0, ""), one.latest)
            for one in self.every
            if one.latest and not (one.latest.is_held or one.latest.macros or one.is_red)
        ]
        size = sum(version.size for _path, version in versions)
        if len(self.every) > MOST or size > MOST_BYTES:
            limits = {"count": MOST, "size": MOST_BYTES // 1024**3}
            raise TooMuch(_("At most %(count)d documents and %(size)d GB go at once. Choose fewer.") % limits)
        taken = set[str]()
        return [(_free(path, version.file_name, taken), version) for path, version in versions]

    def _inside(self) -> dict[int, str]:
        """Return the path of each chosen folder and of every folder in it, by id."""
        paths, waiting = dict[int, str](), [(one, "") for one in self.folders]
        while waiting:
            folder, above = waiting.pop()
            if folder.pk not in paths:
                paths[folder.pk] = above + _safe(folder.name) + "/"
                waiting += [(one, paths[folder.pk]) for one in self.library.inside(folder)]
        return paths


def _safe(name: str) -> str:
    return FORBIDDEN.sub("_", name).strip(". ") or "_"


def _free(path: str, name: str, taken: set[str]) -> str:
    stem, ending = PurePosixPath(_safe(name)).stem, PurePosixPath(_safe(name)).suffix
    number, free = 1, f"{path}{stem}{ending}"
    while free.casefold() in taken:
        number += 1
        free = f"{path}{stem} ({number}){ending}"
    taken.add(free.casefold())
    return free


class _Pipe(io.RawIOBase):
    """Where the archive is written: what has come is taken away at once, so nothing gathers in memory."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(data)  # type: ignore[call-overload]
        self._parts.append(part)
        return len(part)

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


@dataclass(frozen=True)
class Missing:
    """What is said, in the reader's language, of files that are not in an archive: the words are made before it goes."""

    name: str = field(default_factory=lambda: _("Missing from this archive.txt"))
    lost: str = field(default_factory=lambda: _("The bytes of these files are gone. Tell those who run this site:"))
    away: str = field(default_factory=lambda: _("These files could not be had at that moment. Take them again later:"))

    def entry(self, lost: Sequence[str], away: Sequence[str]) -> str:
        """Return what is written in the archive, nothing where nothing is missing."""
        parts = [[words, *paths] for words, paths in ((self.lost, lost), (self.away, away)) if paths]
        return "\n\n".join("\n".join(part) for part in parts)


def zipped(files: Sequence[tuple[str, Version]]) -> Iterator[bytes]:
    """Begin a ZIP archive of the files, and give it piece by piece. It asks the storage, never the database.

    What cannot be opened is named in it. Where the storage does not answer before anything was given, this raises `OSError`.
    """
    pieces = _zipped(files, Missing())
    return chain([next(pieces)], pieces)


def _zipped(files: Sequence[tuple[str, Version]], missing: Missing) -> Iterator[bytes]:
    """Each file is squeezed a little: what is only stored cannot be unpacked everywhere when its length comes behind it."""
    pipe, given = _Pipe(), False
    lost, away = list[str](), list[str]()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path, version in files:
            entry = zipfile.ZipInfo(path, version.created_at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            try:
                file = version.open()
            except FileNotFoundError:
                lost.append(path)
                continue
            except OSError:
                if not given:
                    raise
                away.append(path)
                continue
            with file, archive.open(entry, "w", force_zip64=version.size >= 2**31) as part:
                while block := file.read(BLOCK):
                    part.write(block)
                    if piece := pipe.taken():
                        given = True
                        yield piece
        if words := missing.entry(lost, away):
            archive.writestr(_free("", missing.name, {path.casefold() for path, _version in files}), words)
    yield pipe.taken()
