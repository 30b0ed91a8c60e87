"""Telling devices, in the background. The tasks carry ids only; what may be told is asked when it is sent."""

import logging
import time
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.tasks import task
from django.utils import timezone, translation
from django.utils.module_loading import import_string
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from accounts.models import User
from core import outgoing
from core.background import growing, retried
from core.realtime.sessions import signed_in
from notifications.models import Notice
from notifications.push import services, webpush
from notifications.push.choices import wanted
from notifications.push.models import Subscription
from notifications.quiet import quiet_until
from notifications.services import render_notices

logger = logging.getLogger(__name__)

FEW = 20
"""So many people are told without a task in between that names them."""

BREATH = timedelta(minutes=1)
"""A device is told at most once in this time: what comes meanwhile is told together, if it is unread by then."""

GOOD_FOR = 12 * 3600
"""Seconds for which a push service keeps what it cannot deliver, and a signature is good."""

FRESH = timedelta(days=1)
"""What is older is no news any more."""

GONE = {404, 410}
BUSY = {408, 425, 429}
FAILURES = 5
"""A push service that refused so often in a row is not asked again."""


def announce(key: str, people: Collection[int]) -> None:
    """Have the devices of those who were told of the happening told too, once the transaction is committed."""
    told = _with_devices(people)
    if len(told) > FEW:
        push_notices.enqueue(key)
        return
    for person in told:
        push_person.enqueue(person)


@task()
def push_notices(key: str) -> None:
    """Have the devices told of everybody who was told of the happening and has not read it."""
    waiting = Notice.objects.filter(key=key, read_at=None).values_list("user_id", flat=True)
    for person in _with_devices(list(waiting)):
        push_person.enqueue(person)


class NotTaken(Exception):
    """A push service could not be reached, or had too much to do."""


@task()
@retried(NotTaken, pauses=growing(timedelta(minutes=1), tries=5))
def push_person(person_id: int) -> None:
    """Tell the person's devices that something waits, if something does that they may see, want there, and were not told of.

    During their quiet hours what may wait is told when these end. A push service that does not answer is asked again
    later, one that has let the subscription go never.
    """
    now = timezone.now()
    person = User.objects.filter(pk=person_id, is_active=True).first()
    devices = _awake(Subscription.objects.of([person_id])) if person else []
    if person is None or not devices:
        return
    notices = list(Notice.objects.of(person).unread().filter(created_at__gt=now - FRESH)[:100])
    may_wait = import_string(settings.NOTICES_THAT_WAIT)
    later: list[datetime] = []
    if (end := quiet_until(person, now)) and any(notice.kind in may_wait for notice in notices):
        later.append(end)
        notices = [notice for notice in notices if notice.kind not in may_wait]
    with translation.override(person.language or settings.LANGUAGE_CODE):
        telling = wanted(person, render_notices(notices, person))
        content = webpush.padded(
            {
                "text": _("Something new waits for you."),
                "lang": translation.get_language() or "en",
                "dir": "rtl" if get_language_bidi() else "ltr",
            }
        )
    failed = False
    for device in devices:
        fresh = [notice.pk for notice in _untold(device, telling)]
        if not fresh:
            continue
        if device.sent_at and device.sent_at > now - BREATH:
            later.append(device.sent_at + BREATH)
        elif _claim(device, fresh, now) and not _tell(device, content):
            device.told.remove(*fresh)
            failed = True
    if later:
        push_person.using(run_after=min(later)).enqueue(person_id)
    if failed:
        raise NotTaken


@task()
def tidy_push() -> None:
    """Let go of what is not needed any more; once a day, see `SCHEDULE`."""
    services.tidy()


def _with_devices(people: Collection[int]) -> list[int]:
    having = Subscription.objects.order_by().values_list("user_id", flat=True).distinct()
    if len(people) <= FEW:
        return sorted(having.filter(user__in=people))
    return sorted(set(having).intersection(people))


def _awake(devices: Iterable[Subscription]) -> list[Subscription]:
    """Return those on which their own person is signed in now."""
    devices = list(devices)
    sessions = signed_in([device.session_key for device in devices])
    return [
        device
        for device in devices
        if (session := sessions.get(device.session_key)) and session.user_id == device.user_id
    ]


def _untold(device: Subscription, notices: list[Notice]) -> list[Notice]:
    told = set(device.told.filter(pk__in=[notice.pk for notice in notices]).values_list("pk", flat=True))
    return [notice for notice in notices if notice.pk not in told]


def _claim(device: Subscription, notices: list[int], now: datetime) -> bool:
    """Note that the device is told of these; False if another worker was faster."""
    found = Subscription.objects.filter(pk=device.pk, sent_at=device.sent_at)
    if not found.update(sent_at=now):
        return False
    device.told.add(*notices)
    return True


def _tell(device: Subscription, content: bytes) -> bool:
    """Ask the push service; return False if it shall be asked again later."""
    key = webpush.read_key(device.key.private)
    expires = int(time.time()) + GOOD_FOR
    try:
        body = webpush.seal(content, point=webpush.decoded(device.point), secret=webpush.decoded(device.secret))
        answer = outgoing.post(
            device.endpoint,
            body,
            {
                "Authorization": webpush.authorisation(device.endpoint, key, subject=_subject(), expires=expires),
                "Content-Encoding": "aes128gcm",
                "Content-Type": "application/octet-stream",
                "TTL": str(GOOD_FOR),
                "Topic": "notices",
                "Urgency": "normal",
            },
            most=1024,
        )
    except outgoing.Unreachable as error:
        logger.info("A push service was not reached: %s.", error)
        return False
    except outgoing.Refused:
        # What was a public address when it was given leads inside now.
        device.delete()
        return True
    if answer.is_success:
        Subscription.objects.filter(pk=device.pk).exclude(failures=0).update(failures=0)
    elif answer.status in GONE or device.failures + 1 >= FAILURES:
        device.delete()
    elif answer.status in BUSY or answer.status >= 500:
        logger.info("A push service asks to come later: %d.", answer.status)
        return False
    else:
        logger.error("A push service refuses what this site sends: %d.", answer.status)
        Subscription.objects.filter(pk=device.pk).update(failures=device.failures + 1)
    return True


def _subject() -> str:
    """Return where a push service finds who runs this site."""
    if settings.SITE_URL.startswith("https://"):
        return str(settings.SITE_URL)
    return "mailto:" + str(settings.DEFAULT_FROM_EMAIL).rpartition("<")[2].rstrip(">")
