"""What people added to messages, as one reader sees it: signs with the names of those who gave them, and pins."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from core import markdown
from core.listing import listed
from discussions import mentions
from discussions.chat.access import Place
from discussions.chat.models import Emoji, Message
from discussions.chat.presenting import mention_names

if TYPE_CHECKING:
    from accounts.models import User

EXCERPT_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign on a message: by whom, whether the reader is among them, and the names of those the reader may know."""

    emoji: str
    meaning: str
    people: Sequence[int]
    names: Sequence[str]
    is_own: bool

    @property
    def count(self) -> int:
        """How many people gave it."""
        return len(self.people)

    @property
    def label(self) -> str:
        """What it means and who gave it, for those who do not see it and whoever points at it."""
        return f"{self.meaning} ({self.count}): {listed(self.names)}"

    @property
    def ids(self) -> str:
        """The people's ids, for the page's script."""
        return ",".join(map(str, self.people))


@dataclass(frozen=True, slots=True)
class Pin:
    """A pinned message in the list at the top of its room."""

    id: int
    number: int
    author: str
    excerpt: str


def signs_on(messages: Iterable[Message], reader: "User") -> dict[int, list[Sign]]:
    """Return the signs on each message, by its id: no query where there are none, else 3 for any number."""
    having = [message for message in messages if message.has_extras and not message.is_deleted]
    if having:
        prefetch_related_objects(having, "reactions")
    given = {reaction.user_id for message in having for reaction in message.reactions.all()}
    names = mentions.names_for(given, reader)
    return defaultdict(list, {message.pk: _signs(message, reader, names) for message in having})


def _signs(message: Message, reader: "User", names: Mapping[int, str]) -> list[Sign]:
    people: dict[str, list[int]] = {}
    for reaction in message.reactions.all():
        people.setdefault(reaction.emoji, []).append(reaction.user_id)
    return [
        Sign(
            emoji=emoji,
            meaning=str(Emoji(emoji).label),
            people=ids,
            names=[names.get(one, _("somebody")) for one in ids],
            is_own=reader.pk in ids,
        )
        for emoji, ids in people.items()
    ]


def pinned_in(place: Place) -> list[Message]:
    """Return the pinned messages that the person may see, the newest first."""
    pinned = Message.objects.filter(
        room=place.room, pinned_at__isnull=False, seq__gte=place.floor, seq__lte=place.room.last_seq, deleted_at=None
    )
    return list(pinned.order_by("-number"))


def pins_in(place: Place) -> list[Pin]:
    """Return the pinned messages as the room's page lists them; a constant number of queries."""
    messages = pinned_in(place)
    names = mention_names(messages)
    voices = place.bylines(messages)
    return [pin_of(message, voice.label, names) for message, voice in zip(messages, voices, strict=True)]


def pin_of(message: Message, author: str, names: dict[int, str]) -> Pin:
    """Return one line of the list."""
    text = mentions.replaced(message.body, names, _("somebody"))
    return Pin(message.pk, message.number, author, markdown.excerpt(text, EXCERPT_LENGTH) or _("documents"))
