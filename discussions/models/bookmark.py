"""What a person wants to find again."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from discussions.models.post import Post
from discussions.models.thread import Thread
from groups.documents.models import Document

NOTE_LENGTH = 200


class Bookmark(models.Model):
    """One person's mark on a post, a thread or a document, with a note to themselves. Nobody else ever sees it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    post = models.ForeignKey(Post, null=True, on_delete=models.CASCADE, related_name="+")
    thread = models.ForeignKey(Thread, null=True, on_delete=models.CASCADE, related_name="+")
    document = models.ForeignKey(Document, null=True, on_delete=models.CASCADE, related_name="+")
    note = models.CharField(max_length=NOTE_LENGTH, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "post"], condition=Q(post__isnull=False), name="one_mark_per_post"
            ),
            models.UniqueConstraint(
                fields=["user", "thread"], condition=Q(thread__isnull=False), name="one_mark_per_thread"
            ),
            models.UniqueConstraint(
                fields=["user", "document"], condition=Q(document__isnull=False), name="one_mark_per_document"
            ),
            models.CheckConstraint(
                condition=(
                    Q(post__isnull=False, thread=None, document=None)
                    | Q(post=None, thread__isnull=False, document=None)
                    | Q(post=None, thread=None, document__isnull=False)
                ),
                name="a_bookmark_marks_one_thing",
            ),
        ]
        indexes = [models.Index(fields=["user", "-created_at"], name="bookmarks_of_a_person")]

    def __str__(self) -> str:
        return self.note or f"{self.pk}"
