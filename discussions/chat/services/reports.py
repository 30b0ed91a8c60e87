"""Reporting a message, and what becomes of it. Each act is recorded in the site's chain; the message's end in its group's."""

import uuid
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.audit import Actor, record
from core.errors import Conflict, DomainError
from discussions.chat.access import ConversationPlace, message_in, room_for
from discussions.chat.models import Message, Report
from discussions.chat.services.log import lock_room
from discussions.chat.services.messages import bury
from groups.models import Membership, Participant
from groups.standing import NotAllowed
from notifications.services import notify, retract
from partners.capacity import Capacity

if TYPE_CHECKING:
    from discussions.chat.access import Place

OPEN_MAX = 20
"""So many reports of one person may wait at once."""


def report_message(room_id: int, message_id: int, *, by: User, reason: str) -> Report:
    """Report a message that the person may read: whoever decides sees its text as it is now, who reports it and why.

    Reporting the same message again while the first report waits changes nothing. Raises Http404, DomainError.
    """
    place = room_for(by, room_id)
    message = message_in(place, message_id)
    reason = " ".join(reason.split())[:500]
    if not reason:
        raise DomainError(_("Say what is wrong with the message."))
    if message.author_id == by.pk:
        raise NotAllowed(_("This is your own message. You can delete it."))
    if message.is_deleted:
        raise Conflict(_("The message is deleted already."))
    waiting = Report.objects.filter(reporter=by, state=Report.State.OPEN)
    if (known := waiting.filter(message=message).first()) is not None:
        return known
    if waiting.count() >= OPEN_MAX:
        raise NotAllowed(_("%(count)d of your reports wait to be decided. Wait for that first.") % {"count": OPEN_MAX})
    try:
        with transaction.atomic():
            report = Report.objects.create(
                message=message,
                room=place.room,
                author_id=message.author_id,
                reporter=by,
                reason=reason,
                body=message.body,
            )
            record(_capacity(place, by), "report.made", report)
            notify(_deciding(report), "report_waiting", object_id=report.pk, key=str(report.pk), mail=True)
            return report
    except IntegrityError:
        # Sent twice at once; the other one is committed now.
        return waiting.get(message=message)


@transaction.atomic
def settle_report(report_id: int, *, by: Actor, upheld: bool) -> None:
    """Delete the message, or let it stand; the text kept for the report goes, and who reported is told.

    The caller has asked whether it is theirs to decide. Upheld, it settles every open report of that message. Raises
    Conflict when somebody else was faster.
    """
    report = Report.objects.select_for_update().get(pk=report_id)
    if report.state != Report.State.OPEN:
        raise Conflict(_("Somebody else has decided this report."))
    settled = [report]
    if upheld and report.message_id is not None:
        others = Report.objects.select_for_update().filter(message=report.message_id, state=Report.State.OPEN)
        settled += others.exclude(pk=report.pk).order_by("pk")
    for one in settled:
        one.state = Report.State.UPHELD if upheld else Report.State.DISMISSED
        one.body, one.settled_at, one.settled_by_id = "", timezone.now(), by.user_id
        one.save(update_fields=["state", "body", "settled_at", "settled_by"])
        record(by, f"report.{one.state}", one)
        retract("report_waiting", object_id=one.pk)
        notify([one.reporter], "report_settled", object_id=one.pk, key=str(one.pk), by=by, mail=True)
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


def _deciding(report: Report) -> "list[User]":
    """Return who is to decide the report: the group's leads, or the Secretariat."""
    group = report.room.group
    if group is not None and Report.objects.for_leads_of(group).filter(pk=report.pk).exists():
        leads = Participant.objects.taking_part().filter(
            membership__group=group, membership__role=Membership.Role.LEAD
        )
        deciding = User.objects.filter(pk__in=leads.values("user_id"))
        if deciding.exists():
            return list(deciding.exclude(pk=report.reporter_id))
    return list(User.objects.secretariat().exclude(pk=report.author_id))
