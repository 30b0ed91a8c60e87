"""Rooms, what was said in them, and the numbered log by which every copy of a room becomes the same."""

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped
from groups.models import Group
from groups.models.group import LIVE_STATES, groups_of
from partners.models import Spoken

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

NAME_LENGTH = 80


class RoomQuerySet(models.QuerySet["Room"]):
    """Who may know of which room."""

    def visible_to(self, user: "User | AnonymousUser") -> "RoomQuerySet":
        """Rooms of opened groups in which the person takes part today: to everybody else a room does not exist."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(group__in=groups_of(user), group__state__in=LIVE_STATES)


class Room(TimeStamped):
    """Where people talk now. Its row is the lock under which everything in it takes its number."""

    # Empty for a direct conversation among a few people.
    group = models.ForeignKey(Group, null=True, blank=True, on_delete=models.PROTECT, related_name="rooms")
    name = models.CharField(_("name"), max_length=NAME_LENGTH, blank=True)
    is_main = models.BooleanField(default=False)
    last_seq = models.PositiveBigIntegerField(default=0)
    last_number = models.PositiveBigIntegerField(default=0)
    acl_version = models.PositiveBigIntegerField(default=1)
    # Below it nothing is kept: the first `seq` there is to ask for.
    floor = models.PositiveBigIntegerField(default=1)
    # The latest time given to something here, so that times never run backwards when clocks differ.
    last_at = models.DateTimeField(null=True)

    objects: ClassVar[RoomQuerySet] = RoomQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-is_main", "name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["group"], condition=Q(is_main=True), name="one_main_room_per_group")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The room's name; the group's own room needs none."""
        return self.name or str(_("Main room"))

    @property
    def audit_scope(self) -> str:
        """Recorded in the group's chain."""
        return f"group:{self.group_id}" if self.group_id else "site"

    def get_absolute_url(self) -> str:
        """Return the room's page."""
        assert self.group is not None
        if self.is_main:
            return reverse("chat:room", args=[self.group.slug])
        return reverse("chat:room", args=[self.group.slug, self.pk])


class Message(Spoken):
    """One message: its place (`seq`, `number`) never changes; its text may, and may go, leaving a tombstone."""

    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="messages")
    seq = models.PositiveBigIntegerField()
    number = models.PositiveBigIntegerField()
    body = models.TextField(_("message"))
    html = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    reply_to = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replies")
    key = models.UUIDField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "seq"], name="one_message_per_seq"),
            models.UniqueConstraint(fields=["room", "number"], name="dense_message_numbers"),
            models.UniqueConstraint(fields=["author", "key"], name="one_message_per_author_and_key"),
        ]

    def __str__(self) -> str:
        return f"{self.room_id}#{self.number}"

    @property
    def audit_scope(self) -> str:
        """Recorded in the group's chain."""
        return self.room.audit_scope

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


class Event(models.Model):
    """One line of a room's log: dense, gapless, in the order of commits. It holds no text; that is read as it is now."""

    class Kind(models.TextChoices):
        """What happened."""

        MESSAGE = "message", _("Message")
        EDITED = "edited", _("Edited")
        DELETED = "deleted", _("Deleted")
        MEMBERSHIP = "membership", _("Who may do what changed")

    class Change(models.TextChoices):
        """What a `membership` event tells."""

        STARTED = "started", _("takes part now")
        ENDED = "ended", _("takes part no longer")
        RIGHTS = "rights", _("Rights changed")

    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    acl_version = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    message = models.ForeignKey(Message, null=True, on_delete=models.PROTECT, related_name="events")
    # The version the message had after this event.
    version = models.PositiveIntegerField(null=True)
    # Who did it and with which key: the outcome that every retry is answered with, for ever.
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
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
            models.UniqueConstraint(
                fields=["actor", "key"], condition=Q(key__isnull=False), name="one_outcome_per_person_and_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.room_id}:{self.seq} {self.kind}"


class RoomReading(models.Model):
    """One person in one room: how far they have read, and from where they may.

    Unread is `room.last_number - last_number - own_since`: arithmetic, never a count over rows.
    """

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="readings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="room_readings")
    last_seq = models.PositiveBigIntegerField(default=0)
    last_number = models.PositiveBigIntegerField(default=0)
    # The person's own messages after the mark.
    own_since = models.PositiveBigIntegerField(default=0)
    # The `seq` of the person's joining; it binds where the group's history begins with joining.
    floor = models.PositiveBigIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "user"], name="one_reading_per_person_and_room")]

    def unread_in(self, room: Room) -> int:
        """How many messages of others the person has not read."""
        return max(0, room.last_number - self.last_number - self.own_since)
