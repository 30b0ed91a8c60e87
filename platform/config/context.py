"""What every template may use without a view passing it."""

from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from core.prepared import prepared
from notifications.models import Notice
from notifications.services import MOST_COUNTED, unread_by, unread_count

# Asked at every page, and for most people all there is to ask.
unread_of = prepared(
    lambda user: Notice.objects.filter(user=user).unread().order_by().values_list("pk", "kind")[:MOST_COUNTED]
)

REMEMBERED = 60
"""Seconds for which a process remembers how many of the same unread notices a person may see. Asking costs more than a page."""


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the site's name and mode, and the numbers of the navigation, counted only where a template shows them."""
    return {
        "site_name": settings.SITE_NAME,
        "demo": settings.DEMO,
        "source_url": settings.SOURCE_URL,
        "nav": SimpleLazyObject(lambda: _nav(request)),
    }


def waiting_for(user_id: int) -> dict[str, int]:
    """Return the same numbers as they are now, for the pages that are told of them live."""
    unread = unread_count(user_id)
    conversations = Notice.objects.filter(user=user_id, kind="conversation").unread().count()
    return {"unread": unread, "conversations": min(unread, conversations)}


def _nav(request: HttpRequest) -> dict[str, int]:
    user = getattr(request, "user", None)
    unread = unread_of(user.pk) if user is not None and user.is_authenticated else []
    if user is None or not unread:
        return {"unread_notices": 0, "unread_conversations": 0}
    key = f"unread:{user.pk}:{len(unread)}:{sum(pk for pk, _kind in unread)}"
    # In the process's own memory: a page does not need Redis.
    notices = caches["process"].get_or_set(key, lambda: unread_by(user), REMEMBERED) or 0
    # A conversation that waits has one notice until it is read, so that its number costs nothing more.
    waiting = sum(kind == "conversation" for _pk, kind in unread)
    return {"unread_notices": notices, "unread_conversations": min(notices, waiting)}
