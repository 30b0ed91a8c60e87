"""Hiding a post and showing it again.

A hidden post is a tombstone to everything that reads posts: its words are moved to where only the page for its author and the
leads looks. So its addresses, versions, search, notices, letters and exports are empty with the commit, and nothing can
forget to ask.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import markdown
from core.audit import Actor, record
from core.errors import Conflict
from core.events import publish
from discussions.events import PostChanged, PostDeleted
from discussions.models import HiddenPost, Mention, Post, PostVersion, Thread
from discussions.services.locking import locked, moderating
from groups.models import Group
from groups.standing import NotAllowed
from notifications.services import notify, retract
from partners.capacity import Capacity

TOLD = ("mention", "reply", "announcement")


@transaction.atomic
def hide_post(post: Post, *, by: Capacity, reason: str = "") -> None:
    """Hide somebody's post as a lead; the reason may follow. Hidden already, only a reason that is missing is added."""
    _thread, standing = locked(post.thread, by.user)
    by = moderating(standing)
    if post.author_id == by.user_id:
        raise NotAllowed(_("This is your own post. You can delete it."))
    hide(post, by=by, reason=reason)


def hide(post: Post, *, by: Actor, reason: str = "") -> None:
    """Hide the post; the caller has asked for the right, inside its transaction."""
    group = Group.objects.select_for_update(no_key=True).get(threads__posts=post)
    thread = Thread.objects.select_for_update(no_key=True).get(posts=post)
    post = Post.objects.select_for_update(no_key=True).get(pk=post.pk)
    post.thread, thread.group = thread, group
    reason = " ".join(reason.split())[:500]
    if kept := HiddenPost.objects.filter(post=post).first():
        if reason and not kept.reason:
            kept.reason = reason
            kept.save(update_fields=["reason"])
            record(by, "post.hidden", post, reason=reason)
        return
    if post.is_deleted:
        return
    versions = dict(post.versions.values_list("number", "body"))
    kept = HiddenPost(post=post, body=post.body, versions=versions, digest=post.digest, reason=reason)
    kept.author_id, kept.organisation_id, kept.function = by.user_id or 0, by.organisation_id, by.function
    kept.save(force_insert=True)
    post.deleted_at, post.deleted_by_id, post.deleted_for_id = timezone.now(), by.user_id, by.organisation_id
    post.deleted_reason, post.body, post.html, post.digest = "", "", "", ""
    post.save(
        update_fields=["deleted_at", "deleted_by", "deleted_for", "deleted_reason", "body", "html", "digest"],
    )
    post.versions.update(body="")
    post.mentions.all().delete()
    retract(*TOLD, object_id=post.pk)
    record(by, "post.hidden", post, reason=reason)
    author = User.objects.filter(pk=post.author_id, is_active=True)
    publish(PostDeleted(post))
    notify(author, "post_hidden", object_id=post.pk, key=f"{post.pk}:{kept.pk}", by=by, mail=True)


@transaction.atomic
def restore_post(post: Post, *, by: Capacity) -> None:
    """Show a hidden post again, word for word; nobody is told of it a second time.

    A lead whose own words were hidden leaves it to another. Raises Conflict when it is not hidden any more.
    """
    thread, standing = locked(post.thread, by.user)
    by = moderating(standing)
    if post.author_id == by.user_id:
        raise NotAllowed(_("Another lead decides about your own post."))
    kept = HiddenPost.objects.select_for_update().filter(post=post).first()
    if kept is None:
        raise Conflict(_("This post is not hidden any more."))
    post = Post.objects.select_for_update(no_key=True).get(pk=post.pk)
    post.body, post.html, post.digest = kept.body, markdown.render(kept.body), kept.digest
    post.deleted_at = post.deleted_by = post.deleted_for = None
    post.save(update_fields=["deleted_at", "deleted_by", "deleted_for", "body", "html", "digest"])
    for number, body in kept.versions.items():
        PostVersion.objects.filter(post=post, number=int(number)).update(body=body)
    people = User.objects.filter(pk__in=markdown.people_in([post.html]))
    Mention.objects.bulk_create([Mention(post=post, user=person) for person in people])
    kept.delete()
    retract("post_hidden", object_id=post.pk)
    post.thread = thread
    record(by, "post.restored", post)
    publish(PostChanged(post))
