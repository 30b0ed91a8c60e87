"""The numbered log by which every copy of a room becomes the same, and how far people have read it."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from discussions.chat.models.message import Message
from discussions.chat.models.room import Room


class Event(models.Model):
    """One line of a room's log: dense, gapless, in the order of commits. It holds no text; that is read as it is now."""

    class Kind(models.TextChoices):
        """What happened."""

        MESSAGE = "message", _("Message")
        EDITED = "edited", _("Edited")
        DELETED = "deleted", _("Deleted")
        REACTED = "reacted", _("Reactions changed")
        PINNED = "pinned", _("Pinned or no longer pinned")
        PURGED = "purged", _("Older messages are gone")
        MEMBERSHIP = "membership", _("Who may do what changed")

    class Change(models.TextChoices):
        """What a `membership` event tells."""

        STARTED = "started", _("takes part now")
        ENDED = "ended", _("takes part no longer")
        RIGHTS = "rights", _("Rights changed")

    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="events", db_index=False)
    seq = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    acl_version = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    message = models.ForeignKey(Message, null=True, on_delete=models.PROTECT, related_name="events")
    # The version the message had after this event.
    version = models.PositiveIntegerField(null=True)
    # Who did it and with which key: the outcome that every retry is answered with, for ever.
    # An index of its own would be taken for the one with the key, where little is known of the table yet.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    key = models.UUIDField(null=True)
    # The fingerprint of what was sent with it, until the message is deleted.
    digest = models.CharField(max_length=64, blank=True)
    # Whom a membership event is about.
    change = models.CharField(max_length=10, choices=Change.choices, blank=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("partners.Organisation", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["room", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["room", "seq"], name="dense_seq"),
            models.UniqueConstraint(fields=["actor", "key"], name="one_outcome_per_person_and_key"),
        ]

    def __str__(self) -> str:
        return f"{self.room_id}:{self.seq} {self.kind}"


class SpentKey(models.Model):
    """The outcome of an act whose events are kept no longer, so that even then a retry is answered as it was."""

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.UUIDField()
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="+")
    seq = models.PositiveBigIntegerField()
    # The number the message's row had.
    message = models.PositiveBigIntegerField()
    version = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="one_spent_key_per_person")]

    def __str__(self) -> str:
        return f"{self.room_id}:{self.seq}"


class RoomReading(models.Model):
    """One person in one room: how far they have read, and from where they may.

    Unread is `room.last_number - last_number - own_since`: arithmetic, never a count over rows. What the room no longer keeps
    is unread by nobody.
    """

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="readings", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="room_readings")
    last_seq = models.PositiveBigIntegerField(default=0)
    last_number = models.PositiveBigIntegerField(default=0)
    # Whether the person wants no notices from the room.
    is_muted = models.BooleanField(default=False)
    # The person's own messages after the mark.
    own_since = models.PositiveBigIntegerField(default=0)
    # The `seq` of the person's joining; it binds where the group's history begins with joining.
    floor = models.PositiveBigIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "user"], name="one_reading_per_person_and_room")]

    def unread_in(self, room: Room) -> int:
        """How many messages of others the person has not read."""
        return max(0, room.last_number - max(self.last_number, room.purged_number) - self.own_since)
