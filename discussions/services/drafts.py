"""Keeping what somebody has begun to write."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from core import markdown
from discussions.models import Draft, Kind, Post, Thread
from discussions.models.post import BODY_LENGTH
from discussions.models.thread import TITLE_LENGTH
from groups.attribution import Attribution
from groups.models import Group

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def save_draft(
    *,
    user: "User",
    group: Group,
    thread: Thread | None = None,
    body: str,
    title: str = "",
    kind: str = Kind.DISCUSSION,
    reply_to: Post | None = None,
    attribution: int | None = None,
    acknowledge: bool = False,
    open_until: datetime | None = None,
    key: uuid.UUID | None = None,
) -> Draft | None:
    """Keep the draft of one place; an empty one, or one whose form (`key`) was sent meanwhile, is none.

    A draft that is too long is kept as far as it may go.
    """
    body, title = markdown.clean(body)[: 2 * BODY_LENGTH], markdown.clean(title)[:TITLE_LENGTH]
    sent = key is not None and Post.objects.filter(author=user, key=key).exists()
    if sent or not (body.strip() or title.strip()):
        discard_draft(user=user, group=group, thread=thread)
        return None
    kept, _ = Draft.objects.update_or_create(
        user=user,
        group=group,
        thread=thread,
        defaults={
            "body": body,
            "title": title,
            "kind": kind if kind in Kind else Kind.DISCUSSION,
            "reply_to": reply_to,
            "attribution": Attribution(attribution) if attribution in Attribution.values else Attribution.OPEN,
            "acknowledge": acknowledge,
            "open_until": open_until,
            "updated_at": timezone.now(),
        },
    )
    return kept


def discard_draft(*, user: "User", group: Group, thread: Thread | None = None) -> None:
    """Throw the draft of one place away, if there is one."""
    Draft.objects.filter(user=user, group=group, thread=thread).delete()


def begun_thread(draft: Draft) -> dict[str, object]:
    """Return what the form of a new thread begins with, by the names of its fields."""
    chosen = {"kind": draft.kind, "rule": draft.attribution, "acknowledge": draft.acknowledge}
    return {"title": draft.title, "body": draft.body, "open_until": draft.open_until, **chosen}
