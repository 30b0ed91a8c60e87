"""What happens in a library, told to the rooms above."""

from dataclasses import dataclass

from core.events import Event
from groups.documents.models import Version


@dataclass(frozen=True)
class VersionAdded(Event):
    """A new document or a new version of one is there."""

    version: Version
