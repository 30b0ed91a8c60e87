"""What happens in libraries, told to the rooms beside and above."""

from dataclasses import dataclass

from core.events import Event
from groups.documents.models import Version


@dataclass(frozen=True)
class VersionAdded(Event):
    """A document has a new version; of a new document, its first."""

    version: Version
