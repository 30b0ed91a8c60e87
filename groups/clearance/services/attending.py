"""What the clock brings to rounds, and what follows when members come and go or a version is added."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import DomainError
from groups.clearance.models import Publication, Round, Stage, Voice
from groups.clearance.services.closing import end, locked_alone, settle, tell_of_end
from groups.clearance.services.locking import people_of
from groups.documents.models import Document, Mark, Version
from groups.models import Group, Membership
from notifications.models import Notice
from notifications.services import notify, retract
from partners.capacity import Capacity

REMIND_BEFORE = (timedelta(days=7), timedelta(days=2))
"""How long before the date those who have not answered are reminded, the farthest first."""


class UnderWay(DomainError):
    """The document is being cleared, or is published."""

    code = "under_way"


def attend(now: datetime | None = None) -> None:
    """Remind and write results where it is due; every few minutes, see `SCHEDULE`. Each is done once, however often it runs."""
    now = now or timezone.now()
    soon = Round.objects.asking(now).filter(until__lte=now + REMIND_BEFORE[0])
    for pk in soon.order_by("pk").values_list("pk", flat=True):
        remind(pk, now)
    for pk in Round.objects.due(now).order_by("pk").values_list("pk", flat=True):
        settle(pk, now)


@transaction.atomic
def remind(round_id: int, now: datetime | None = None) -> int:
    """Remind the people of organisations that have not answered, once before each of the days; return how many people.

    A round that is shorter than the time before a reminder has none of it: its beginning was one.
    """
    now = now or timezone.now()
    round_ = locked_alone(round_id)
    if round_ is None or round_.stage != Stage.CLEARANCE or not round_.group.is_writable:
        return 0
    assert round_.until is not None and round_.asked_at is not None
    due = [one for one in REMIND_BEFORE if round_.asked_at < round_.until - one <= now < round_.until]
    if not due:
        return 0
    key = f"{round_.pk}:{round_.until.isoformat()}:{due[-1].days}"
    if Notice.objects.filter(key=f"clearance_reminder:{key}").exists():
        return 0
    silent = Voice.objects.filter(round=round_, said=None, left_at=None).values_list("organisation_id", flat=True)
    people = people_of(silent, round_.group_id)
    retract("clearance_reminder", object_id=round_.pk)
    notify(people, "clearance_reminder", object_id=round_.pk, key=key, mail=True)
    return len(people)


@transaction.atomic
def follow_members(group: Group) -> None:
    """Take out of rounds that take answers the voices the group no longer has, and bring back those it has again.

    What has passed its date is not touched by who leaves later. The caller holds the group's lock.
    """
    now = timezone.now()
    for round_ in Round.objects.select_for_update(no_key=True).asking(now).filter(group=group).order_by("pk"):
        places = Membership.objects.active().filter(group=group).exclude(role=Membership.Role.OBSERVER)
        here = set(places.values_list("organisation_id", flat=True))
        for voice in Voice.objects.filter(round=round_).order_by("pk"):
            if (voice.left_at is None) != (voice.organisation_id in here):
                voice.left_at = None if voice.organisation_id in here else now
                voice.save(update_fields=["left_at"])
                record(
                    None, "clearance.voice_left" if voice.left_at else "clearance.voice_back", round_, voice=voice.pk
                )


@transaction.atomic
def overtake(version: Version) -> None:
    """End the open round of the document, which is about an earlier version; one whose date has passed gets its result.

    The caller holds the group's lock.
    """
    for pk in list(Round.objects.open().filter(document=version.document_id).values_list("pk", flat=True)):
        if settle(pk) is not None:
            continue
        round_ = Round.objects.select_for_update(no_key=True).get(pk=pk)
        by = Capacity(version.author, version.organisation, version.function)
        end(round_, Stage.OVERTAKEN, by=by)
        tell_of_end(round_, by=by)


def refuse_to_lose(document: Document) -> None:
    """Refuse to put in the trash what is being cleared or is published: leads end that first, with a trace."""
    if Round.objects.open().filter(document=document).exists():
        raise UnderWay(_("This document is in review or in clearance. A lead withdraws the round first."))
    _refuse_published(document)


def refuse_to_hide(document: Document) -> None:
    """Refuse to mark what is published as something that stays in the group."""
    if document.mark != Mark.GREEN:
        _refuse_published(document)


def _refuse_published(document: Document) -> None:
    if Publication.objects.standing().filter(document=document).exists():
        raise UnderWay(_("This document is published. A lead withdraws the publication first."))
