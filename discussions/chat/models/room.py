"""A room: where people talk now, for a whole group, a part of it, or a few people among themselves."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped
from groups.models import Group
from groups.models.group import LIVE_STATES
from groups.models.participant import Participant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

NAME_LENGTH = 80


class Audience(models.TextChoices):
    """Who of a group is in a room."""

    EVERYBODY = "everybody", _("Everybody who takes part in the group")
    MEMBERS = "members", _("Members and leads, without observers")
    LEADS = "leads", _("Leads only")


class Writers(models.TextChoices):
    """Who of those in a room may write there."""

    MEMBERS = "members", _("Members and leads")
    LEADS = "leads", _("Leads only: others read along")


class Keep(models.IntegerChoices):
    """After how many days a message goes for good."""

    MONTH = 30, _("30 days")
    QUARTER = 90, _("90 days")
    YEAR = 365, _("One year")


ROLES_IN = {
    Audience.EVERYBODY: ("lead", "member", "observer"),
    Audience.MEMBERS: ("lead", "member"),
    Audience.LEADS: ("lead",),
}
"""The roles whose people are in a room, by its audience."""


class RoomQuerySet(models.QuerySet["Room"]):
    """Who may know of which room."""

    def visible_to(self, user: "User | AnonymousUser") -> "RoomQuerySet":
        """Rooms of opened groups in which the person takes part today in a role that is let in, and their conversations.

        To everybody else a room does not exist.
        """
        return self.known_to(user.pk) if user.is_authenticated else self.none()

    def known_to(self, user: int, *, own: "Callable[[Iterable[str]], Any] | None" = None) -> "RoomQuerySet":
        """`visible_to` for somebody who signed in; `own` gives the groups in which they have one of these roles."""
        seats = Participant.objects.taking_part().filter(user=user)
        inside = Q()
        for audience, roles in ROLES_IN.items():
            groups = own(roles) if own else seats.filter(membership__role__in=roles).values("membership__group_id")
            inside |= Q(audience=audience, group__in=groups)
        return self.filter(inside & Q(group__state__in=LIVE_STATES) | Q(pk__in=conversations_of(user)))

    def of_groups(self) -> "RoomQuerySet":
        """Those of groups, without conversations."""
        return self.filter(group__isnull=False)


class Room(TimeStamped):
    """Where people talk now. Its row is the lock under which everything in it takes its number."""

    # Empty for a direct conversation among a few people; then `people_key` says among whom, so that there is one for each set.
    group = models.ForeignKey(Group, null=True, blank=True, on_delete=models.PROTECT, related_name="rooms")
    name = models.CharField(_("name"), max_length=NAME_LENGTH, blank=True)
    is_main = models.BooleanField(default=False)
    people_key = models.CharField(max_length=200, null=True, unique=True, editable=False)  # noqa: DJ001 - null is no set
    audience = models.CharField(_("who is in it"), max_length=10, choices=Audience.choices, default=Audience.EVERYBODY)
    writers = models.CharField(_("who writes"), max_length=10, choices=Writers.choices, default=Writers.MEMBERS)
    # Whether who is in the room sees which organisations have read a message.
    shows_readers = models.BooleanField(default=False)
    keep_days = models.PositiveIntegerField(
        _("how long messages are kept"), null=True, blank=True, choices=Keep.choices
    )
    # A further room that its leads have closed is read only, until they open it again.
    closed_at = models.DateTimeField(null=True)
    last_seq = models.PositiveBigIntegerField(default=0)
    last_number = models.PositiveBigIntegerField(default=0)
    acl_version = models.PositiveBigIntegerField(default=1)
    # Below it nothing is kept: the first `seq` there is to ask for.
    floor = models.PositiveBigIntegerField(default=1)
    # The number of the last message below the floor: those are unread by nobody any more.
    purged_number = models.PositiveBigIntegerField(default=0, editable=False)
    # The latest time given to something here, so that times never run backwards when clocks differ.
    last_at = models.DateTimeField(null=True)

    objects: ClassVar[RoomQuerySet] = RoomQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-is_main", "name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["group"], condition=Q(is_main=True), name="one_main_room_per_group"),
            models.CheckConstraint(
                condition=Q(is_main=False) | Q(audience=Audience.EVERYBODY), name="everybody_is_in_the_main_room"
            ),
            models.CheckConstraint(
                condition=Q(group__isnull=True) ^ Q(people_key__isnull=True), name="a_group_or_a_few_people"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The room's name; the group's own room needs none, and a conversation is called by who reads it."""
        if self.group_id is None:
            return str(_("Direct conversation"))
        return self.name or str(_("Main room"))

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles in the group whose people are in the room."""
        return ROLES_IN[Audience(self.audience)]

    @property
    def audit_scope(self) -> str:
        """Recorded in the group's chain."""
        return f"group:{self.group_id}" if self.group_id else "site"

    def get_absolute_url(self) -> str:
        """Return the room's page."""
        if self.group is None:
            return reverse("conversations:room", args=[self.pk])
        if self.is_main:
            return reverse("chat:room", args=[self.group.slug])
        return reverse("chat:room", args=[self.group.slug, self.pk])


def conversations_of(user: "User | int") -> "models.QuerySet[ConversationSeat, int]":
    """Return the ids of the conversations the person is in."""
    from discussions.chat.models.conversation import ConversationSeat

    return ConversationSeat.objects.filter(user=user).values_list("room_id", flat=True)


if TYPE_CHECKING:
    from discussions.chat.models.conversation import ConversationSeat
