"""The page of background work, for the Secretariat: what waits, runs and failed, and running it again."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.background import operating
from core.errors import DomainError
from portal.access import officer


@require_safe
def background(request: HttpRequest) -> HttpResponse:
    """Show how the background work stands."""
    officer(request.user)
    return render(request, "portal/background.html", {"board": operating.board()})


@require_POST
def run_again(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """Have a task begun anew."""
    by = officer(request.user)
    return _done(request, lambda: operating.run_again(task_id, by=by), _("It is begun anew by the next worker."))


@require_POST
def give_up(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """Have a task that waits not done."""
    by = officer(request.user)
    return _done(request, lambda: operating.give_up(task_id, by=by), _("It is given up."))


def _done(request: HttpRequest, act: Callable[[], None], done: str) -> HttpResponse:
    try:
        act()
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, done)
    return redirect("background")
