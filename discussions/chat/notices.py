"""How notices of messages read, for those who may still read them."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import markdown
from discussions import mentions
from discussions.chat.access import floors_of
from discussions.chat.models import Block, Message, Report, Room, RoomReading
from discussions.report_notices import settled, waiting
from groups.bylines import bylines_for
from notifications.models import Notice
from notifications.services import Rendered

if TYPE_CHECKING:
    from accounts.models import User


ABOUT_MESSAGES = ("chat_mention",)
"""The kinds of notices whose object is a message: they go with it."""


def render_mentions(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """Say who mentioned the reader, and where; the same number of queries for any number."""
    found = Message.objects.filter(
        pk__in={notice.object_id for notice in notices}, deleted_at=None, room__in=Room.objects.visible_to(user)
    )
    messages = {message.pk: message for message in found.select_related("room__group")}
    floors = floors_of({message.room for message in messages.values()}, user)
    muted = set(
        RoomReading.objects.filter(
            user=user, is_muted=True, room__in={message.room_id for message in messages.values()}
        ).values_list("room_id", flat=True)
    )
    named = {person for message in messages.values() for person in mentions.ids_in(message.body)}
    names = mentions.names_for(named | {message.author_id for message in messages.values()}, user)
    # Whose name the reader may know no longer is shown as on the room's page.
    others = [message for message in messages.values() if message.author_id not in names]
    labels = {byline.person_id: byline.label for byline in bylines_for(others, user)}
    return {
        notice.pk: Rendered(
            _("%(who)s mentioned you in the chat of %(group)s")
            % {
                "who": names.get(message.author_id) or labels[message.author_id] or _("somebody"),
                "group": message.room.group,
            },
            message.get_absolute_url(),
            markdown.excerpt(mentions.replaced(message.body, names, _("somebody"))),
            "" if message.room_id in muted else _("Somebody mentioned you in the chat of one of your groups."),
            group_id=message.room.group_id,
            group_name=message.room.group.name if message.room.group else "",
            about=f"room:{message.room_id}",
            together=partial(_many_mentions, str(message.room.group)),
        )
        for notice in notices
        if (message := messages.get(notice.object_id)) and message.seq >= floors[message.room_id]
    }


def _many_mentions(group: str, count: int) -> str:
    words = ngettext(
        "%(count)d mention in the chat of %(group)s", "%(count)d mentions in the chat of %(group)s", count
    )
    return words % {"count": count, "group": group}


def render_conversations(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """Say who wrote to the reader; nothing any more of whom they block, or may no longer know by name."""
    rooms = Room.objects.visible_to(user).filter(group=None).in_bulk([notice.object_id for notice in notices])
    names = mentions.names_for({notice.actor_id for notice in notices if notice.actor_id}, user)
    blocked = set(Block.objects.filter(user=user, blocked__in=names).values_list("blocked_id", flat=True))
    return {
        notice.pk: Rendered(
            _("%(who)s wrote to you") % {"who": names[notice.actor_id or 0]},
            room.get_absolute_url(),
            letter=_("Somebody with whom you share a group has written to you."),
        )
        for notice in notices
        if (room := rooms.get(notice.object_id)) and notice.actor_id in names and notice.actor_id not in blocked
    }


def render_reports_waiting(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """To who decides: a message was reported, while that waits and is theirs to decide."""
    return waiting(
        notices,
        user,
        "message",
        in_group=_("A message in “%(group)s” was reported."),
        to_office=_("A message was reported to the Secretariat."),
        letter=_("A message was reported in a group that you lead."),
    )


def render_reports_settled(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """To who reported: what was decided."""
    return settled(
        notices,
        user,
        Report,
        upheld=_("The message you reported was deleted."),
        dismissed=_("The message you reported stands: whoever decided found nothing against the rules."),
    )
