"""Writing an action down."""

import uuid
from datetime import date, datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import Conflict, DomainError
from core.moments import YEARS_OF_PLANS, refuse_far
from discussions.actions.models import Action
from discussions.actions.services.owning import clean_text, keep_version, must_give, must_own, tell_owner
from discussions.audience import reaches
from discussions.models import Post, Thread
from discussions.services.locking import locked_group, speaking
from discussions.services.writing import digest
from groups.models import Group
from partners.capacity import Capacity


@transaction.atomic
def add_action(
    group: Group,
    *,
    by: Capacity,
    text: str,
    owner_id: int,
    due_on: date,
    key: uuid.UUID,
    person_id: int | None = None,
    post: Post | None = None,
    at: datetime | None = None,
) -> Action:
    """Write down what an organisation does until a day, and tell it; `post` is where it was agreed.

    The same key with the same words returns the action it made; with others it conflicts. `at` is for what was agreed before.
    """
    text = clean_text(text)
    refuse_far(due_on, years=YEARS_OF_PLANS)
    fingerprint = digest(group.pk, text, owner_id, person_id or "", due_on, post.pk if post else "")
    group, standing = locked_group(group.pk, by.user)
    if known := Action.objects.filter(author=by.user, key=key).select_related("group").first():
        if known.digest != fingerprint:
            raise Conflict(_("This form was sent before, with another action."), current=known)
        return known
    by = speaking(standing, by)
    must_give(standing, owner_id)
    must_own(group, owner_id, person_id)
    if post is not None:
        post = Post.objects.select_related("thread").get(pk=post.pk)
        hidden = standing.history_from is not None and post.created_at < standing.history_from
        if post.thread.group_id != group.pk or post.is_deleted or hidden or not reaches(post.thread, standing):
            raise DomainError(_("That post is not there any more."))
    now = at or timezone.now()
    action = Action(
        group=group,
        post=post,
        text=text,
        owner_id=owner_id,
        person_id=person_id,
        due_on=due_on,
        key=key,
        digest=fingerprint,
        created_at=now,
        changed_at=now,
    )
    action.speak_as(by)
    action.save(force_insert=True)
    keep_version(action, by)
    if post is not None:
        Thread.objects.filter(pk=post.thread_id).update(action_count=F("action_count") + 1)
    tell_owner(action, by)
    return action
