"""What leads do with a round: name the organisations that are asked, give them more time, end it before its date."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.audit import record
from groups.clearance.models import Prolongation, Round, Stage, Voice
from groups.clearance.models.round import NOTE_LENGTH
from groups.clearance.services.closing import end, tell_of_end
from groups.clearance.services.locking import BadWords, RoundOver, later, leading, line, locked_round, people_of
from groups.clearance.services.seats import answerable
from groups.documents.models import Document
from groups.models import Membership
from notifications.services import notify, retract
from partners.capacity import Capacity


def members_to_ask(document: Document) -> list[Membership]:
    """Return the places whose organisations may be asked: leads and members of today for which somebody can answer."""
    able = answerable(document.group, [document])[document.pk]
    return list(Membership.objects.for_display(document.group).filter(organisation__in=able))


@transaction.atomic
def begin_clearance(
    round_: Round, *, by: Capacity, organisations: Collection[int], until: datetime, at: datetime | None = None
) -> Round:
    """Ask the organisations named to clear the version by a date; not before the review has lasted as long as was said."""
    round_, standing = locked_round(round_, by.user)
    by = leading(standing, by)
    named = set(organisations)
    if round_.stage == Stage.CLEARANCE and round_.asked_by_id == by.user_id and round_.until == until:
        return round_
    if round_.stage != Stage.REVIEW:
        raise RoundOver(_("This round is not in review any more."))
    now = at or timezone.now()
    if round_.review_until > now:
        day = date_format(timezone.localtime(round_.review_until), "DATETIME_FORMAT")
        raise RoundOver(_("The group reviews it until %(day)s; organisations are asked after that.") % {"day": day})
    places = [one for one in members_to_ask(round_.document) if one.organisation_id in named]
    if not named or len(places) != len(named):
        raise BadWords(_("Choose leads and members of this group for which somebody here can answer today."))
    round_.until = later(until, than=now)
    round_.stage = Stage.CLEARANCE
    round_.asked_at, round_.asked_by, round_.asked_for = now, by.user, by.organisation
    round_.asked_function = by.function
    round_.save(update_fields=["until", "stage", "asked_at", "asked_by", "asked_for", "asked_function"])
    Voice.objects.bulk_create(
        Voice(round=round_, organisation=one.organisation, stakeholder_type=one.organisation.stakeholder_type)
        for one in places
    )
    record(by, "clearance.asked", round_, until=until.isoformat(), organisations=sorted(named), sha256=round_.sha256)
    retract("clearance_review", object_id=round_.pk)
    people = people_of(named, round_.group_id)
    notify(people, "clearance_asked", object_id=round_.pk, key=str(round_.pk), by=by, mail=True)
    return round_


@transaction.atomic
def prolong(round_: Round, *, by: Capacity, until: datetime) -> Round:
    """Give the organisations more time, as long as the date has not passed; never less."""
    round_, standing = locked_round(round_, by.user)
    by = leading(standing, by)
    if round_.stage == Stage.CLEARANCE and round_.until == until:
        return round_
    if not round_.takes_answers or round_.until is None:
        raise RoundOver(_("Only a round that takes answers can be prolonged."))
    if until <= round_.until:
        raise BadWords(_("The new date must be later than the one that stands."))
    later(until)
    step = Prolongation(round=round_, was=round_.until, until=until)
    step.speak_as(by)
    step.save(force_insert=True)
    record(by, "clearance.prolonged", round_, was=round_.until.isoformat(), now=until.isoformat())
    round_.until, round_.revision = until, round_.revision + 1
    round_.save(update_fields=["until", "revision"])
    retract("clearance_reminder", object_id=round_.pk)
    return round_


@transaction.atomic
def withdraw_round(round_: Round, *, by: Capacity, reason: str) -> Round:
    """End a round before its date, with a reason that stays; what was said in it stays too."""
    reason = line(reason, NOTE_LENGTH)
    round_, standing = locked_round(round_, by.user)
    by = leading(standing, by)
    if round_.stage == Stage.WITHDRAWN:
        return round_
    if not reason:
        raise BadWords(_("Say why."))
    if not round_.is_open or (round_.stage == Stage.CLEARANCE and not round_.takes_answers):
        raise RoundOver(_("This round has ended; its result stands."))
    end(round_, Stage.WITHDRAWN, by=by, reason=reason)
    tell_of_end(round_, by=by)
    return round_
