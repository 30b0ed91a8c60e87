"""Which notices a person wants on their devices: the one place that asks their preferences for this channel."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from notifications.letters import is_talk
from notifications.levels import Levels, choose
from notifications.models import Channel, Level, Notice, Preference, Rhythm
from notifications.services import Rendered

if TYPE_CHECKING:
    from accounts.models import User


def wanted(person: "User", shown: Sequence[tuple[Notice, Rendered]]) -> list[Notice]:
    """Return those of the notices that the person wants to be told of on their devices: three queries for any number.

    What people say to each other obeys the level of its group and whether what is addressed to them shall come; what is to
    be decided or was decided is told to everybody who has switched a device on.
    """
    levels = Levels.of([person.pk], Channel.PUSH)
    at_leisure = Rhythm.objects.filter(user=person, directly_by_push=False).exists()

    def is_wanted(notice: Notice, words: Rendered) -> bool:
        if not is_talk(notice.kind):
            return True
        return not at_leisure and levels.at(person.pk, words.group_id) != Level.OFF

    return [notice for notice, words in shown if is_wanted(notice, words)]


def begin(person: "User") -> None:
    """Have something come to who switches a first device on: nothing is pushed to who has chosen nothing."""
    if not Preference.objects.filter(user=person, channel=Channel.PUSH, group_id=None).exists():
        choose(person, channel=Channel.PUSH, level=Level.AT_ONCE)
