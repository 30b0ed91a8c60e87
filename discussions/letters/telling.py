"""Who gets a letter about a new post: asked in the background, and of each once more when their letter is sent."""

from datetime import timedelta

from django.utils import timezone

from discussions.audience import seats_within
from discussions.letters.posts import DIRECT, KIND, key_of
from discussions.models import Attention, Post, Reading
from notifications import outbox
from notifications.levels import has_level
from notifications.models import Channel, Level, Notice

GRACE = timedelta(minutes=2)
"""How long a post may be mended, taken back or read in the page before letters about it go out."""


def put_letters(post_id: int) -> None:
    """Put the letters about a post into the outbox: to those it is addressed to, who watch the thread, or whose level is at once.

    Doing it again adds only whom it had not reached: each person gets one letter about a post, whatever the reasons.
    """
    post = Post.objects.standing().filter(pk=post_id).select_related("thread").first()
    if post is None:
        return
    addressed = Notice.objects.filter(kind__in=DIRECT, object_id=post.pk, read_at=None)
    others = Reading.objects.filter(thread=post.thread_id)
    lively = (
        seats_within(post.thread)
        .filter(has_level(Level.AT_ONCE, Channel.MAIL, post.thread.group_id))
        .exclude(user__in=others.filter(attention=Attention.MUTED).values("user"))
    )
    people = {
        *addressed.values_list("user_id", flat=True),
        *others.filter(attention=Attention.WATCHING).values_list("user_id", flat=True),
        *lively.values_list("user_id", flat=True),
    }
    outbox.put(
        sorted(people - {post.author_id}),
        KIND,
        key=key_of(post.pk),
        object_id=post.pk,
        due_at=timezone.now() + GRACE,
    )
