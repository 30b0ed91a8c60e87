"""What a group's webhooks are told of documents, and in which words."""

from typing import Any

from django.contrib.auth.models import AnonymousUser

from groups.bylines import bylines_for
from groups.documents.events import VersionAdded
from groups.documents.models import Reach, Version
from groups.webhooks.models import Happening
from groups.webhooks.services import queue


def version_added(event: VersionAdded) -> None:
    """A document came, or a version of one. Of what its folder or its mark keeps from readers nobody outside is told."""
    version = event.version
    if version.document.reach != Reach.READERS:
        return
    queue(version.document.group_id, Happening.VERSION_ADDED, document=version.document_id, version=version.number)


def version_words(about: dict[str, Any]) -> dict[str, Any]:
    """Return title, file and sender of a version, as a visitor reads them; nothing of one in the trash or kept from readers."""
    version = (
        Version.objects.filter(document=about["document"], number=about["version"])
        .filter(document__deleted_at=None, document__reach=Reach.READERS)
        .select_related("document")
        .first()
    )
    if version is None:
        return {}
    (byline,) = bylines_for([version], AnonymousUser())
    return {
        "title": version.document.title,
        "file": version.file_name,
        "size": version.size,
        "sha256": version.sha256,
        "note": version.note,
        "by": str(byline),
    }
