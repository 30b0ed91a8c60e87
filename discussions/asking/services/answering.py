"""Answering a consultation for one's organisation."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import markdown
from core.errors import Conflict, DomainError
from discussions.asking.models import Answer, AnswerVersion, Position
from discussions.asking.models.answer import TEXT_LENGTH, WITH_TEXT
from discussions.electorate import must_be_asked
from discussions.models import Kind, Thread
from discussions.services.locking import locked, open_for_posts, speaking
from discussions.services.writing import BadText, digest
from notifications.services import notify, retract
from partners.capacity import Capacity


@transaction.atomic
def answer(
    thread: Thread,
    *,
    by: Capacity,
    position: str,
    text: str = "",
    base: int,
    key: uuid.UUID,
    at: datetime | None = None,
) -> Answer:
    """Give the organisation's answer, or change it until the end: one voice, against the version seen (0 for none).

    Earlier answers are kept as versions; a colleague whose answer is changed is told. A known key returns what it gave.
    """
    position, text = Position(position), _text(text)
    if position in WITH_TEXT and not text:
        raise BadText(_("Say what: this position needs a comment."))
    thread, standing = locked(thread, by.user)
    fingerprint = digest(thread.pk, position, text)
    known = AnswerVersion.objects.filter(author=by.user, key=key).select_related("answer").first()
    if known:
        if known.digest != fingerprint:
            raise Conflict(_("This form was sent before, with another answer."), current=known.answer)
        return known.answer
    by = speaking(standing, by)
    if thread.kind != Kind.CONSULTATION:
        raise DomainError(_("Only consultations are answered."))
    must_be_asked(standing, since=thread.created_at)
    open_for_posts(thread)
    now = at or timezone.now()
    given = Answer.objects.select_for_update(no_key=True).filter(thread=thread, organisation=by.organisation).first()
    if given and (given.position, given.text) == (position, text):
        return given
    if (given.version if given else 0) != base:
        raise Conflict(
            _("A colleague answered for your organisation meanwhile. Both answers are below."), current=given
        )
    before = given.author_id if given else None
    if given is None:
        given = Answer(thread=thread, created_at=now, version=0)
    given.speak_as(by)
    given.position, given.text, given.version, given.changed_at = position, text, given.version + 1, now
    given.save()
    version = AnswerVersion(
        answer=given, number=given.version, position=position, text=text, key=key, digest=fingerprint, created_at=now
    )
    version.speak_as(by)
    version.save(force_insert=True)
    retract("consultation_ends", object_id=thread.pk, people=[by.user.pk])
    if before not in {None, by.user_id}:
        told = User.objects.filter(pk=before, is_active=True)
        notify(told, "answer_replaced", object_id=given.pk, key=f"{given.pk}:{given.version}", by=by, mail=True)
    return given


def _text(text: str) -> str:
    text = markdown.clean(text).strip()
    if len(text) > TEXT_LENGTH:
        limit = {"limit": TEXT_LENGTH, "count": len(text)}
        raise BadText(_("Use at most %(limit)d characters; this has %(count)d.") % limit)
    return text
