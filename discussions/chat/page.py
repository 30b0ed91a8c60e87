"""One page of a room's log as its reader sees it: fifty messages by their numbers, at the same cost in a room of any length."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import markdown
from core.models import Deployment
from discussions import mentions
from discussions.chat import attachments
from discussions.chat.access import ConversationPlace, GroupPlace, Place
from discussions.chat.extras import Pin, Sign, pin_of, pinned_in, signs_on
from discussions.chat.first_contact import first_contact
from discussions.chat.models import Emoji, Message, RoomReading
from discussions.chat.presenting import filled, mention_names, spelled
from discussions.chat.receipts import may_see_receipts
from discussions.chat.services.moving import only_own
from discussions.chat.unread import room_badges
from discussions.pointing import titles_in
from groups.bylines import Byline

if TYPE_CHECKING:
    from accounts.models import User

SIZE = 50
# Messages of the same voice closer than this stand under one head.
TOGETHER = timedelta(minutes=5)
QUOTE_LENGTH = 100


@dataclass(slots=True)
class Row:
    """One message; the script makes its own from an empty one."""

    id: int = 0
    seq: int = 0
    number: int = 0
    version: int = 1
    author: int = 0
    organisation: int = 0
    key: str = ""
    css: str = "msg"
    voice: Byline | None = None
    hue: int = 0
    body: str = ""
    source: str = ""
    iso: str = ""
    at: str = ""
    full: str = ""
    edited: bool = False
    gone: bool = False
    quote: str = ""
    quoted: str = ""
    quote_url: str = ""
    answers: int = 0
    day: str = ""
    is_first_unread: bool = False
    pinned: bool = False
    folded: bool = False
    signs: Sequence[Sign] = ()
    acts: str = ""
    files: list[dict[str, Any]] = field(default_factory=list)


class RoomPage:
    """Which messages a page shows. The head is read first and nothing above it is shown: the live log goes on from there."""

    def __init__(self, place: Place, reader: "User", *, before: int = 0, first: int = 0, size: int = SIZE) -> None:
        asked = first
        self.place, self.reader, self.size = place, reader, size
        self.head = place.room.last_seq
        self.folded = place.folded
        self.reading = RoomReading.objects.filter(room=place.room, user=reader).first() or RoomReading(room=place.room)
        if first > place.room.last_number - size:
            first = 0  # it stands in the newest page, which goes on by itself
        self.messages = self._messages(before, first)
        self.asks_in_vain = bool(asked) and all(message.number != asked for message in self.messages)
        if self.asks_in_vain:
            self.messages = self._messages(0, 0)
        self.pinned = pinned_in(place)
        self.pins: list[Pin] = []
        self.signs = signs_on(self.messages, reader)
        self.is_newest = not self.messages or self.messages[-1].number >= place.room.last_number

    def _messages(self, before: int, first: int) -> list[Message]:
        found = (
            Message.objects.filter(room=self.place.room, seq__gte=self.place.floor, seq__lte=self.head)
            .select_related("reply_to")
            .order_by("-number")
        )
        if first:
            return list(found.filter(number__gte=first).order_by("number")[: self.size])
        if before:
            found = found.filter(number__lt=before)
        return list(reversed(found[: self.size]))

    def context(self) -> dict[str, Any]:
        """Return everything the template needs."""
        place, room = self.place, self.place.room
        rows, texts = self.rows(), self._texts()
        blank = Row(voice=Byline(0, "", "", None, ""), css="msg")
        self._put_acts([*rows, blank], texts)
        return {
            "room": room,
            **self._around(),
            "may_write": place.may_write,
            "refusal": place.refusal,
            "may_moderate": place.may_moderate,
            "may_take_back": place.may_take_back,
            "rows": rows,
            "pins": self.pins,
            "emoji": Emoji.choices,
            "may_react": place.may_react,
            "may_pin": place.may_pin,
            **self._copies(),
            "shows_receipts": may_see_receipts(place),
            "blank": blank,
            "head": self.head,
            "floor": place.floor,
            "oldest": self.messages[0].seq if self.messages else self.head + 1,
            "older": self.messages[0].number if self.has_older() else 0,
            "newer": 0 if self.is_newest else self.messages[-1].number + 1,
            "is_newest": self.is_newest,
            "asks_in_vain": self.asks_in_vain,
            "unread": self.reading.unread_in(room),
            "is_muted": self.reading.is_muted,
            "epoch": Deployment.current_epoch(),
            "audience": place.audience,
            "language": get_language(),
            "zone": timezone.get_current_timezone_name(),
            "texts": texts,
            "base": place.base,
            "folded": sorted(self.folded),
        }

    def _copies(self) -> dict[str, str]:
        """Say whose messages the reader may copy into a thread: "all", their "own" and why, or nobody's (empty)."""
        place = self.place
        if not isinstance(place, GroupPlace) or not place.may_write or not place.standing.may_start_threads:
            return {"copies": ""}
        why = only_own(place)
        return {"copies": "own" if why else "all", "copies_why": why}

    def _texts(self) -> dict[str, str]:
        """Return words that stand beside every message."""
        return {
            "gone": _("This message was deleted."),
            "edited": _("edited"),
            "pinned": _("pinned"),
            "react": _("React"),
            "reply": _("Reply"),
            "more": _("More"),
            "folded": _("A message of somebody you blocked or muted"),
            "absent": _("A document that is not there any more"),
        }

    def _put_acts(self, rows: Iterable[Row], texts: dict[str, str]) -> None:
        """Write what can be done with a message once, and put each one's numbers in; nothing beside a tombstone."""
        place = self.place
        written = render_to_string(
            "chat/_acts.html",
            {"base": place.base, "texts": texts, "may_react": place.may_react, "may_write": place.may_write},
        ).strip()
        for row in rows:
            if not row.gone:
                acts = written.replace("%ID%", str(row.id)).replace("%NUMBER%", str(row.number))
                row.acts = mark_safe(acts)  # noqa: S308 - our own template, and two numbers

    def _around(self) -> dict[str, Any]:
        """Return what the room lies in: its group with the other rooms, or the conversation it is."""
        place = self.place
        if isinstance(place, ConversationPlace):
            return place.surroundings | {"first": first_contact(place)}
        if not isinstance(place, GroupPlace):
            return place.surroundings
        return place.surroundings | {
            "attaching": attachments.choices(place.standing) if place.may_write else None,
            "rooms": room_badges(self.reader, [place.group])[place.group.pk],
        }

    def has_older(self) -> bool:
        """Whether there are messages before those of the page that the reader may see."""
        if not self.messages or self.messages[0].number == 1:
            return False
        earlier = Message.objects.filter(
            room=self.place.room, seq__gte=self.place.floor, number__lt=self.messages[0].number
        )
        return earlier.exists()

    def rows(self) -> list[Row]:
        """Return the messages as the reader sees them."""
        answered = [message.reply_to for message in self.messages if message.reply_to is not None]
        said: Sequence[Message] = [*self.messages, *answered, *self.pinned]
        voices = dict(zip((message.pk for message in said), self.place.bylines(said), strict=True))
        names = mention_names(said)
        self.titles = titles_in((message.html for message in self.messages), self.reader)
        place = self.place
        files = attachments.for_reader(self.messages, place.standing) if isinstance(place, GroupPlace) else {}
        rows: list[Row] = []
        before: Message | None = None
        unread_shown = self.reading.unread_in(self.place.room) == 0
        for message in self.messages:
            row = self._row(message, voices, names)
            row.files = files.get(message.pk, [])
            own = message.author_id == self.reader.pk
            if not unread_shown and not own and message.number > self.reading.last_number:
                row.is_first_unread = unread_shown = True
            if before is None or day_of(before.created_at) != day_of(message.created_at):
                row.day = date_format(timezone.localtime(message.created_at), "l j F Y")
            elif before is not None and self._continues(before, message) and not row.is_first_unread:
                row.css += " msg--follow"
            rows.append(row)
            before = message
        self.pins = [pin_of(message, voices[message.pk].label, names) for message in self.pinned]
        return rows

    def _row(self, message: Message, voices: dict[int, Byline], names: dict[int, str]) -> Row:
        local = timezone.localtime(message.created_at)
        own = message.author_id == self.reader.pk
        row = Row(
            id=message.pk,
            seq=message.seq,
            number=message.number,
            version=message.version,
            author=message.author_id,
            organisation=message.organisation_id or 0,
            key=str(message.key) if own else "",
            css="msg msg--own" if own else "msg",
            voice=voices[message.pk],
            hue=message.author_id % 10,
            iso=local.isoformat(timespec="seconds"),
            at=date_format(local, "H:i"),
            full=date_format(local, "j F Y, H:i"),
        )
        if message.is_deleted:
            row.css += " msg--gone"
            row.gone = True
            return row
        row.body = filled(message, names, self.titles)
        row.source = spelled(message, names) if own else ""
        row.edited = message.edited_at is not None
        row.pinned = message.pinned_at is not None
        row.signs = self.signs[message.pk]
        row.folded = message.author_id in self.folded
        if self.reader.pk in markdown.people_in([message.html]):
            row.css += " is-mention"
        row.answers = message.reply_to_id or 0
        if message.reply_to is not None:
            self._quote(row, message.reply_to, voices, names)
        elif message.reply_to_id is not None:
            row.quoted = _("an earlier message")
        return row

    def _quote(self, row: Row, parent: Message, voices: dict[int, Byline], names: dict[int, str]) -> None:
        """Show what is answered; of what was said before the reader's floor, nothing but that it was."""
        if parent.seq < self.place.floor:
            kept = parent.seq >= self.place.room.floor
            row.quoted = _("a message from before you joined") if kept else _("an earlier message")
            return
        row.quoted = voices[parent.pk].label
        row.quote_url = f"?from={parent.number}#message-{parent.number}"
        text = mentions.replaced(parent.body, names, _("somebody"))
        row.quote = _("deleted") if parent.is_deleted else markdown.excerpt(text, QUOTE_LENGTH) or _("documents")
        if parent.author_id in self.folded:
            row.quote = ""

    @staticmethod
    def _continues(before: Message, message: Message) -> bool:
        """Whether a message stands under the head of the one before it."""
        same = (before.author_id, before.organisation_id, before.function) == (
            message.author_id,
            message.organisation_id,
            message.function,
        )
        return same and message.reply_to_id is None and message.created_at - before.created_at < TOGETHER


def day_of(moment: datetime) -> date:
    """Return the day of a moment in the reader's zone."""
    return timezone.localtime(moment).date()
