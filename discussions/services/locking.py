"""What every write begins with: the locks, always in the order group, thread, the rest; then the rights, read anew."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import DomainError
from discussions.audience import reaches
from discussions.models import Post, Thread
from groups.services.speaking import locked_group, silenced
from groups.services.speaking import speaking as speaking_in_group
from groups.standing import NotAllowed, Standing
from partners.capacity import Capacity

if TYPE_CHECKING:
    from accounts.models import User

__all__ = ["ThreadClosed", "locked", "locked_group", "locked_post", "moderating", "open_for_posts", "speaking"]


class ThreadClosed(DomainError):
    """Nobody adds to this thread any more."""

    code = "closed"


def locked(thread: Thread, user: "User") -> tuple[Thread, Standing]:
    """Lock the thread's group and the thread, and read both and the person's standing as they are now.

    Raises NotAllowed where what the thread is about was hidden from the person meanwhile.
    """
    group, standing = locked_group(thread.group_id, user)
    thread = Thread.objects.select_for_update(no_key=True).get(pk=thread.pk)
    thread.group = group
    _must_reach(thread, standing)
    return thread, standing


def locked_post(post: Post, user: "User") -> tuple[Post, Standing]:
    """Lock the group, the thread in which the post stands by now, and the post; read all as they are, and the standing."""
    group, standing = locked_group(post.thread.group_id, user)
    # Under the group's lock no post moves.
    thread = Thread.objects.select_for_update(no_key=True).get(posts=post.pk)
    thread.group = group
    _must_reach(thread, standing)
    post = Post.objects.select_for_update(no_key=True).get(pk=post.pk)
    post.thread = thread
    return post, standing


def _must_reach(thread: Thread, standing: Standing) -> None:
    if not reaches(thread, standing):
        raise NotAllowed(_("There is no such thread."))


def speaking(standing: Standing, by: Capacity) -> Capacity:
    """Return the capacity as it is now, if the person still writes here for that organisation and is not muted."""
    by = speaking_in_group(standing, by)
    if told := silenced(standing):
        raise NotAllowed(told)
    return by


def moderating(standing: Standing) -> Capacity:
    """Return the capacity in which the person leads this group now."""
    if not standing.may_moderate:
        raise NotAllowed(_("Only leads of the group do this."))
    return standing.act()


def open_for_posts(thread: Thread) -> None:
    """Refuse where the thread takes nothing any more, saying why."""
    if thread.is_closed:
        raise ThreadClosed(_("This thread was closed. Nothing can be added."))
    if thread.is_over:
        raise ThreadClosed(_("This consultation has ended. Nothing can be added."))
