"""Direct conversations: the list, how one begins, and its page."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from discussions.chat import access
from discussions.chat.views.room import show_room


@login_required
@require_safe
def conversation(request: HttpRequest, room_id: int) -> HttpResponse:
    """Show a conversation as a room is shown; to everybody who is not in it there is none."""
    return show_room(request, access.conversation_for(request.user, room_id))
