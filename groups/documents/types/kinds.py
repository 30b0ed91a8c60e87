"""The types that may be shared, and their refusal."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Refused(DomainError):
    """The file may not enter; the text names the file and the reason."""

    code = "file_refused"


@dataclass(frozen=True)
class Kind:
    """One allowed type: the endings it may have, and the media type it is served with."""

    name: str
    endings: tuple[str, ...]
    content_type: str
    label: "StrOrPromise"

    @property
    def with_macros(self) -> bool:
        """Whether its ending says that it carries macros: programs that an office program runs."""
        return self.name in WITH_MACROS.values()

    @property
    def is_text(self) -> bool:
        """Whether a person reads its bytes as they are."""
        return self.name in {"csv", "markdown", "text"}


WITH_MACROS = {"docx": "docm", "xlsx": "xlsm", "pptx": "pptm"}
"""Kinds of office files, and the same where they carry macros; OpenDocument files do so under one name."""

OOXML = "application/vnd.openxmlformats-officedocument."
ODF = "application/vnd.oasis.opendocument."
KINDS = {
    kind.name: kind
    for kind in (
        Kind("pdf", (".pdf",), "application/pdf", "PDF"),
        Kind("png", (".png",), "image/png", _("Picture")),
        Kind("jpeg", (".jpg", ".jpeg"), "image/jpeg", _("Picture")),
        Kind("gif", (".gif",), "image/gif", _("Picture")),
        Kind("webp", (".webp",), "image/webp", _("Picture")),
        Kind("docx", (".docx",), OOXML + "wordprocessingml.document", _("Text document")),
        Kind("xlsx", (".xlsx",), OOXML + "spreadsheetml.sheet", _("Spreadsheet")),
        Kind("pptx", (".pptx",), OOXML + "presentationml.presentation", _("Presentation")),
        Kind("docm", (".docm",), "application/vnd.ms-word.document.macroEnabled.12", _("Text document")),
        Kind("xlsm", (".xlsm",), "application/vnd.ms-excel.sheet.macroEnabled.12", _("Spreadsheet")),
        Kind("pptm", (".pptm",), "application/vnd.ms-powerpoint.presentation.macroEnabled.12", _("Presentation")),
        Kind("odt", (".odt",), ODF + "text", _("Text document")),
        Kind("ods", (".ods",), ODF + "spreadsheet", _("Spreadsheet")),
        Kind("odp", (".odp",), ODF + "presentation", _("Presentation")),
        Kind("rtf", (".rtf",), "application/rtf", _("Text document")),
        Kind("zip", (".zip",), "application/zip", _("Archive")),
        Kind("mp3", (".mp3",), "audio/mpeg", _("Sound")),
        Kind("mp4", (".mp4", ".m4a", ".m4v"), "video/mp4", _("Film")),
        Kind("csv", (".csv",), "text/csv", _("Table")),
        Kind("markdown", (".md", ".markdown"), "text/markdown", _("Plain text")),
        Kind("text", (".txt",), "text/plain", _("Plain text")),
    )
}
ACCEPT = ",".join(ending for kind in KINDS.values() for ending in kind.endings)
