"""A page as a log of changes, each with who made it; nothing in memory is needed to go on from here."""

from django.db import models

from core.models import TimeStamped
from groups.documents.models import Document
from partners.models import Spoken

EMPTY_UPDATE = b"\x00\x00"
EMPTY_STATE = b"\x00"

# An empty paragraph with a text in it, for everybody the same one: of two people who begin to write at once in a page that has
# none, each would make their own.
_PARAGRAPH = b"\x01\x02\x01\x00\x07\x01\x04page\x03\tparagraph\x07\x00\x01\x00\x06\x00"
BEGINNING = {"snapshot": _PARAGRAPH, "state": b"\x01\x01\x02", "size": len(_PARAGRAPH)}


class Page(models.Model):
    """What was written up to `snapshot_seq`, as one update; what came after it lies in the log.

    `head` is the number of the newest change, `state` how far each client's writing reaches, `size` the bytes of both parts.
    """

    document = models.OneToOneField(Document, primary_key=True, on_delete=models.PROTECT, related_name="page")
    head = models.PositiveBigIntegerField(default=0)
    state = models.BinaryField(default=EMPTY_STATE)
    snapshot = models.BinaryField(default=EMPTY_UPDATE)
    snapshot_seq = models.PositiveBigIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=len(EMPTY_UPDATE))
    # Raised by every change of rights in the group, inside its transaction: who was asked before it is asked again.
    rights = models.PositiveBigIntegerField(default=0)
    # How far the search knows the text, and when somebody wrote last.
    indexed_seq = models.PositiveBigIntegerField(default=0)
    written_at = models.DateTimeField(null=True, db_index=True)

    def __str__(self) -> str:
        return f"page {self.pk}"


class Update(Spoken, TimeStamped):
    """One change in the log: numbered 1, 2, 3 ... without gaps, in the order of commits."""

    page = models.ForeignKey(Page, on_delete=models.PROTECT, related_name="updates", db_index=False)
    seq = models.PositiveBigIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["page", "seq"], name="dense_updates")]

    def __str__(self) -> str:
        return f"page {self.page_id} {self.seq}"


class Chapter(Spoken):
    """What one person wrote in one go for one organisation, as one update: the log after it was put together.

    All chapters in their order, and the log after them, give the page; nothing of who wrote what is lost.
    """

    page = models.ForeignKey(Page, on_delete=models.PROTECT, related_name="chapters")
    number = models.PositiveIntegerField()
    first_seq = models.PositiveBigIntegerField()
    last_seq = models.PositiveBigIntegerField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    data = models.BinaryField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["page", "number"], name="dense_chapters")]

    def __str__(self) -> str:
        return f"page {self.page_id} chapter {self.number}"
