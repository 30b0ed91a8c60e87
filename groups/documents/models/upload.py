"""A file on its way in."""

from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils import timezone

from core.models import TimeStamped
from groups.documents.models.document import Document
from groups.documents.models.folder import Folder
from groups.models import Group
from partners.models import Spoken


class Upload(Spoken, TimeStamped):
    """Chunks gather in the spool until the file is whole; nothing of it shows before `finish_upload` has checked and moved it.

    The row goes with the file; that a sending is known for ever is the version's key.
    """

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+")
    folder = models.ForeignKey(Folder, null=True, on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    note = models.CharField(max_length=300, blank=True)
    # Why a picture is kept as it was taken, with its place, time and camera.
    original = models.CharField(max_length=300, blank=True)
    size = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    spool = models.CharField(max_length=40)
    key = models.UUIDField()
    # The newest version its sender saw, where this is to be the next one.
    base = models.PositiveIntegerField(null=True)
    active_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["author", "key"], name="one_upload_per_sending")]

    @property
    def spool_path(self) -> Path:
        """Where its chunks gather."""
        return Path(settings.SPOOL_DIR) / self.spool
