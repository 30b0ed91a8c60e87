"""What a person has opened of libraries: for nobody but themselves."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from groups.documents.models.document import Document


class Opened(models.Model):
    """A person opened a document's page, last at that moment."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "document"], name="opened_once_each")]
        indexes = [models.Index(fields=["user", "-at"], name="opened_by_person")]

    def __str__(self) -> str:
        return f"{self.document_id} by {self.user_id}"
