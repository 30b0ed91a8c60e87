"""Asking a question, and closing it before its end."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import markdown
from core.audit import record
from core.errors import Conflict
from core.moments import refuse_far
from discussions.electorate import asked_in
from discussions.models import Thread
from discussions.polls.access import may_keep
from discussions.polls.models import FEWEST, MOST, OPTION_LENGTH, QUESTION_LENGTH, Option, Poll, Shown, Voices
from discussions.services.locking import locked, open_for_posts, speaking
from discussions.services.writing import BadText, digest
from groups.standing import NotAllowed
from notifications.services import notify
from partners.capacity import Capacity


@transaction.atomic
def start_poll(
    thread: Thread,
    *,
    by: Capacity,
    question: str,
    options: Sequence[str],
    open_until: datetime,
    key: uuid.UUID,
    several: bool = False,
    voices: str = Voices.ORGANISATIONS,
    named: bool = True,
    shown: str = Shown.AFTER_VOTING,
    at: datetime | None = None,
) -> Poll:
    """Ask a question in a thread, with rules that no longer change, and tell who has a voice.

    The same key with the same question returns the poll it made; with another it conflicts. `at` is for what was asked before.
    """
    question, texts = _line(question, QUESTION_LENGTH), options_of(options)
    if not question:
        raise BadText(_("Write the question."))
    voices, shown = Voices(voices), Shown(shown)
    fingerprint = digest(thread.pk, question, *texts, open_until, several, voices, named, shown)
    thread, standing = locked(thread, by.user)
    if known := Poll.objects.filter(author=by.user, key=key).first():
        if known.digest != fingerprint:
            raise Conflict(_("This form was sent before, with another question."), current=known)
        known.thread = thread
        return known
    by = speaking(standing, by)
    open_for_posts(thread)
    now = at or timezone.now()
    if open_until <= now:
        raise BadText(_("The end must lie in the future."))
    refuse_far(open_until)
    poll = Poll(
        thread=thread,
        question=question,
        several=several,
        voices=voices,
        named=named,
        shown=shown,
        open_until=open_until,
        key=key,
        digest=fingerprint,
        created_at=now,
    )
    poll.speak_as(by)
    poll.save(force_insert=True)
    Option.objects.bulk_create(Option(poll=poll, number=n, text=text) for n, text in enumerate(texts, start=1))
    Thread.objects.filter(pk=thread.pk).update(poll_count=F("poll_count") + 1)
    people = {seat.user_id for one in asked_in(thread.group, since=now) for seat in one.seats}
    notify(User.objects.filter(pk__in=people), "poll", object_id=poll.pk, key=str(poll.pk), by=by)
    return poll


@transaction.atomic
def close_poll(poll: Poll, *, by: Capacity) -> Poll:
    """End a poll before its time; its author does, and leads. Closing it twice changes nothing."""
    thread, standing = locked(poll.thread, by.user)
    poll = Poll.objects.select_for_update(no_key=True).get(pk=poll.pk)
    poll.thread = thread
    if not may_keep(poll, standing):
        raise NotAllowed(_("Only who asked and the leads of the group close a poll early."))
    if poll.is_over:
        return poll
    by = speaking(standing, by)
    poll.closed_at, poll.closed_by, poll.closed_for = timezone.now(), by.user, by.organisation
    poll.closed_function = by.function
    poll.version += 1
    poll.save(update_fields=["closed_at", "closed_by", "closed_for", "closed_function", "version"])
    record(by, "poll.closed", poll)
    return poll


def options_of(options: Sequence[str]) -> list[str]:
    """Return the options that say something; refuse too few, too many, too long ones and doubles."""
    texts = [text for text in (_line(option, OPTION_LENGTH) for option in options) if text]
    if len({text.casefold() for text in texts}) < len(texts):
        raise BadText(_("Two options are the same."))
    if not FEWEST <= len(texts) <= MOST:
        raise BadText(_("Offer %(fewest)d to %(most)d options, one a line.") % {"fewest": FEWEST, "most": MOST})
    return texts


def _line(text: str, limit: int) -> str:
    line = " ".join(markdown.clean(text).split())
    if len(line) > limit:
        raise BadText(
            _("Use at most %(limit)d characters; this has %(count)d.") % {"limit": limit, "count": len(line)}
        )
    return line
