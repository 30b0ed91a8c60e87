"""What points to a document by its address: posts, messages and pages, as their rooms note them."""

from django.db import models

from groups.documents.models.document import Document


class Link(models.Model):
    """Something that was written names the document's address. Who may read it is asked where it is shown."""

    class Source(models.TextChoices):
        """What was written."""

        POST = "post"
        MESSAGE = "message"
        PAGE = "page"

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="links")
    source = models.CharField(max_length=8, choices=Source)
    object_id = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "object_id", "document"], name="one_link_from_each")]
        indexes = [models.Index(fields=["document", "source", "-object_id"], name="links_to_a_document")]

    def __str__(self) -> str:
        return f"{self.source} {self.object_id} to {self.document_id}"
