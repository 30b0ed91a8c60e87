"""The libraries: folders, documents and their versions."""

from __future__ import annotations

from django.core.files.base import ContentFile

from groups.documents.models import Document, Folder
from groups.documents.services import add_file, create_folder
from portal.demo import files, reader
from portal.demo.build.site import Site, backdate, key


def build(site: Site) -> None:
    """Upload every version of every document, the oldest first."""
    folders: dict[tuple[str, str], Folder] = {}
    uploads = [(version.at.before(site.today), one, version) for one in reader.documents() for version in one.versions]
    for at, one, version in sorted(uploads, key=lambda upload: (upload[0], upload[1].key)):
        group, by = site.groups[one.group], site.capacity(version.author)
        place = (one.group, one.folder)
        if place not in folders:
            folders[place] = create_folder(group, parent=None, name=one.folder, by=by, key=key("folder", *place))
            backdate(folders[place], created_at=at)
        content = files.make(one.format, version.text, drawing=one.drawing, rtl=one.lang == "ar")
        added = add_file(
            group,
            ContentFile(content),
            by=by,
            key=key("version", one.group, one.key, version.number),
            file_name=one.name,
            folder=folders[place],
            document=site.documents.get(one.key),
            note=version.note,
        )
        backdate(added, created_at=at)
        document = Document.objects.select_related("group").get(pk=added.document_id)
        backdate(document, changed_at=at)
        if one.key not in site.documents:
            backdate(document, created_at=at)
        site.documents[one.key] = document
