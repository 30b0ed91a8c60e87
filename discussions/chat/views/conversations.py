"""Direct conversations: the list, how one begins, its page, accepting it, and blocking somebody."""

from collections.abc import Collection

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError
from discussions.chat import access, services
from discussions.chat.conversations import CANDIDATES, blocked_by, candidates, page_of
from discussions.chat.forms import numbers
from discussions.chat.services.conversations import OTHERS_MAX
from discussions.chat.views.room import show_room
from discussions.views.requests import number, person
from partners.capacity import capacities_of


@login_required
@require_safe
def conversation_list(request: HttpRequest) -> HttpResponse:
    """List the person's conversations, the newest first."""
    page, entries = page_of(person(request), request.GET.get("page"))
    return render(request, "chat/conversations.html", {"page": page, "entries": entries})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def conversation_new(request: HttpRequest) -> HttpResponse:
    """Choose whom to write to (`with`, as often as wanted) and begin, or open what there is with just these people."""
    by = person(request)
    sent = request.POST if request.method == "POST" else request.GET
    chosen = set(numbers(sent.getlist("with")))
    if request.method != "POST" or "find" in request.POST:
        return _choosing(request, chosen, sent.get("q", ""))
    try:
        room = services.start_conversation(by=by, people=chosen)
    except DomainError as refused:
        return _choosing(request, chosen, sent.get("q", ""), refused.message)
    return redirect(room.get_absolute_url() + "#say")


def _choosing(request: HttpRequest, chosen: Collection[int], query: str, error: str = "") -> HttpResponse:
    by = person(request)
    found = [one for one in candidates(by, query) if one.person.pk not in chosen]
    context = {
        "chosen": candidates(by, among=chosen) if chosen else [],
        "found": found,
        "more": len(found) >= CANDIDATES,
        "query": query,
        "error": error,
        "most": OTHERS_MAX,
        "acts": bool(capacities_of(by)),
    }
    return render(request, "chat/conversation_new.html", context, status=422 if error else 200)


@login_required
@require_safe
def conversation(request: HttpRequest, room_id: int) -> HttpResponse:
    """Show a conversation as a room is shown; to everybody who is not in it there is none."""
    return show_room(request, access.conversation_for(request.user, room_id))


@login_required
@require_POST
def accept(request: HttpRequest, room_id: int) -> HttpResponse:
    """Accept a conversation that somebody else began."""
    place = access.conversation_for(request.user, room_id)
    services.accept_conversation(place.room.pk, by=person(request))
    return redirect(place.room.get_absolute_url() + "#say")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def block(request: HttpRequest, room_id: int) -> HttpResponse:
    """Block somebody in the conversation, after saying what that does."""
    place = access.conversation_for(request.user, room_id)
    others = [other for other in place.others if other.pk not in place.blocked]
    if request.method == "POST":
        chosen = number(request.POST.get("person"))
        if chosen not in {other.pk for other in others}:
            raise Http404
        services.block_person(chosen, by=person(request))
        notes.success(request, _("Blocked. They are not told. You can undo it here at any time."))
        return redirect("conversations:blocked")
    context = {**place.surroundings, "room": place.room, "others": others, "audience": place.audience}
    return render(request, "chat/block.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def blocked(request: HttpRequest) -> HttpResponse:
    """List whom the person blocks, and undo it."""
    by = person(request)
    if request.method == "POST":
        services.unblock_person(number(request.POST.get("person")), by=by)
        notes.success(request, _("They can write to you again."))
        return redirect("conversations:blocked")
    return render(request, "chat/blocked.html", {"blocks": blocked_by(by)})
