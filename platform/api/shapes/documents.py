"""Documents, their versions, and files on their way in."""

import uuid
from datetime import datetime

from ninja import Field, Schema

from api.shapes.common import Id, Speaker, absolute
from api.shapes.threads import Number, Organisation
from groups.bylines import Byline
from groups.documents.models import Document, Upload, Version


class VersionOut(Schema):
    """One version: its bytes never change."""

    number: int
    file_name: str
    content_type: str
    size: int
    sha256: str
    macros: bool = Field(description="Whether it carries macros: programs that an office program runs.")
    held: bool = Field(description="Whether it is held back, because malware was found in it.")
    restored_from: int | None = Field(description="The version that it is again.")
    missed: list[int] = Field(
        description="Versions its sender had not seen: theirs and it are both kept. Compare them."
    )
    note: str
    by: Speaker
    created_at: datetime
    download: str = Field(
        description="Where its bytes are had, with the same token; with macros, by `?macros=accepted`."
    )

    @classmethod
    def of(cls, version: Version, byline: Byline, slug: str) -> "VersionOut":
        """Return a version of a document that came through its door."""
        return cls(
            number=version.number,
            file_name=version.file_name,
            content_type=version.content_type,
            size=version.size,
            sha256=version.sha256,
            macros=version.macros,
            held=version.is_held,
            restored_from=version.restored_from,
            missed=version.missed,
            note=version.note,
            by=Speaker.of(byline),
            created_at=version.created_at,
            download=absolute(
                f"/api/v1/groups/{slug}/documents/{version.document_id}/versions/{version.number}/content"
            ),
        )


class DocumentOut(Schema):
    """A document with its newest version."""

    id: int
    url: str
    title: str
    type: str = Field(description="What it is: terms, minutes, brief, report, data, practice, ...; empty if not said.")
    language: str
    country: str = Field(description="The ISO code of the country it is about.")
    year: int | None
    licence: str
    citation: str
    mark: str = Field(description="How it is to be handled: green, amber or red. Red is downloaded on its page only.")
    folder: int | None = Field(description="The id of the folder it lies in; null at the top.")
    created_at: datetime
    changed_at: datetime
    latest: VersionOut

    @classmethod
    def of(cls, document: Document, byline: Byline, slug: str) -> "DocumentOut":
        """Return a document that came through its door with its newest version; the byline is the version's."""
        assert document.latest is not None
        return cls(
            id=document.pk,
            url=absolute(document.get_absolute_url()),
            title=document.title,
            type=document.type,
            language=document.language,
            country=document.country,
            year=document.year,
            licence=document.licence,
            citation=document.citation,
            mark=document.mark,
            folder=document.folder_id,
            created_at=document.created_at,
            changed_at=document.changed_at,
            latest=VersionOut.of(document.latest, byline, slug),
        )


class HoldOut(Schema):
    """Somebody who works on a document elsewhere, and until when."""

    by: Speaker
    until: datetime
    note: str


class DocumentFull(DocumentOut):
    """A document with all its versions, the newest first."""

    versions: list[VersionOut]
    hold: HoldOut | None = Field(description="Who works on it elsewhere now; nobody else adds a version meanwhile.")


class UploadIn(Schema):
    """A file that will be sent."""

    name: str = Field(min_length=1, max_length=1000, description="The file's name with its ending.")
    size: int = Field(ge=1, le=2**53, description="Its length in bytes.")
    folder: Id | None = Field(None, description="The folder for a new document; the top without one.")
    document: Id | None = Field(None, description="The document of which this is a new version.")
    base: Number | None = Field(None, description="The newest version you saw of that document.")
    note: str = Field("", max_length=300, description="What changed.")
    organisation: Organisation = None


class UploadOut(Schema):
    """A file on its way in."""

    key: uuid.UUID
    size: int
    received: int = Field(description="How many bytes have arrived: send on from here.")
    done: bool
    document: int | None = Field(description="The document it has become.")
    version: int | None = Field(description="The number of the version it has become.")

    @classmethod
    def under_way(cls, upload: Upload) -> "UploadOut":
        """Return an upload that is not finished."""
        return cls(key=upload.key, size=upload.size, received=upload.received, done=False, document=None, version=None)

    @classmethod
    def finished(cls, version: Version) -> "UploadOut":
        """Return what an upload became."""
        return cls(
            key=version.key,
            size=version.size,
            received=version.size,
            done=True,
            document=version.document_id,
            version=version.number,
        )
