"""Feeds of what is open to everybody. They are the same whoever asks, and so the only pages that others may keep."""

import hashlib

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import override
from django.views.decorators.http import require_safe

from groups.access import NO_GROUP
from groups.models import Group
from portal.feeds import VISITOR, Feed, group_feed, site_feed

KEPT = 300
"""Seconds for which a copy may be shown: so long does something that was closed or deleted meanwhile stand in it."""


@require_safe
def site(request: HttpRequest) -> HttpResponse:
    """Give the feed of the site."""
    with override(settings.LANGUAGE_CODE):
        return _answer(request, site_feed())


@require_safe
def group(request: HttpRequest, slug: str) -> HttpResponse:
    """Give the feed of a group that everybody may read; of any other, to anybody, there is none."""
    found = Group.objects.readable_by(VISITOR).filter(slug=slug).first()
    if found is None:
        raise Http404(NO_GROUP)
    with override(settings.LANGUAGE_CODE):
        return _answer(request, group_feed(found))


def _answer(request: HttpRequest, feed: Feed) -> HttpResponse:
    etag = f'"{hashlib.sha256(feed.body).hexdigest()[:32]}"'
    changed = int(feed.changed.timestamp()) if feed.changed else None
    headers = {"ETag": etag, "Cache-Control": f"public, max-age={KEPT}"}
    if changed is not None:
        headers["Last-Modified"] = http_date(changed)
    response = HttpResponse(feed.body, content_type="application/atom+xml; charset=utf-8", headers=headers)
    # By the bytes alone: something older may be deleted without a newer moment.
    answer = get_conditional_response(request, etag=etag, response=response)
    assert answer is not None
    if answer is not response:
        answer.headers["Cache-Control"] = headers["Cache-Control"]
    return answer
