"""The first step: the group reviews a version and says what it thinks."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.audit import record
from core.errors import Conflict
from core.events import publish
from groups.clearance.models import Remark, Round, Rule, Stage
from groups.clearance.models.round import NOTE_LENGTH, TEXT_LENGTH
from groups.clearance.services.locking import BadWords, RoundOver, fingerprint, later, line, locked_round, words
from groups.documents.events import VersionWanted
from groups.documents.models import Document
from groups.documents.services.locking import locked_library, standing_document
from groups.models import Membership, Participant
from groups.services.speaking import speaking
from notifications.services import notify
from partners.capacity import Capacity


@transaction.atomic
def begin_review(
    document: Document,
    *,
    by: Capacity,
    number: int,
    until: datetime,
    key: uuid.UUID,
    note: str = "",
    at: datetime | None = None,
) -> Round:
    """Put the newest version to the group until a date; the group's rule of silence is frozen on the round.

    Of a page that was written in since, what stands there now is kept as a version first, and that one is put to the group.
    Raises `Conflict` where `number` is not the newest any more, `RoundOver` where a round is open or the version is cleared,
    `BadWords` where nothing is written. `at` is for what was begun before.
    """
    note = line(note, NOTE_LENGTH)
    digest = fingerprint(document.pk, number, until, note)
    library = locked_library(document.group_id, by)
    if known := Round.objects.filter(author=by.user, key=key).first():
        if known.digest != digest:
            raise Conflict(_("This form was sent before, with other words."), current=known)
        known.group = library.group
        return known
    by = speaking(library.standing, by)
    document = standing_document(library, document)
    newest = document.versions.latest("number")
    if newest.number != number:
        raise Conflict(_("Somebody added a version meanwhile. Look at it first."), current=newest.number)
    later(until, than=at)
    if Round.objects.open().filter(document=document).exists():
        raise RoundOver(_("This document is under way already: its round ends first."))
    publish(VersionWanted(document, by))
    newest = document.versions.latest("number")
    if not newest.size:
        raise BadWords(_("Nothing is written here yet."))
    if Round.objects.filter(version=newest, stage=Stage.CLEARED).exists():
        raise RoundOver(_("This version is cleared already."))
    begun = Round(
        group=library.group,
        document=document,
        version=newest,
        sha256=newest.sha256,
        silence=Rule.of(library.group),
        note=note,
        review_until=until,
        key=key,
        digest=digest,
        created_at=at or timezone.now(),
    )
    begun.speak_as(by)
    begun.save(force_insert=True)
    record(by, "clearance.review_begun", begun, version=newest.number, sha256=newest.sha256, silence=begun.silence)
    notify(_writers(begun), "clearance_review", object_id=begun.pk, key=str(begun.pk), by=by, mail=True)
    return begun


def _writers(round_: Round) -> list[User]:
    """Return who may say something to it: everybody who takes part, but for observers."""
    seats = Participant.objects.taking_part().filter(membership__group=round_.group_id)
    writing = seats.exclude(membership__role=Membership.Role.OBSERVER)
    return list(User.objects.filter(pk__in=writing.values("user_id")))


@transaction.atomic
def add_remark(round_: Round, *, by: Capacity, text: str, key: uuid.UUID, at: datetime | None = None) -> Remark:
    """Say something to a version in review; the same key gives the same remark."""
    text = words(text, TEXT_LENGTH)
    if not text:
        raise BadWords(_("Write something first."))
    digest = fingerprint(round_.pk, text)
    round_, standing = locked_round(round_, by.user)
    if known := Remark.objects.filter(author=by.user, key=key).first():
        if known.digest != digest:
            raise Conflict(_("This form was sent before, with other words."), current=known)
        return known
    by = speaking(standing, by)
    if round_.stage != Stage.REVIEW:
        raise RoundOver(_("The review has ended."))
    said = Remark(round=round_, text=text, key=key, digest=digest, created_at=at or timezone.now())
    said.speak_as(by)
    said.save(force_insert=True)
    return said
