"""How a round ends: its result is written once, bound to the bytes of the version, and never changes."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from core.audit import Actor, record
from groups.clearance.models import Result, Round, Silent, Stage, Voice
from groups.clearance.services.locking import people_of
from groups.models import Group, Membership
from notifications.services import notify, retract
from partners.capacity import Capacity

WAITING = ("clearance_review", "clearance_asked", "clearance_reminder")
"""Notices of what is to be done in a round, which are taken back when it ends."""


def outcome(silence: str, results: Iterable[Result]) -> Stage:
    """Return what the voices make together: any objection stands in the way; silence counts as the rule says.

    Whoever left is not counted. Where nobody is left, or nobody said anything and silence is no answer, nothing is cleared.
    """
    counts = Counter(result for result in results if result != Result.LEFT)
    silent = counts[Result.SILENT]
    said = counts[Result.CLEAR] + counts[Result.COMMENT]
    if counts[Result.OBJECT] or (silent and silence == Silent.BLOCKS):
        return Stage.REFUSED
    return Stage.CLEARED if said or (silent and silence == Silent.CLEARS) else Stage.REFUSED


@transaction.atomic
def settle(round_id: int, now: datetime | None = None, *, was_open: bool = False) -> Round | None:
    """Write the result of a round whose date has passed, once; nothing while it takes answers.

    In a group that was closed before the date nobody could answer: such a round ends without a result. `was_open` says of a
    closed group that it was open until then.
    """
    now = now or timezone.now()
    round_ = locked_alone(round_id)
    if round_ is None or round_.stage != Stage.CLEARANCE or round_.until is None or round_.until > now:
        return None
    if not (round_.group.is_writable or was_open):
        end(round_, Stage.WITHDRAWN)
        tell_of_end(round_)
        return round_
    voices = list(Voice.objects.select_related("said").filter(round=round_))
    for voice in voices:
        voice.result = voice.counts_as
    Voice.objects.bulk_update(voices, ["result"])
    stage = outcome(round_.silence, [Result(voice.result) for voice in voices])
    end(round_, stage, voices=[[voice.organisation_id, str(voice.result), voice.said_id] for voice in voices])
    tell_of_end(round_)
    return round_


def finish(group: Group) -> None:
    """Write the results of the rounds of a group that is being closed whose dates have passed: they were complete before.

    The caller holds the group's lock.
    """
    for pk in list(Round.objects.due().filter(group=group).order_by("pk").values_list("pk", flat=True)):
        settle(pk, was_open=True)


def end(round_: Round, stage: Stage, *, by: Capacity | None = None, reason: str = "", **details: object) -> None:
    """Write how a locked round ended, with the SHA-256 of the bytes it was about, into the round and the record."""
    early = round_.until is not None and round_.until > timezone.now()
    round_.stage, round_.reason = stage, reason
    round_.ended_at = timezone.now()
    if by is not None:
        round_.ended_by, round_.ended_for, round_.ended_function = by.user, by.organisation, by.function
    round_.revision += early
    fields = ["stage", "reason", "ended_at", "ended_by", "ended_for", "ended_function", "revision"]
    round_.save(update_fields=fields)
    record(by, "clearance.ended", round_, reason=reason, outcome=str(stage), sha256=round_.sha256, **details)
    retract(*WAITING, object_id=round_.pk)


def tell_of_end(round_: Round, *, by: Actor | None = None) -> None:
    """Tell who was asked, who began it, and the leads, how the round ended."""
    asked = set(Voice.objects.filter(round=round_, left_at=None).values_list("organisation_id", flat=True))
    leads = Membership.objects.leads().filter(group=round_.group_id).values_list("organisation_id", flat=True)
    began = [round_.organisation_id] if round_.organisation_id else []
    people = people_of({*asked, *leads, *began}, round_.group_id)
    notify(people, "clearance_ended", object_id=round_.pk, key=str(round_.pk), by=by, mail=True)


def locked_alone(round_id: int) -> Round | None:
    """Lock a round's group and the round, for an act of nobody's."""
    found = Round.objects.filter(pk=round_id).first()
    if found is None:
        return None
    group = Group.objects.select_for_update(no_key=True).get(pk=found.group_id)
    round_ = Round.objects.select_for_update(no_key=True).get(pk=round_id)
    round_.group = group
    return round_
