"""Posts that a lead has hidden: what they said, kept apart, so that nothing that reads posts can come upon it."""

from django.db import models

from core.models import TimeStamped
from discussions.models.post import Post
from partners.models import Spoken


class HiddenPost(Spoken, TimeStamped):
    """The words of a hidden post, by version, and why it is hidden. The post is left as a tombstone. Who hid is the author."""

    post = models.OneToOneField(Post, on_delete=models.PROTECT, related_name="hidden")
    reason = models.CharField(max_length=500, blank=True)
    body = models.TextField()
    versions = models.JSONField()
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"Hidden {self.post_id}"
