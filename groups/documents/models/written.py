"""What a page says now, for the search."""

from django.db import models

from groups.documents.models.document import Document


class Written(models.Model):
    """The words of a document of kind page as they were when the search last looked; they change without a version."""

    document = models.OneToOneField(Document, primary_key=True, on_delete=models.PROTECT, related_name="written")
    text = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"words of {self.document_id}"
