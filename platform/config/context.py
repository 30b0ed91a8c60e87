"""What every template may use without a view passing it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from core.prepared import prepared
from notifications.models import Notice

# Asked at every page; more than a hundred are not counted.
unread_notices = prepared(
    lambda user: Notice.objects.filter(user=user).unread().order_by().values_list("pk", flat=True)[:100]
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
    return {"unread_notices": len(unread_notices(user.pk)) if user and user.is_authenticated else 0}
