"""How long whole mails are kept: those that were posted for a time of their own, those that are held for a week."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from discussions.mail.models import Incoming, Reason, State
from discussions.mail.services.holding import HELD_FOR
from discussions.mail.services.settling import forget_bytes

LEFT_FOR = timedelta(minutes=30)
PORTION = 500


def sweep(now: datetime | None = None) -> int:
    """Forget bytes that are kept long enough, of deleted posts, and named by no row; return how many. Safe at any time."""
    now = now or timezone.now()
    kept_since = now - timedelta(days=settings.MAIL_IN_KEEP_DAYS)
    old = Q(state=State.POSTED, done_at__lt=kept_since) | Q(post__deleted_at__isnull=False)
    gone = Q(state=State.POSTED, post=None)
    count = 0
    for pk in list(Incoming.objects.filter(old | gone).exclude(path="").values_list("pk", flat=True)[:10_000]):
        count += _forget(pk)
    for pk in list(
        Incoming.objects.filter(state=State.HELD, created_at__lt=now - HELD_FOR).values_list("pk", flat=True)
    ):
        count += _expire(pk)
    return count + _strays(storages["default"], now)


@transaction.atomic
def _forget(pk: int) -> bool:
    mail = Incoming.objects.select_for_update(no_key=True, of=("self",)).get(pk=pk)
    forget_bytes(mail)
    mail.save(update_fields=["path"])
    return True


@transaction.atomic
def _expire(pk: int) -> bool:
    mail = Incoming.objects.select_for_update(no_key=True).filter(pk=pk, state=State.HELD).first()
    if mail is None:
        return False
    mail.state, mail.reason, mail.done_at = State.REFUSED, Reason.EXPIRED, timezone.now()
    forget_bytes(mail)
    mail.save(update_fields=["state", "reason", "done_at", "path"])
    return True


def _strays(storage: Storage, now: datetime) -> int:
    """Remove stored mails that no row names: their server was never told that we have them, and sends them again."""
    try:
        folders = storage.listdir("mail")[0]
    except FileNotFoundError:
        return 0
    removed = 0
    for folder in folders:
        names = storage.listdir(f"mail/{folder}")[1]
        for start in range(0, len(names), PORTION):
            paths = [f"mail/{folder}/{name}" for name in names[start : start + PORTION]]
            named = set(Incoming.objects.filter(path__in=paths).values_list("path", flat=True))
            for path in paths:
                if path not in named and _is_old(storage, path, now):
                    storage.delete(path)
                    removed += 1
    return removed


def _is_old(storage: Storage, path: str, now: datetime) -> bool:
    try:
        return storage.get_modified_time(path) < now - LEFT_FOR
    except FileNotFoundError:
        return False
