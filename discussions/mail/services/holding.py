"""A mail that waits until its sender has said that it is theirs: the link in the letter to their registered address."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from discussions.mail.models import Incoming, State
from discussions.mail.services.settling import forget_bytes

SALT = "discussions.mail.held"
HELD_FOR = timedelta(days=7)


def link_to_confirm(mail: Incoming) -> str:
    """Return the address at which the sender of a held mail confirms it: secret, theirs, good for a week and for once."""
    return settings.SITE_URL + reverse("mail_in:confirm", args=[signing.dumps(mail.pk, salt=SALT)])


def held_behind(token: str) -> Incoming | None:
    """Return the held mail behind such a link, nothing for any other and for one that is settled."""
    try:
        pk = signing.loads(token, salt=SALT, max_age=HELD_FOR)
    except signing.BadSignature:
        return None
    mails = Incoming.objects.select_related("person", "group", "thread")
    return mails.filter(pk=pk, state=State.HELD, person__is_active=True).first()


@transaction.atomic
def confirm(mail: Incoming) -> bool:
    """Have a held mail worked on as one whose sender is known; tell whether it was held still."""
    from discussions.mail.tasks import work_on_mail

    changed = _locked(mail)
    if changed is None:
        return False
    changed.state, changed.reason, changed.is_confirmed, changed.tries = State.WAITING, "", True, 0
    changed.answered_at = None
    changed.save(update_fields=["state", "reason", "is_confirmed", "tries", "answered_at"])
    work_on_mail.enqueue(changed.pk)
    return True


@transaction.atomic
def disown(mail: Incoming) -> bool:
    """Throw a held mail away, which the person says is not theirs."""
    changed = _locked(mail)
    if changed is None:
        return False
    changed.state, changed.done_at = State.REFUSED, timezone.now()
    forget_bytes(changed)
    changed.save(update_fields=["state", "done_at", "path"])
    return True


def _locked(mail: Incoming) -> Incoming | None:
    return Incoming.objects.select_for_update(no_key=True).filter(pk=mail.pk, state=State.HELD).first()
