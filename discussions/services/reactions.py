"""Answering a post with a sign, and taking it back."""

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Conflict
from discussions.models import Emoji, Post
from discussions.services.locking import locked_post, open_for_posts, speaking
from discussions.services.writing import BadText
from partners.capacity import Capacity


@transaction.atomic
def react(post: Post, *, by: Capacity, emoji: str, on: bool) -> Post:
    """Put one's sign on a post or take it away; done twice, it stays as it was. Nobody is told of it.

    Raises BadText for a sign that is none of `Emoji`, Conflict for a post that is gone, NotAllowed and ThreadClosed.
    """
    if emoji not in Emoji.values:
        raise BadText(_("Choose one of the signs."))
    post, standing = locked_post(post, by.user)
    by = speaking(standing, by)
    open_for_posts(post.thread)
    if post.is_deleted:
        raise Conflict(_("This post was deleted meanwhile."), current=post)
    given = [sign for sign in post.signs if (sign[0], sign[1]) == (emoji, by.user_id)]
    if bool(given) == on:
        return post
    if on:
        post.signs = [*post.signs, [emoji, by.user_id, by.organisation_id]]
    else:
        post.signs = [sign for sign in post.signs if sign not in given]
    post.save(update_fields=["signs"])
    return post
