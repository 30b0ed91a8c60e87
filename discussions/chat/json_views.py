"""The live protocol by HTTP, for where sockets are blocked: the same log, the same fields, the same errors."""

import random
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate

from django.db import Error as DatabaseError
from django.db.models import Q
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError
from core.models import Deployment
from core.realtime.frames import BadFrame, Data, Field, check, load
from core.realtime.sockets import code_of, details_of
from discussions.chat import access, extras, presenting, services
from discussions.chat.live import DELETE, EDIT, PIN, REACT, READ, SEND
from discussions.chat.models import Room
from discussions.chat.receipts import receipts_of
from discussions.views.requests import number, person

PAGE = 200
STATUS = {
    "malformed": 400,
    "unknown_type": 400,
    "forbidden": 403,
    "not_found": 404,
    "conflict": 409,
    "too_long": 413,
    "rate_limited": 429,
    "busy": 503,
}

View = Callable[Concatenate[HttpRequest, ...], JsonResponse]


def answers_like_a_socket(view: View) -> View:
    """Answer every refusal as the socket does, with a status that says the same; 401 when nobody is signed in."""

    @wraps(view)
    def answer(request: HttpRequest, **kwargs: Any) -> JsonResponse:
        if not request.user.is_authenticated:
            return JsonResponse({"type": "error", "code": "signed_out"}, status=401)
        try:
            response = view(request, **kwargs)
        except BadFrame as error:
            response = _error(error.code, error.about)
        except Http404:
            response = _error("not_found")
        except DomainError as error:
            response = _error(code_of(error), details_of(error))
        except DatabaseError:
            response = _error("busy", {"retry_after": random.randint(1, 3)})  # noqa: S311 - nothing secret
        patch_vary_headers(response, ["Cookie"])
        return response

    return answer


def _error(code: str, more: Mapping[str, Any] | None = None) -> JsonResponse:
    response = JsonResponse({"type": "error", "code": code, **(more or {})}, status=STATUS[code])
    if more and "retry_after" in more:
        response["Retry-After"] = str(more["retry_after"])
    return response


def _fields(request: HttpRequest, fields: Mapping[str, Field], **known: Any) -> Data:
    """Return the checked fields of the JSON body; those that stand in the address are taken from there."""
    raw = load(request.body.decode(errors="replace"))
    return check({**raw, **known}, fields)


def _room(request: HttpRequest, slug: str | None, room_id: int) -> access.Place:
    return access.room_at(request.user, slug, room_id)


@require_safe
@answers_like_a_socket
def events(request: HttpRequest, slug: str | None = None, *, room_id: int) -> JsonResponse:
    """Return the events after `since`, or those before `before`, or the newest: at most `limit` (1 to 200)."""
    place = _room(request, slug, room_id)
    head, floor = place.room.last_seq, place.floor
    limit = min(number(request.GET.get("limit")) or PAGE, PAGE)
    if "since" in request.GET:
        after = max(number(request.GET["since"]), floor - 1)
        found = presenting.events_after(room_id, after, limit, upto=head)
        more = bool(found) and found[-1].seq < head
    else:
        before = number(request.GET.get("before")) or head + 1
        found = presenting.events_before(room_id, min(before, head + 1), limit, floor=floor)
        more = bool(found) and found[0].seq > floor
    return JsonResponse(
        {
            "room": room_id,
            "epoch": Deployment.current_epoch(),
            "head": head,
            "floor": floor,
            "events": presenting.as_data(found, floor=floor),
            "more": more,
        }
    )


@require_POST
@answers_like_a_socket
def messages(request: HttpRequest, slug: str | None = None, *, room_id: int) -> JsonResponse:
    """Take what a `send` frame takes and answer with its ack."""
    data = _fields(request, SEND.fields, room=room_id)
    ack = services.send_message(
        _here(slug, room_id),
        by=person(request),
        key=data["key"],
        body=data["body"],
        reply_to=data["reply_to"],
        organisation=data["as"],
        attachments=data["attachments"] or (),
    )
    return JsonResponse(ack.as_data())


@require_http_methods(["GET", "HEAD", "PUT", "DELETE"])
@answers_like_a_socket
def message(request: HttpRequest, slug: str | None = None, *, room_id: int, message_id: int) -> JsonResponse:
    """Return the message's text as its reader sees it (GET), or take what an `edit` (PUT) or `delete` (DELETE) frame takes.

    Frames are the same for everybody, so only here addresses read as the titles of what the reader may read.
    """
    if request.method in {"GET", "HEAD"}:
        found = access.message_in(_room(request, slug, room_id), message_id)
        html = "" if found.is_deleted else presenting.filled_for(person(request), found)
        return JsonResponse({"id": found.pk, "version": found.version, "html": html})
    if request.method == "PUT":
        data = _fields(request, EDIT.fields, room=room_id, id=message_id)
        room = _here(slug, room_id)
        ack = services.edit_message(
            room, message_id, by=person(request), key=data["key"], base=data["base"], body=data["body"]
        )
    else:
        data = _fields(request, DELETE.fields, room=room_id, id=message_id)
        ack = services.delete_message(_here(slug, room_id), message_id, by=person(request), key=data["key"])
    return JsonResponse(ack.as_data())


