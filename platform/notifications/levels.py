"""Which level holds for whom: what they chose for a group, else what they chose for all, else the site's."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext

from core.errors import DomainError
from notifications.models import Channel, Level, Preference

if TYPE_CHECKING:
    from accounts.models import User

OFFERED: dict[Channel, tuple[Level, ...]] = {
    Channel.MAIL: (Level.AT_ONCE, Level.DAILY, Level.WEEKLY, Level.OFF),
    # A digest belongs into a letter: what is pushed is pushed when it happens.
    Channel.PUSH: (Level.AT_ONCE, Level.OFF),
}
"""The levels of each channel, the liveliest first."""

SHOWN: tuple[Channel, ...] = (Channel.MAIL, Channel.PUSH)
"""The channels that the pages offer: those by which something is sent."""


def label_of(channel: Channel, level: Level) -> str:
    """Name a level as it is offered for the channel: posts are mailed; pushed is only that something is addressed to one."""
    if channel == Channel.PUSH and level == Level.AT_ONCE:
        return gettext("What is addressed to me")
    return str(level.label)


def site_default(channel: Channel) -> Level:
    """Return the level for who has chosen none: of mail the site's setting; nothing is pushed unless somebody asks for it."""
    return Level(settings.MAIL_LEVEL) if channel == Channel.MAIL else Level.OFF


@dataclass
class Levels:
    """The levels of some people on one channel, read at once."""

    channel: Channel
    chosen: dict[tuple[int, int | None], Level] = field(default_factory=dict)

    @classmethod
    def of(cls, people: Collection[int], channel: Channel) -> "Levels":
        """Read what these people chose: one query for any number."""
        rows = Preference.objects.filter(user__in=people, channel=channel).values_list("user_id", "group_id", "level")
        return cls(channel, {(user, group): Level(level) for user, group, level in rows})

    def default(self, user_id: int) -> Level:
        """Return the person's level for groups for which they chose none."""
        return self.chosen.get((user_id, None)) or site_default(self.channel)

    def own(self, user_id: int, group_id: int) -> Level | None:
        """Return what the person chose for the group, if they did."""
        return self.chosen.get((user_id, group_id))

    def at(self, user_id: int, group_id: int | None) -> Level:
        """Return the level that holds for the person in the group, or outside of any."""
        own = self.own(user_id, group_id) if group_id is not None else None
        return own or self.default(user_id)


def has_level(level: Level, channel: Channel, group_id: int, person: str = "user_id") -> Q:
    """Return the condition that the level holds in the group for the person in that column."""
    chosen = Preference.objects.filter(user=OuterRef(person), channel=channel)
    here, elsewhere = chosen.filter(group_id=group_id), chosen.filter(group_id=None)
    by_default = Q(Exists(elsewhere.filter(level=level)))
    if site_default(channel) == level:
        by_default |= ~Q(Exists(elsewhere))
    return Q(Exists(here.filter(level=level))) | (~Q(Exists(here)) & by_default)


@transaction.atomic
def choose(user: "User", *, channel: Channel, level: Level | None, group_id: int | None = None) -> None:
    """Keep the level the person wants for a group, or for all others; None means the default again.

    The caller has asked the door of the group.
    """
    if level is not None and level not in OFFERED[channel]:
        raise DomainError("There is no such level.")
    where = Preference.objects.filter(user=user, channel=channel, group_id=group_id)
    if level is None:
        where.delete()
    elif not where.update(level=level):
        Preference.objects.bulk_create(
            [Preference(user=user, channel=channel, group_id=group_id, level=level)], ignore_conflicts=True
        )


@transaction.atomic
def choose_everywhere(user: "User", *, channel: Channel, level: Level) -> None:
    """Have one level hold in every group; what was chosen for single ones is given up."""
    Preference.objects.filter(user=user, channel=channel, group_id__isnull=False).delete()
    choose(user, channel=channel, level=level)
