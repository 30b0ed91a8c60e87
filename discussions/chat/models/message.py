"""What was said in a room, and what people added to it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import markdown
from discussions.chat.models.room import Room
from discussions.models.emoji import Emoji
from groups.documents.models import Document
from partners.models import Spoken
from search.cards import Card
from search.models import Kind
from search.searchable import Searchable


class Message(Searchable, Spoken):
    """One message: its place (`seq`, `number`) never changes; its text may, and may go, leaving a tombstone."""

    KIND = Kind.MESSAGE
    FOUND_BY = frozenset({"body", "deleted_at"})

    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="messages", db_index=False)
    seq = models.PositiveBigIntegerField()
    number = models.PositiveBigIntegerField()
    body = models.TextField(_("message"))
    html = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    # It outlives the message it names: an answer stays one when the room no longer keeps what was answered.
    reply_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="replies"
    )
    key = models.UUIDField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    pinned_at = models.DateTimeField(null=True)
    # Set with the first reaction or attachment, and never unset: most messages have neither, and are read without asking.
    has_extras = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "seq"], name="one_message_per_seq"),
            models.UniqueConstraint(fields=["room", "number"], name="dense_message_numbers"),
            models.UniqueConstraint(fields=["author", "key"], name="one_message_per_author_and_key"),
        ]
        indexes = [
            models.Index(fields=["room", "number"], condition=Q(pinned_at__isnull=False), name="pinned_messages"),
            models.Index(fields=["room", "created_at"], name="messages_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.room_id}#{self.number}"

    @property
    def audit_scope(self) -> str:
        """Recorded in the group's chain."""
        return self.room.audit_scope

    def searched(self) -> str:
        """Return the body without its mentions: whom a message names is no word of it."""
        return markdown.MENTION.sub(" ", self.body)

    def cards(self) -> list[Card]:
        """Return what the search holds of it: its words, at its `seq` in its room; nothing of a deleted one."""
        if self.is_deleted:
            return []
        return [
            Card(
                kind=self.KIND,
                object_id=self.pk,
                place=self.room_id,
                depth=self.seq,
                moment=self.created_at,
                body=self.searched(),
                group_id=self.room.group_id,
                author_id=self.author_id,
                organisation_id=self.organisation_id,
            )
        ]

    @property
    def is_deleted(self) -> bool:
        """Whether only its tombstone is left."""
        return self.deleted_at is not None

    def get_absolute_url(self) -> str:
        """Return the message's place in its room's page."""
        return f"{self.room.get_absolute_url()}?from={self.number}#message-{self.number}"


class MessageVersion(models.Model):
    """A text that a message had before an edit. A deletion takes them all away."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "number"], name="one_text_per_version")]


class Reaction(models.Model):
    """One person's sign on a message, given for an organisation; gone when they take it back."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="reactions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey("partners.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
    emoji = models.CharField(max_length=8, choices=Emoji.choices)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["message", "user", "emoji"], name="one_reaction_per_person_and_sign")
        ]

    def __str__(self) -> str:
        return f"{self.emoji} on {self.message}"


class Attachment(models.Model):
    """A document of the group's library that a message points to; its bytes and rights stay the library's."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["message", "document"], name="one_attachment_per_message_and_document")
        ]

    def __str__(self) -> str:
        return f"{self.document} at {self.message}"
