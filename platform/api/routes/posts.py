"""Posts: to read, write, edit and delete."""

from collections.abc import Sequence
from typing import Annotated

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from api.access import Caller, needs
from api.paging import PAGE, Page, Place, cut, page_of
from api.problems import Refusal, blaming
from api.routes.answers import answers
from api.routes.threads import Key
from api.routes.versions import IfMatch, changed, seen, tag
from api.shapes.threads import PostChange, PostIn, PostOut
from core import markdown
from core.errors import Conflict
from discussions import access, services
from discussions.filling import Texts
from discussions.models import Post
from groups.standing import Standing
from partners.capacity import Capacity

router = Router(tags=["threads"])

POSTS = "/groups/{slug:slug}/threads/{int:thread_id}/posts"


@router.get(POSTS, auth=needs("threads:read"), response=answers(200, Page[PostOut]), summary="List a thread's posts")
def list_posts(request: Caller, slug: str, thread_id: int, place: Place = PAGE) -> Page[PostOut]:
    """The posts that the owner may read, in their order. Deleted ones keep their number."""
    thread, standing = access.thread_for_reader(request.user, slug, thread_id)
    posts = thread.posts.since(standing.history_from).select_related("reply_to")
    rows, following = cut(page_of(posts, place, by="number"), place, lambda one: one.number)
    for post in rows:
        post.thread = thread
    return Page[PostOut](items=shown(rows, standing), next=following)


@router.post(POSTS, auth=needs("threads:write"), response=answers(201, PostOut, 409), summary="Write a post")
def write_post(
    request: Caller, response: HttpResponse, slug: str, thread_id: int, payload: PostIn, key: Key
) -> Status[PostOut]:
    """Add a post to a thread."""
    thread, standing = access.thread_for_writer(request.user, slug, thread_id)
    answered = None
    if payload.reply_to is not None:
        answered = thread.posts.since(standing.history_from).filter(number=payload.reply_to).first()
        if answered is None:
            wrong = _("The post you answer is not in this thread.")
            raise Refusal(422, wrong, errors=[("reply_to", wrong)])
    with blaming("body"):
        post = services.post(
            thread, by=standing.speak(payload.organisation), body=payload.body, key=key, reply_to=answered
        )
    response["Location"] = f"/api/v1/groups/{slug}/threads/{post.thread_id}/posts/{post.number}"
    return Status(201, _answered(response, post, standing))


@router.get(
    f"{POSTS}/{{int:number}}", auth=needs("threads:read"), response=answers(200, PostOut), summary="Read one post"
)
def read_post(request: Caller, response: HttpResponse, slug: str, thread_id: int, number: int) -> PostOut:
    """One post."""
    post, standing = access.post_for_reader(request.user, slug, thread_id, number)
    return _answered(response, post, standing)


@router.patch(
    f"{POSTS}/{{int:number}}",
    auth=needs("threads:write"),
    response=answers(200, PostOut, 409, 412, 428),
    summary="Edit one's own post",
)
def edit_post(
    request: Caller,
    response: HttpResponse,
    slug: str,
    thread_id: int,
    number: int,
    payload: PostChange,
    if_match: IfMatch = "",
) -> PostOut:
    """Save a new text of a post, against the version that was seen. The earlier one stays in its history."""
    post, standing = access.post_for_author(request.user, slug, thread_id, number)
    base = seen(if_match)
    try:
        with blaming("body"):
            post = services.edit_post(post, by=_writer(post, standing), body=payload.body, base=base)
    except Conflict:
        raise changed() from None
    return _answered(response, post, standing)


@router.delete(
    f"{POSTS}/{{int:number}}",
    auth=needs("threads:write"),
    response=answers(204, None, 409),
    summary="Delete a post",
)
def delete_post(
    request: Caller,
    slug: str,
    thread_id: int,
    number: int,
    reason: Annotated[str, Query("", max_length=500, description="Why; leads say it of others' posts.")] = "",
) -> Status[None]:
    """Take away a post's text in all its versions; its number stays. One that is deleted already stays so."""
    post, standing = access.post_for_remover(request.user, slug, thread_id, number)
    own = access.is_own(post, standing)
    if not post.is_deleted:
        with blaming("reason"):
            services.delete_post(
                post, by=_remover(post, standing) if own else standing.act(), reason=markdown.clean(reason)
            )
    return Status(204, None)


def shown(posts: Sequence[Post], standing: Standing) -> list[PostOut]:
    """Return posts of one thread as their reader may see them; a fixed number of queries.

    What addresses in them lead to is not named: a token may be for this group, or for threads, alone.
    """
    texts = Texts(posts, standing, titled=False)
    return [PostOut.of(one, texts, answers=_answers(one, standing)) for one in posts]


def _answers(post: Post, standing: Standing) -> int | None:
    """Return the number of the post it answers, where the reader may know of that."""
    if post.reply_to is None:
        return None
    if post.reply_to.thread_id != post.thread_id:  # one of them was moved since
        return None
    start = standing.history_from
    return post.reply_to.number if start is None or post.reply_to.created_at >= start else None


def _answered(response: HttpResponse, post: Post, standing: Standing) -> PostOut:
    tag(response, post.version)
    post.thread.group = standing.group
    return shown([post], standing)[0]


def _writer(post: Post, standing: Standing) -> Capacity:
    """Return the capacity the post was written in, where its author still has it."""
    same = [one for one in standing.capacities if one.organisation_id == post.organisation_id]
    return (same or standing.capacities)[0]


def _remover(post: Post, standing: Standing) -> Capacity:
    """Return the capacity in which authors delete; who only observes by now still may."""
    return _writer(post, standing) if standing.capacities else standing.seats[0].affiliation.capacity
