"""A version of a document."""

import secrets
from typing import TYPE_CHECKING, Any

from django.core.files.storage import storages
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped
from groups.documents.models.document import Document
from groups.documents.reading import PICTURES, READABLE
from groups.documents.types.kinds import KINDS
from partners.models import Spoken

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def random_path(folder: str = "versions") -> str:
    """Return a random place in a folder of the storage: nothing of a file's name or group shows in it."""
    name = secrets.token_hex(16)
    return f"{folder}/{name[:2]}/{name}"


CONTENT = "file_name kind content_type size sha256 path sent_size sent_sha256 original told unsigned macros".split()
"""What belongs to the bytes, wherever they stand again."""


class Version(Spoken, TimeStamped):
    """Immutable: its bytes, its SHA-256 and the capacity in which it was put here never change."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    file_name = models.CharField(_("file name"), max_length=200)
    kind = models.CharField(max_length=20)
    content_type = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=200)
    # What was sent, where it was written anew: a picture, without its place, time, camera and maker.
    sent_size = models.PositiveBigIntegerField(null=True)
    sent_sha256 = models.CharField(max_length=64, blank=True)
    # Why it was kept with what it says of people and places.
    original = models.CharField(max_length=300, blank=True)
    # What the file says of people, as its sender was told before it was shared.
    told = models.CharField(max_length=600, blank=True)
    # Whether a signature was taken out with what it said of people.
    unsigned = models.BooleanField(default=False, db_default=False)
    # Whether it carries programs that an office program runs: downloaded where that is said, and never opened by one here.
    macros = models.BooleanField(default=False, db_default=False)
    note = models.CharField(_("what changed"), max_length=300, blank=True)
    restored_from = models.PositiveIntegerField(null=True)
    # The newest version its sender had seen: smaller than the one before where two people saved at once.
    follows = models.PositiveIntegerField(null=True)
    key = models.UUIDField()

    class Meta:
        ordering = ["-number"]
        indexes = [
            models.Index(fields=["sha256"], name="versions_by_content"),
            models.Index(fields=["sent_sha256"], condition=~Q(sent_sha256=""), name="versions_by_content_sent"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="dense_version_numbers"),
            models.UniqueConstraint(fields=["author", "key"], name="one_version_per_sending"),
        ]

    def __str__(self) -> str:
        return f"{self.document} v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the version once."""
        if self.pk is not None:
            raise TypeError("A version is never changed.")
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        """Return where the bytes are had. The file's name stands in no address: addresses are logged."""
        return reverse("documents:download", args=[self.document.group.slug, self.document_id, self.number])

    @property
    def came_as(self) -> tuple[int, str]:
        """Size and SHA-256 of what was sent, by which a retry is known."""
        return (self.sent_size, self.sent_sha256) if self.sent_size is not None else (self.size, self.sha256)

    def content(self) -> dict[str, Any]:
        """Return what another version of the same bytes begins with."""
        return {name: getattr(self, name) for name in CONTENT}

    @property
    def is_cleaned(self) -> bool:
        """Whether it was written anew, without what it said of people and places."""
        return self.sent_size is not None

    @property
    def is_picture(self) -> bool:
        """Whether it is a picture."""
        return self.kind in PICTURES

    @property
    def is_raw_picture(self) -> bool:
        """Whether it is a picture that was kept with its place, time and camera."""
        return self.is_picture and bool(self.original)

    @property
    def names_people(self) -> bool:
        """Whether the file says of people, places or cameras what was not taken out of it."""
        return bool(self.told or self.original)

    @property
    def missed(self) -> list[int]:
        """The numbers of the versions that its sender had not seen when sending it: theirs and this one are both kept."""
        return list(range(self.follows + 1, self.number)) if self.follows is not None else []

    @property
    def kind_label(self) -> "StrOrPromise":
        """What it is, in a word."""
        kind = KINDS.get(self.kind)
        return kind.label if kind else self.kind

    @property
    def has_words(self) -> bool:
        """Whether it is of a kind whose words can be read."""
        return self.kind in READABLE

    @property
    def ending(self) -> str:
        """The file name's ending, as a sign of its type."""
        return self.file_name.rpartition(".")[2][:8]

    @property
    def is_stored(self) -> bool:
        """Whether the bytes are in the storage, as they always are unless it was restored without them."""
        return storages["default"].exists(self.path)

    @property
    def is_held(self) -> bool:
        """Whether it is held back, because malware was found in it."""
        scan = getattr(self, "scan", None)
        return scan is not None and scan.state == "held"

    def open(self, *, held: bool = False) -> Any:
        """Open the bytes for reading, from the storage; those that are held back for the scanner alone (`held`)."""
        if self.is_held and not held:
            raise PermissionError("This version is held back.")
        return storages["default"].open(self.path, "rb")
