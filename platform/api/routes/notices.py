"""Notifications: what a person was told, over all their groups."""

from itertools import islice

from ninja import Query, Router

from api.access import Caller, needs
from api.paging import PAGE, Page, Place, encode
from api.routes.answers import answers
from api.shapes.notices import Marked, NoticeOut, ReadIn
from notifications.models import Notice
from notifications.services import mark_read, visible

router = Router(tags=["notifications"])


@router.get(
    "/notifications",
    auth=needs("notifications:read"),
    response=answers(200, Page[NoticeOut]),
    summary="List notifications",
)
def list_notifications(request: Caller, place: Place = PAGE, unread: bool = Query(False)) -> Page[NoticeOut]:
    """What the owner was told and may still see, the newest first; with `unread`, only what is not read."""
    notices = Notice.objects.of(request.user)
    if unread:
        notices = notices.unread()
    start = place.start
    if start is not None:
        last = Notice.objects.filter(user=request.user, pk=start).first()
        notices = notices.before(last) if last else notices.none()
    shown = list(islice(visible(notices, request.user), place.limit + 1))
    items = [NoticeOut.of(notice, words) for notice, words in shown[: place.limit]]
    following = encode(items[-1].id) if len(shown) > place.limit else None
    return Page[NoticeOut](items=items, next=following)


@router.post(
    "/notifications/read",
    auth=needs("notifications:write"),
    response=answers(200, Marked),
    summary="Mark notifications read",
)
def mark_notifications_read(request: Caller, payload: ReadIn) -> Marked:
    """Mark the owner's notifications read: those named, or all. Others' are left alone."""
    return Marked(marked=mark_read(request.user, payload.ids))
