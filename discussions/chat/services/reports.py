"""Reporting a message, and what becomes of it. Each act is recorded in the site's chain; the message's end in its group's."""

import uuid
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.audit import Actor, record
from core.errors import Conflict
from discussions.chat.access import ConversationPlace, message_in, room_for
from discussions.chat.models import Message, Report
from discussions.chat.services.log import lock_room
from discussions.chat.services.messages import bury
from discussions.services.reports import file, settle
from groups.standing import NotAllowed
from partners.capacity import Capacity

if TYPE_CHECKING:
    from discussions.chat.access import Place


def report_message(room_id: int, message_id: int, *, by: User, reason: str) -> Report:
    """Report a message that the person may read: whoever decides sees its text as it is now, who reports it and why.

    Reporting the same message again while the first report waits changes nothing. Raises Http404, DomainError.
    """
    place = room_for(by, room_id)
    message = message_in(place, message_id)
    if message.author_id == by.pk:
        raise NotAllowed(_("This is your own message. You can delete it."))
    if message.is_deleted:
        raise Conflict(_("The message is deleted already."))
    made = Report(
        message=message, room=place.room, author_id=message.author_id, reporter=by, reason=reason, body=message.body
    )
    filed = file(made, by=_capacity(place, by), kind="report_waiting", message=message)
    assert isinstance(filed, Report)
    return filed


@transaction.atomic
def settle_report(report_id: int, *, by: Actor, upheld: bool) -> None:
    """Delete the message, or let it stand; the text kept for the report goes, and who reported is told.

    The caller has asked whether it is theirs to decide. Upheld, it settles every open report of that message. Raises
    Conflict when somebody else was faster.
    """
    kinds = "report_waiting", "report_settled"
    report = settle(Report, report_id, by=by, upheld=upheld, kinds=kinds, same="message")
    if upheld and report.message_id is not None:
        _delete(report.message_id, by)


def _delete(message_id: int, by: Actor) -> None:
    """Take a reported message away: the record first, the room after it, as every act upon others' words."""
    message = Message.objects.select_related("room").get(pk=message_id)
    if message.is_deleted:
        return
    record(by, "message.deleted", message)
    room = lock_room(message.room_id)
    message.refresh_from_db()
    if room is not None and not message.is_deleted:
        bury(message, room, by=User.objects.get(pk=by.user_id or 0), key=uuid.uuid4())


def _capacity(place: "Place", by: User) -> Capacity:
    """Return in which capacity somebody reports: for an organisation if they act here for one only."""
    if isinstance(place, ConversationPlace) or len(place.capacities) != 1:
        return Capacity(by, None, "")
    return place.capacities[0]
