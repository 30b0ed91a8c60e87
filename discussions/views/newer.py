"""What came to a thread while its page was open."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from discussions import access
from discussions.views.page import ThreadPage
from discussions.views.requests import number


@require_safe
def newer(request: HttpRequest, slug: str, thread_id: int) -> HttpResponse:
    """Answer with the posts after the number `after`, twenty at most, for the script that adds them to the page."""
    thread, standing = access.thread_with_unread(request.user, slug, thread_id)
    page = ThreadPage(request, thread, standing)
    page.go_on(number(request.GET.get("after")))
    return render(request, "discussions/_newer.html", {"posts": page.posts(), "last": page.sheet.last})
