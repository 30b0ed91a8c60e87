"""Words for later: choosing the moment, and one's own list of what waits and what came back."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import Conflict, DomainError
from discussions import access, services
from discussions.audience import readers_of_thread
from discussions.forms_of_own import LaterPostForm, LaterThreadForm, ScheduledForm
from discussions.models import Scheduled, Thread
from discussions.views.requests import person
from groups.attribution import Attribution
from groups.audience import readers_of
from groups.models import Group


@login_required
@require_POST
def schedule(request: HttpRequest, slug: str, thread_id: int | None = None) -> HttpResponse:
    """Take what stands in the editor along and ask when it shall appear; with a moment, keep it until then."""
    thread: Thread | None = None
    if thread_id is None:
        group, standing = access.group_for_starter(request.user, slug)
        form: Any = LaterThreadForm(request.POST, standing=standing)
    else:
        thread, standing = access.thread_for_writer(request.user, slug, thread_id)
        group = thread.group
        form = LaterPostForm(request.POST, capacities=standing.capacities)
    asked = "due_at" in request.POST
    if asked and form.is_valid():
        sent = form.cleaned_data
        try:
            services.schedule(
                group,
                by=standing.speak(form.organisation_id),
                thread=thread,
                body=sent["body"],
                due_at=sent["due_at"],
                key=sent["key"],
                reply_to=_answered(thread, standing.history_from, sent.get("reply")),
                title=sent.get("title", ""),
                kind=sent.get("kind", "discussion"),
                open_until=sent.get("open_until"),
                attribution=Attribution(sent.get("rule") or Attribution.OPEN),
                acknowledge=sent.get("acknowledge", False),
            )
        except Conflict as conflict:
            form.refuse_key(conflict)
        except DomainError as refused:
            form.add_error("due_at" if refused.code == "bad_text" else None, refused.message)
        else:
            services.discard_draft(user=person(request), group=group, thread=thread)
            messages.success(
                request, _("It appears when you said. Until then it is in this list, and nobody else sees it.")
            )
            return redirect("scheduled:list")
    if not asked:
        initial = request.POST.dict()
        form = (
            LaterThreadForm(standing=standing, initial=initial)
            if thread is None
            else LaterPostForm(capacities=standing.capacities, initial=initial)
        )
    context = {
        "thread": thread,
        "group": group,
        "form": form,
        "audience": readers_of_thread(thread) if thread else readers_of(group),
    }
    return render(request, "discussions/schedule.html", context, status=422 if form.errors else 200)


def _answered(thread: Thread | None, since: Any, answered: int | None) -> Any:
    if thread is None or not answered:
        return None
    return thread.posts.standing().since(since).filter(number=answered).first()


def _own(request: HttpRequest, pk: int) -> Scheduled:
    found = Scheduled.objects.filter(pk=pk, author=person(request)).select_related("group", "thread").first()
    if found is None:
        raise Http404(access.NO_THREAD)
    return found


@login_required
@require_safe
def scheduled_list(request: HttpRequest) -> HttpResponse:
    """Show what waits to appear and what came back; to its author alone. Of a group or thread one has lost, not even its name."""
    waiting = list(
        Scheduled.objects.filter(author=person(request)).select_related("group", "thread").order_by("due_at", "pk")
    )
    known = set(
        Group.objects.readable_by(request.user)
        .filter(pk__in=[one.group_id for one in waiting])
        .values_list("pk", flat=True)
    )
    threads = Thread.objects.visible_to(request.user).filter(
        pk__in=[one.thread_id for one in waiting if one.thread_id]
    )
    read = {None, *threads.values_list("pk", flat=True)}
    rows = [{"one": one, "known": one.group_id in known, "reads": one.thread_id in read} for one in waiting]
    return render(request, "discussions/scheduled.html", {"rows": rows})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def scheduled_edit(request: HttpRequest, scheduled_id: int) -> HttpResponse:
    """Change the words or the moment of what waits."""
    waiting = _own(request, scheduled_id)
    begins = waiting.thread_id is None
    initial = {"base": waiting.version, "due_at": waiting.due_at, "title": waiting.title, "body": waiting.body}
    form = ScheduledForm(request.POST or None, begins=begins, initial=initial)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        try:
            services.change_scheduled(waiting, **sent)
        except Conflict as conflict:
            base = conflict.current.version if isinstance(conflict.current, Scheduled) else sent["base"]
            form = ScheduledForm({**request.POST.dict(), "base": base}, begins=begins)
            form.add_error(None, conflict.message)
        except DomainError as refused:
            form.add_error("due_at", refused.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("scheduled:list")
    context = {"waiting": waiting, "form": form}
    return render(request, "discussions/scheduled_edit.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def scheduled_cancel(request: HttpRequest, scheduled_id: int) -> HttpResponse:
    """Throw away what waits."""
    services.cancel_scheduled(_own(request, scheduled_id))
    messages.success(request, _("It will not appear."))
    return redirect("scheduled:list")


@login_required
@require_POST
def scheduled_now(request: HttpRequest, scheduled_id: int) -> HttpResponse:
    """Let it appear now."""
    waiting = _own(request, scheduled_id)
    try:
        post = services.publish_scheduled(waiting.pk, now=True)
    except (DomainError, Http404) as refused:
        messages.error(request, getattr(refused, "message", "") or _("You do not take part in this group any more."))
        return redirect("scheduled:list")
    return redirect(post) if post else redirect("scheduled:list")
