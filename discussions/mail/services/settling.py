"""What becomes of a mail is written once, and its sender is told once, where there is something to tell and somebody to tell."""

from datetime import timedelta
from functools import partial

from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone

from discussions.mail.models import Incoming, Reason, State

HELD_A_DAY = 3
"""Letters that ask somebody whether a mail is theirs: others may cause them, so they are few."""


class Refusal(Exception):
    """Why a mail becomes no post, and what its sender is told; without a reason it became one, and this is the remark."""

    def __init__(self, reason: Reason | None, said: str, *, drop: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.said = reason, said
        self.state = State.POSTED if reason is None else State.DROPPED if drop or not said else State.REFUSED


@transaction.atomic
def settle(mail: Incoming, outcome: Refusal) -> None:
    """Write what became of a mail, throw its bytes away unless it is a post now, and have its sender told."""
    from discussions.mail.tasks import answer_mail

    now = Incoming.objects.select_for_update(no_key=True).filter(pk=mail.pk, state=State.WAITING).first()
    if now is None:
        return
    now.state, now.reason, now.said = outcome.state, outcome.reason or "", outcome.said
    now.post, now.thread, now.words = mail.post, mail.thread, mail.words
    now.done_at = timezone.now()
    if now.state != State.POSTED:
        forget_bytes(now)
    now.save()
    if now.said and not now.is_unanswerable and now.person_id:
        answer_mail.enqueue(now.pk)


@transaction.atomic
def hold(mail: Incoming, reason: Reason) -> None:
    """Keep a mail until its sender has said that they sent it, and ask them at the address they signed up with."""
    from discussions.mail.tasks import answer_mail

    now = Incoming.objects.select_for_update(no_key=True).filter(pk=mail.pk, state=State.WAITING).first()
    if now is None:
        return
    since = timezone.now() - timedelta(days=1)
    asked = Incoming.objects.filter(person=now.person_id, created_at__gt=since, answered_at__isnull=False)
    too_many = asked.filter(reason__in=[Reason.UNPROVEN, Reason.SENDER]).count() >= HELD_A_DAY
    now.state, now.reason = (State.DROPPED if too_many else State.HELD), reason
    if too_many:
        now.done_at = timezone.now()
        forget_bytes(now)
    now.save()
    if not too_many:
        answer_mail.enqueue(now.pk)


def forget_bytes(mail: Incoming) -> None:
    """Throw away what came, once what is written of it is committed; what a kill leaves, the sweep finds."""
    if mail.path:
        transaction.on_commit(partial(storages["default"].delete, mail.path))
        mail.path = ""
