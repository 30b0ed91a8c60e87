"""What the clock brings to rounds, and what follows when members come and go or a version is added."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import DomainError
from groups.clearance.models import Absence, Publication, Round, Stage, Voice
from groups.clearance.services.closing import end, locked_alone, settle, tell_of_end
from groups.clearance.services.locking import people_of
from groups.clearance.services.seats import answerable
from groups.documents.models import Document, Mark, Version
from groups.models import Group, Membership
from notifications.models import Notice
from notifications.services import notify, retract
from partners.capacity import Capacity

if TYPE_CHECKING:
    from django.db.models import QuerySet

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

    With them go the silent ones that nobody can answer for. What has passed its date is not touched by who leaves later. The
    caller holds the group's lock. Four queries where nothing changes, one where nothing takes answers.
    """
    now = timezone.now()
    asking = Round.objects.asking(now).filter(group=group).select_related("document")
    rounds = {one.pk: one for one in asking.select_for_update(no_key=True, of=("self",)).order_by("pk")}
    if not rounds:
        return
    voices = Voice.objects.filter(round__in=rounds)
    able = answerable(group, [one.document for one in rounds.values()])
    places = _last_places(group, voices)
    for voice in voices.order_by("pk"):
        round_ = rounds[voice.round_id]
        absence = _absence(voice, places.get(voice.organisation_id), able[round_.document_id])
        was_absent = voice.left_at is not None
        if (absence, bool(absence)) == (voice.absence, was_absent):
            continue
        voice.absence, voice.left_at = absence, (voice.left_at or now) if absence else None
        voice.save(update_fields=["absence", "left_at"])
        if bool(absence) != was_absent:
            record(
                None,
                "clearance.voice_left" if absence else "clearance.voice_back",
                round_,
                voice=voice.pk,
                why=str(absence),
            )


def _last_places(group: Group, voices: "QuerySet[Voice]") -> dict[int, Membership]:
    """Return the newest place in the group of each organisation that has or had a voice; a request is none."""
    states = (Membership.State.ACTIVE, Membership.State.LEFT, Membership.State.REMOVED)
    places = Membership.objects.filter(group=group, state__in=states, organisation__in=voices.values("organisation"))
    return {one.organisation_id: one for one in places.select_related("organisation").order_by("pk")}


def _absence(voice: Voice, place: Membership | None, able: Collection[int]) -> str:
    """Say why the voice does not count now; nothing where it does.

    What a member has said counts, also when nobody is there any more who could say something else.
    """
    if place is None or place.state == Membership.State.LEFT:
        return Absence.LEFT
    if place.state == Membership.State.REMOVED:
        return Absence.REMOVED
    if place.role == Membership.Role.OBSERVER:
        return Absence.OBSERVER
    if not place.organisation.is_active:
        return Absence.NOBODY
    return "" if voice.said_id or voice.organisation_id in able else Absence.NOBODY


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
