"""The site's push keys; switching notices on and off on a device."""

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import outgoing
from core.errors import DomainError
from notifications.push import choices, webpush
from notifications.push.models import PushKey, Subscription

if TYPE_CHECKING:
    from accounts.models import User

MOST = 10
"""Devices of one person; with one more, the one that was seen longest ago is let go."""

FORGOTTEN = timedelta(days=90)
"""A device where nobody signed in again for so long is let go."""


class BadSubscription(DomainError):
    """What the browser sent is no subscription that can be written to."""

    code = "bad_subscription"


def current_key() -> PushKey:
    """Return the key for new subscriptions; it is made when first asked for, once however many ask."""
    if key := PushKey.objects.filter(is_current=True).first():
        return key
    try:
        with transaction.atomic():
            return _made()
    except IntegrityError:
        return PushKey.objects.get(is_current=True)


@transaction.atomic
def rotate_key(*, drop: bool = False) -> int:
    """Make a new key for new subscriptions, and return how many still use an older one.

    They go on until their browsers come by and change over; with `drop`, as after a leak, they end now.
    """
    for key in PushKey.objects.select_for_update().filter(is_current=True):
        key.is_current = False
        key.save(update_fields=["is_current"])
    _made()
    older = Subscription.objects.filter(key__is_current=False)
    if drop:
        PushKey.objects.filter(is_current=False).delete()
    return older.count()


def _made() -> PushKey:
    key = webpush.new_private_key()
    return PushKey.objects.create(
        private=webpush.written_key(key), public=webpush.encoded(webpush.point_of(key)), is_current=True
    )


@transaction.atomic
def subscribe(
    user: "User", *, endpoint: str, point: str, secret: str, key: str, session_key: str, user_agent: str
) -> Subscription:
    """Tell this browser of the person's notices from now on; again, it only says that the person is there.

    A browser has one subscription: whoever switches it on there takes it over. Raises `Refused` for an address that the
    platform does not write to, `BadSubscription` for keys that are none.
    """
    outgoing.check(endpoint)
    bound = PushKey.objects.filter(public=key).first()
    if bound is None:
        raise BadSubscription(_("The browser holds a subscription of another site. Switch it on again."))
    try:
        webpush.public_key(webpush.decoded(point))
        if len(webpush.decoded(secret)) != webpush.SECRET:
            raise ValueError(secret)
    except ValueError:
        raise BadSubscription(_("The browser sent no keys that can be used.")) from None
    subscription, _new = Subscription.objects.update_or_create(
        digest=digest(endpoint),
        defaults={
            "user": user,
            "key": bound,
            "endpoint": endpoint,
            "point": point,
            "secret": secret,
            "session_key": session_key,
            "user_agent": user_agent[:300],
            "seen_at": timezone.now(),
            "failures": 0,
        },
    )
    choices.begin(user)
    others = Subscription.objects.filter(user=user).order_by("-seen_at", "-pk").values_list("pk", flat=True)
    Subscription.objects.filter(pk__in=list(others[MOST:])).delete()
    return subscription


def seen(user: "User", *, endpoint: str, session_key: str) -> bool:
    """Wake the person's subscription of this browser in the session they have there now; False if there is none of theirs."""
    mine = Subscription.objects.filter(user=user, digest=digest(endpoint))
    return bool(mine.update(session_key=session_key, seen_at=timezone.now()))


def unsubscribe(user: "User", subscription_id: int) -> bool:
    """Tell the device nothing any more; False if it is none of theirs."""
    return bool(Subscription.objects.filter(user=user, pk=subscription_id).delete()[0])


def forget(endpoint: str, *, user: "User") -> None:
    """Let go of an address that the browser has left for another."""
    Subscription.objects.filter(user=user, digest=digest(endpoint)).delete()


def tidy() -> None:
    """Let go of devices that are gone for long, of what they were told long ago, and of keys that nothing uses."""
    now = timezone.now()
    Subscription.objects.filter(seen_at__lt=now - FORGOTTEN).delete()
    told = Subscription.told.through._default_manager
    told.filter(notice__created_at__lt=now - timedelta(days=7)).delete()
    PushKey.objects.filter(is_current=False, subscriptions=None).delete()


def digest(endpoint: str) -> str:
    """Return what an address is found by."""
    return hashlib.sha256(endpoint.encode()).hexdigest()
