"""Threads: to read, start, rename, close and open again."""

import uuid
from collections.abc import Sequence
from typing import Annotated

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Header, Query, Router, Status

from api.access import Caller, needs
from api.paging import PAGE, Page, Place, cut, page_of
from api.problems import Refusal, blaming
from api.routes.answers import answers
from api.routes.versions import IfMatch, changed, seen, tag
from api.shapes.common import Moment
from api.shapes.threads import Conclusion, ThreadChange, ThreadIn, ThreadOut
from core import markdown
from core.errors import Conflict
from discussions import access, services
from discussions.models import Kind, Thread
from discussions.voices import Said, Voices
from groups.standing import Standing
from partners.capacity import Capacity

router = Router(tags=["threads"])

Key = Annotated[
    uuid.UUID,
    Header(
        ...,
        alias="Idempotency-Key",
        description="A UUID of your own making, one for each act: sent again with the same words, the act is not done twice.",
    ),
]


@router.get(
    "/groups/{slug:slug}/threads",
    auth=needs("threads:read"),
    response=answers(200, Page[ThreadOut]),
    summary="List a group's threads",
)
def list_threads(
    request: Caller,
    slug: str,
    place: Place = PAGE,
    active_since: Annotated[Moment | None, Query(None, description="Only threads with a post since then.")] = None,
) -> Page[ThreadOut]:
    """The threads that the owner may read, those started last first."""
    _group, standing, threads = access.threads_for_reader(request.user, slug)
    if active_since is not None:
        threads = threads.filter(last_post_at__gte=active_since)
    rows, following = cut(page_of(threads, place, newest=True), place, lambda one: one.pk)
    return Page[ThreadOut](items=shown(rows, standing), next=following)


@router.post(
    "/groups/{slug:slug}/threads",
    auth=needs("threads:write"),
    response=answers(201, ThreadOut, 409),
    summary="Start a thread",
)
def start_thread(request: Caller, response: HttpResponse, slug: str, payload: ThreadIn, key: Key) -> Status[ThreadOut]:
    """Start a thread with its first post."""
    group, standing = access.group_for_starter(request.user, slug)
    if payload.kind == Kind.CONSULTATION.value and payload.open_until is None:
        missing = _("Say until when the consultation is open.")
        raise Refusal(422, missing, errors=[("open_until", missing)])
    with blaming("open_until"):
        thread = services.start_thread(
            group,
            by=standing.speak(payload.organisation),
            title=payload.title,
            body=payload.body,
            key=key,
            kind=payload.kind,
            open_until=payload.open_until,
        )
    response["Location"] = f"/api/v1/groups/{slug}/threads/{thread.pk}"
    return Status(201, _answered(response, thread, standing))


@router.get(
    "/groups/{slug:slug}/threads/{int:thread_id}",
    auth=needs("threads:read"),
    response=answers(200, ThreadOut),
    summary="Read one thread",
)
def read_thread(request: Caller, response: HttpResponse, slug: str, thread_id: int) -> ThreadOut:
    """One thread, without its posts."""
    thread, standing = access.thread_for_reader(request.user, slug, thread_id)
    return _answered(response, thread, standing)


@router.patch(
    "/groups/{slug:slug}/threads/{int:thread_id}",
    auth=needs("threads:write"),
    response=answers(200, ThreadOut, 409, 412, 428),
    summary="Change a thread's title or end",
)
def change_thread(
    request: Caller, response: HttpResponse, slug: str, thread_id: int, payload: ThreadChange, if_match: IfMatch = ""
) -> ThreadOut:
    """Give a thread another title, and a consultation another end, against the version that was seen."""
    thread, standing = access.thread_for_keeper(request.user, slug, thread_id)
    base = seen(if_match)
    try:
        with blaming("open_until"):
            thread = services.change_thread(
                thread,
                by=_keeper(standing),
                title=payload.title or thread.title,
                base=base,
                open_until=payload.open_until or thread.open_until,
            )
    except Conflict:
        raise changed() from None
    return _answered(response, thread, standing)


@router.post(
    "/groups/{slug:slug}/threads/{int:thread_id}/close",
    auth=needs("threads:write"),
    response=answers(200, ThreadOut, 409),
    summary="Close a thread",
)
def close_thread(request: Caller, response: HttpResponse, slug: str, thread_id: int, payload: Conclusion) -> ThreadOut:
    """Close a thread with what it came to. The same conclusion sent again changes nothing."""
    thread, standing = access.thread_for_keeper(request.user, slug, thread_id)
    with blaming("conclusion"):
        thread = services.close_thread(thread, by=_keeper(standing), conclusion=payload.conclusion)
    return _answered(response, thread, standing)


@router.post(
    "/groups/{slug:slug}/threads/{int:thread_id}/reopen",
    auth=needs("threads:write"),
    response=answers(200, ThreadOut, 409),
    summary="Open a thread again",
)
def reopen_thread(request: Caller, response: HttpResponse, slug: str, thread_id: int) -> ThreadOut:
    """Open a closed thread again; one that is open stays so."""
    thread, standing = access.thread_for_keeper(request.user, slug, thread_id)
    return _answered(response, services.reopen(thread, by=_keeper(standing)), standing)


def shown(threads: Sequence[Thread], standing: Standing) -> list[ThreadOut]:
    """Return threads of one group as their reader may see them; a fixed number of queries."""
    said = [Said.of(one) for one in threads]
    voices = Voices(standing, said, mentioned=markdown.people_in([one.conclusion_html for one in threads]))
    for thread in threads:
        thread.group = standing.group
    return [ThreadOut.of(one, voices.of(one), voices.names_under(one.veil)) for one in threads]


def _answered(response: HttpResponse, thread: Thread, standing: Standing) -> ThreadOut:
    tag(response, thread.version)
    return shown([thread], standing)[0]


def _keeper(standing: Standing) -> Capacity:
    """Return the capacity of leads, or that in which a member keeps the thread they started."""
    return standing.act() if standing.may_moderate else standing.capacities[0]
