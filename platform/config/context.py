"""What every template may use without a view passing it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from core.prepared import prepared
from notifications.models import Notice
from notifications.services import unread_by

# Asked at every page, and for most people all there is to ask.
any_unread = prepared(
    lambda user: Notice.objects.filter(user=user).unread().order_by().values_list("pk", flat=True)[:1]
)


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the site's name and mode, and the numbers of the navigation, counted only where a template shows them."""
    return {
        "site_name": settings.SITE_NAME,
        "demo": settings.DEMO,
        "source_url": settings.SOURCE_URL,
        "nav": SimpleLazyObject(lambda: _nav(request)),
    }


def _nav(request: HttpRequest) -> dict[str, int]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not any_unread(user.pk):
        return {"unread_notices": 0}
    return {"unread_notices": unread_by(user)}
