"""What the Secretariat sees of mail that comes in: numbers and reasons, never what a mail says."""

from datetime import timedelta

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from discussions.mail.models import Incoming, Reason, State
from portal.access import officer

SHOWN_FOR = timedelta(days=30)
PER_PAGE = 50


@require_safe
def mail_in(request: HttpRequest) -> HttpResponse:
    """Show how many mails came in the last thirty days, and which became no post, with the reason."""
    officer(request.user)
    recent = Incoming.objects.filter(created_at__gt=timezone.now() - SHOWN_FOR)
    counted = recent.order_by("state", "reason").values_list("state", "reason").annotate(Count("pk"))
    counts = [
        {"state": State(state).label, "reason": Reason(reason).label if reason else "", "count": count}
        for state, reason, count in counted
    ]
    listed = recent.not_posted().exclude(state=State.WAITING).select_related("group").order_by("-created_at", "-pk")
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "portal/mail.html", {"counts": counts, "rows": page.object_list, "page": page})
