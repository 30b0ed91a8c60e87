"""What a delivery says, and its signature, in the form of Standard Webhooks.

It names what happened, the ids and the pages; who may open those pages is asked there. Words are sent only where the leads
chose so, and then as a visitor of the site would read them.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string

from groups.webhooks.models import Delivery, Webhook
from groups.webhooks.models.webhook import SECRET_PREFIX

Words = Callable[[dict[str, Any]], dict[str, Any]]
"""Says what was written in a happening about these ids, as somebody without any rights reads it; empty for what is gone."""


@dataclass(frozen=True)
class Letter:
    """What goes out."""

    body: bytes
    headers: dict[str, str]


def letter_of(delivery: Delivery) -> Letter:
    """Return the delivery as it is sent now, signed."""
    webhook = delivery.webhook
    said: dict[str, Any] = {
        "type": delivery.happening,
        "timestamp": delivery.created_at.isoformat(),
        "data": {"group": webhook.group.slug, "number": delivery.number, **_about(delivery)},
    }
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    return Letter(body, {"Content-Type": "application/json", **signed(webhook, str(delivery.uid), body)})


def signed(webhook: Webhook, uid: str, body: bytes, *, at: int | None = None) -> dict[str, str]:
    """Return the headers that prove where it comes from and when: HMAC-SHA256 over id, time and body."""
    moment = str(int(time.time()) if at is None else at)
    key = base64.b64decode(webhook.secret.removeprefix(SECRET_PREFIX))
    digest = hmac.new(key, f"{uid}.{moment}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": uid,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _about(delivery: Delivery) -> dict[str, Any]:
    webhook, about = delivery.webhook, delivery.about
    found = {**about, "url": settings.SITE_URL + _page(webhook.group.slug, about)}
    if webhook.tells_words and (words := _words().get(delivery.happening)):
        found |= words(about)
    return found


def _page(slug: str, about: dict[str, Any]) -> str:
    """Return the page that shows it."""
    if "thread" in about:
        page = reverse("threads:page", args=[slug, about["thread"]])
        return f"{page}?post={about['post']}#post-{about['post']}" if "post" in about else page
    if "document" in about:
        return reverse("documents:page", args=[slug, about["document"]])
    return reverse("groups:members" if "member" in about else "group", args=[slug])


@cache
def _words() -> dict[str, Words]:
    table: dict[str, Words] = import_string(settings.WEBHOOK_WORDS)
    return table