@require_http_methods(["GET", "HEAD", "PUT"])
@answers_like_a_socket
def reactions(request: HttpRequest, slug: str | None = None, *, room_id: int, message_id: int) -> JsonResponse:
    """Say who answered the message with which sign (GET), or take what a `react` frame takes (PUT) and answer with its ack."""
    if request.method == "PUT":
        data = _fields(request, REACT.fields, room=room_id, id=message_id)
        ack = services.react(
            _here(slug, room_id),
            message_id,
            by=person(request),
            key=data["key"],
            emoji=data["emoji"],
            on=data["on"],
        )
        return JsonResponse(ack.as_data())
    message = access.message_in(_room(request, slug, room_id), message_id)
    signs = extras.signs_on([message], person(request))[message.pk]
    listed = [{"emoji": sign.emoji, "meaning": sign.meaning, "names": sign.names} for sign in signs]
    return JsonResponse({"id": message.pk, "reactions": listed})


@require_http_methods(["PUT"])
@answers_like_a_socket
def pin(request: HttpRequest, slug: str | None = None, *, room_id: int, message_id: int) -> JsonResponse:
    """Take what a `pin` frame takes and answer with its ack."""
    data = _fields(request, PIN.fields, room=room_id, id=message_id)
    room = _here(slug, room_id)
    ack = services.pin_message(room, message_id, by=person(request), key=data["key"], on=data["on"])
    return JsonResponse(ack.as_data())


@require_safe
@answers_like_a_socket
def readers(request: HttpRequest, slug: str | None = None, *, room_id: int, message_id: int) -> JsonResponse:
    """Say which organisations have read a message and which have not, where the room shows it."""
    place = _room(request, slug, room_id)
    found = receipts_of(place, access.message_in(place, message_id))
    return JsonResponse({"id": message_id, "total": found.total, "read": found.read, "waiting": found.waiting})


@require_safe
@answers_like_a_socket
def pins(request: HttpRequest, slug: str | None = None, *, room_id: int) -> JsonResponse:
    """Return the room's pinned messages, the newest first: who said what, as the room's page shows it."""
    place = _room(request, slug, room_id)
    listed = [
        {"id": pin.id, "number": pin.number, "author": pin.author, "excerpt": pin.excerpt}
        for pin in extras.pins_in(place)
    ]
    return JsonResponse({"room": room_id, "pins": listed})


@require_safe
@answers_like_a_socket
def rights(request: HttpRequest, slug: str | None = None, *, room_id: int) -> JsonResponse:
    """Say what the person may do in the room at this moment, and why they may not write there if they may not."""
    place = _room(request, slug, room_id)
    return JsonResponse(
        {
            "room": room_id,
            "writes": place.may_write,
            "reacts": place.may_react,
            "pins": place.may_pin,
            "moderates": place.may_moderate,
            "deletes": place.may_take_back,
            "refusal": place.refusal,
        }
    )


@require_safe
@answers_like_a_socket
def people(request: HttpRequest, room_id: int) -> JsonResponse:
    """Return the names that may be mentioned in a conversation."""
    place = _room(request, None, room_id)
    listed = [{"name": one.label, "organisation": one.organisation} for one in place.people()]
    return JsonResponse({"people": listed})


@require_POST
@answers_like_a_socket
def read(request: HttpRequest, slug: str | None = None, *, room_id: int) -> JsonResponse:
    """Take what a `read` frame takes; answer how far the person has read."""
    place = _room(request, slug, room_id)
    data = _fields(request, READ.fields, room=room_id)
    reading = services.mark_read(place.room, by=person(request), seq=data["seq"])
    return JsonResponse({"room": room_id, "seq": reading.last_seq})


def _here(slug: str | None, room_id: int) -> int:
    """Return the room's id if it is one of that group's, or a conversation where no group is named.

    The door to it is asked later, after the key. This is asked once the body was checked, so that a malformed one is told so
    whether the room is there or not.
    """
    here = Q(group=None) if slug is None else Q(group__slug=slug)
    if not Room.objects.filter(here, pk=room_id).exists():
        raise Http404
    return room_id
