"""What is said at the margin of a page."""

from django.conf import settings
from django.db import models

from core.models import TimeStamped
from groups.pages.models.page import Page
from partners.models import Spoken

ANCHOR_LENGTH = 64
COMMENT_LENGTH = 4000


class Comment(Spoken, TimeStamped):
    """A remark on a passage. Which passage it is stands in the page itself, as a mark with the id `anchor`."""

    page = models.ForeignKey(Page, on_delete=models.PROTECT, related_name="comments")
    anchor = models.CharField(max_length=ANCHOR_LENGTH)
    body = models.TextField(max_length=COMMENT_LENGTH)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["page", "anchor"], name="one_comment_per_anchor")]

    def __str__(self) -> str:
        return f"comment {self.pk}"

    @property
    def audit_scope(self) -> str:
        """Recorded in the group's chain."""
        return self.page.document.audit_scope


class Answer(Spoken, TimeStamped):
    """What somebody answers to a comment."""

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="answers")
    body = models.TextField(max_length=COMMENT_LENGTH)
    key = models.UUIDField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["author", "key"], name="one_comment_answer_per_sending")]

    def __str__(self) -> str:
        return f"answer {self.pk}"
