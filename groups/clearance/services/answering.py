"""Speaking for an organisation that is asked to clear a version."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Conflict
from groups.clearance.models import WITH_TEXT, Answer, Round, Says, Voice
from groups.clearance.models.round import TEXT_LENGTH
from groups.clearance.services.locking import BadWords, RoundOver, fingerprint, locked_round, people_of, words
from groups.services.speaking import speaking
from groups.standing import NotAllowed
from notifications.services import notify, retract
from partners.capacity import Capacity


@transaction.atomic
def answer(
    round_: Round,
    *,
    by: Capacity,
    says: str,
    text: str = "",
    base: int,
    key: uuid.UUID,
    at: datetime | None = None,
) -> Answer:
    """Say for the organisation that it clears the version or objects: one voice, whose last word before the date counts.

    `base` is how many answers of the organisation the person saw: a colleague's that came meanwhile is shown first. Each
    word is kept. Whoever spoke before is told that it was changed. A known key returns what it said.
    """
    says, text = Says(says), words(text, TEXT_LENGTH)
    if says in WITH_TEXT and not text:
        raise BadWords(_("Say what: a comment and an objection need words."))
    digest = fingerprint(round_.pk, says, text)
    round_, standing = locked_round(round_, by.user)
    if known := Answer.objects.filter(author=by.user, key=key).select_related("voice").first():
        if known.digest != digest:
            raise Conflict(_("This form was sent before, with another answer."), current=known)
        return known
    by = speaking(standing, by)
    at = at or timezone.now()
    # Asked under the lock, and after the moment it is said to have been said: what waited past the date comes too late.
    if not round_.takes_answers:
        raise RoundOver(_("This round takes no answers any more. What was said by the date stands."))
    voices = Voice.objects.select_related("said").filter(round=round_, left_at=None)
    voice = voices.filter(organisation=by.organisation).first()
    if voice is None:
        raise NotAllowed(_("Your organisation is not asked to clear this version."))
    before = voice.said
    if before and (before.says, before.text) == (says, text):
        return before
    if (before.number if before else 0) != base:
        raise Conflict(
            _("A colleague answered for your organisation meanwhile. Both answers are below."), current=before
        )
    said = Answer(voice=voice, number=base + 1, says=says, text=text, key=key, digest=digest, created_at=at)
    said.speak_as(by)
    said.save(force_insert=True)
    voice.said = said
    voice.save(update_fields=["said"])
    # Whoever acts for another organisation that is still silent keeps the reminder: it stands for that one too.
    silent = voices.filter(said=None).values_list("organisation_id", flat=True)
    waiting = {person.pk for person in people_of(silent, round_.group_id)}
    own = {person.pk for person in people_of([voice.organisation_id], round_.group_id)}
    retract("clearance_reminder", object_id=round_.pk, people=own - waiting)
    if before and before.author_id != by.user_id:
        told = User.objects.filter(pk=before.author_id, is_active=True)
        notify(told, "clearance_replaced", object_id=said.pk, key=str(said.pk), by=by, mail=True)
    return said
