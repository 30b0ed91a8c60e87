"""The list of threads, a new one, the page of one, and what its keepers do with it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import markdown
from core.errors import Conflict, DomainError
from discussions import access, mentions, services
from discussions.audience import readers_of_thread
from discussions.forms import ChangeForm, ConclusionForm, StartForm
from discussions.models import Attention, Draft, Kind, Post, Thread
from discussions.views.page import Composer, ThreadPage, page_of
from discussions.views.requests import number, person
from discussions.views.writing import previewed
from discussions.voices import Said, Voices
from groups.attribution import Attribution
from groups.audience import readers_of
from groups.standing import Standing
from partners.capacity import Capacity

LIST_SIZE = 30


@require_safe
def thread_list(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a group's threads, pinned ones first, then the liveliest."""
    group, standing, threads = access.threads_for_reader(request.user, slug)
    chosen = _filters(request, signed_in=request.user.is_authenticated)
    threads = threads.filter(merged_into=None).with_unread(request.user, access.boundary_of(standing))
    if chosen["kind"]:
        threads = threads.filter(kind=chosen["kind"])
    if chosen["state"] == "open":
        threads = threads.open()
    elif chosen["state"] == "closed":
        threads = threads.exclude(pk__in=Thread.objects.filter(group=group).open())
    if chosen["unread"]:
        threads = threads.filter(Q(unread__gt=0))
    page = Paginator(threads.order_by("-pinned", "-last_post_at", "-pk"), LIST_SIZE).get_page(request.GET.get("page"))
    context = {
        "group": group,
        "standing": standing,
        "by_mail": bool(settings.MAIL_IN_DOMAIN) and standing.is_participant,
        "page": page,
        "rows": _listed(list(page.object_list), standing),
        "chosen": chosen,
        "filtered": any(chosen.values()),
        "kinds": Kind.choices,
        "audience": readers_of(group),
    }
    return render(request, "discussions/thread_list.html", context)


def _filters(request: HttpRequest, *, signed_in: bool) -> dict[str, str]:
    """Return the filters that were chosen; what is not on offer counts as not chosen."""
    kind, state, unread = (request.GET.get(name, "") for name in ("kind", "state", "unread"))
    return {
        "kind": kind if kind in Kind.values else "",
        "state": state if state in {"open", "closed"} else "",
        "unread": "1" if unread and signed_in else "",
    }


def _listed(threads: list[Any], standing: Standing) -> list[dict[str, Any]]:
    """Return the rows of the list: each thread and who wrote last, in a few queries for all of them."""
    by_id = {thread.pk: thread for thread in threads}
    last = {post.thread_id: post for post in Post.objects.filter(thread__in=by_id, number=F("thread__last_number"))}
    for pk, post in last.items():
        post.thread = by_id[pk]
        if standing.history_from and post.created_at < standing.history_from:
            post.body = ""  # an older post that was moved here; what there is for this reader stands above it
    voices = Voices(
        standing,
        [Said.of(post) for post in last.values()],
        mentioned={person for post in last.values() for person in mentions.ids_in(post.body)},
    )
    unknown = _("a participant")
    rows = []
    for thread in threads:
        thread.group = standing.group
        post = last[thread.pk]
        url = thread.get_absolute_url()
        rows.append(
            {
                "thread": thread,
                "url": f"{url}?unread=1" if thread.unread > 0 else url,
                "last_url": post.number and f"{url}?post={post.number}#post-{post.number}",
                "unread": max(thread.unread, 0),
                "voice": voices.of(post),
                "excerpt": markdown.excerpt(mentions.replaced(post.own_words, voices.names_under(post.veil), unknown)),
                "deleted": post.is_deleted,
                "moved": post.is_stub,
            }
        )
    return rows


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def thread_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Start a thread; with `preview`, show what it would look like."""
    group, standing = access.group_for_starter(request.user, slug)
    preview = None
    if request.method == "POST":
        form = StartForm(request.POST, standing=standing)
        if "preview" in request.POST:
            preview = previewed(request.POST.get("body", ""), group, standing)
            form = StartForm(standing=standing, initial=request.POST.dict())
        elif form.is_valid():
            sent = form.cleaned_data
            try:
                thread = services.start_thread(
                    group,
                    by=standing.speak(form.organisation_id),
                    title=sent["title"],
                    body=sent["body"],
                    key=sent["key"],
                    kind=sent["kind"],
                    open_until=sent.get("open_until"),
                    acknowledge=sent.get("acknowledge", False),
                    attribution=Attribution(sent.get("rule") or Attribution.OPEN),
                )
            except Conflict as conflict:
                form.refuse_key(conflict)
            except DomainError as refused:
                form.add_error(None, refused.message)
            else:
                return redirect(thread)
    else:
        draft = Draft.objects.filter(user=person(request), group=group, thread=None).first()
        begun = services.begun_thread(draft) if draft else {}
        form = StartForm(standing=standing, initial=begun)
    context = {"group": group, "standing": standing, "form": form, "preview": preview, "audience": readers_of(group)}
    return render(request, "discussions/thread_new.html", context)


@require_safe
def thread_page(request: HttpRequest, slug: str, thread_id: int) -> HttpResponse:
    """Show one page of a thread. `post` opens the page of that post, `unread` that of the first unread one, `last` the end."""
    thread, standing = access.thread_with_unread(request.user, slug, thread_id)
    page = ThreadPage(request, thread, standing)
    if "unread" in request.GET:
        if first := page.first_unread:
            return redirect(f"{thread.get_absolute_url()}?page={page_of(first)}#unread")
        return redirect(_at_last(thread))
    if "last" in request.GET:
        return redirect(_at_last(thread))
    page.go_to(page=number(request.GET.get("page")), post=number(request.GET.get("post")))
    if page.here and (moved := page.moved_to):
        return redirect(moved)
    asked = {name: number(request.GET.get(name)) for name in ("reply", "quote")}
    return show(request, page, answering=asked["reply"], quoting=asked["quote"])


def _at_last(thread: Thread) -> str:
    return f"{thread.get_absolute_url()}?post={thread.last_number}#post-{thread.last_number}"


def show(
    request: HttpRequest,
    page: ThreadPage,
    *,
    composer: Composer | None = None,
    preview: object = None,
    answering: int = 0,
    quoting: int = 0,
) -> HttpResponse:
    """Render the thread's page, with the editor as it stands: empty, with a draft, or with what was refused."""
    context = page.context()
    if composer is None and context["may_answer"]:
        composer = page.composer(answering=answering, quoting=quoting)
    return render(request, "discussions/thread.html", {**context, "composer": composer, "preview": preview})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def thread_change(request: HttpRequest, slug: str, thread_id: int) -> HttpResponse:
    """Rename a thread; move the end of a consultation. Changed meanwhile, both are shown and saving again is a choice."""
    thread, standing = access.thread_for_keeper(request.user, slug, thread_id)
    consultation = thread.kind == Kind.CONSULTATION
    begun = {"title": thread.title, "open_until": thread.open_until, "base": thread.version}
    form = ChangeForm(request.POST or None, consultation=consultation, initial=begun)
    current: object = None
    if request.method == "POST" and form.is_valid():
        try:
            services.change_thread(thread, by=_keeper(standing), **form.cleaned_data)
        except Conflict as conflict:
            current = conflict.current
            form = _against(form, conflict, consultation=consultation)
        except DomainError as refused:
            form.add_error("open_until" if consultation else "title", refused.message)
        else:
            messages.success(request, _("Saved."))
            return redirect(thread)
    context = {
        "thread": thread,
        "group": thread.group,
        "form": form,
        "current": current,
        "audience": readers_of_thread(thread),
    }
    return render(request, "discussions/thread_change.html", context, status=409 if current else 200)


def _against(form: ChangeForm, conflict: Conflict, *, consultation: bool) -> ChangeForm:
    """Return the form with what was typed, now against the thread as it is."""
    now = conflict.current
    assert isinstance(now, Thread)
    again = ChangeForm(
        {**{name: form.data[name] for name in form.data}, "base": now.version}, consultation=consultation
    )
    again.add_error(None, conflict.message)
    return again


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def thread_close(request: HttpRequest, slug: str, thread_id: int) -> HttpResponse:
    """Close a thread with its conclusion."""
    thread, standing = access.thread_for_keeper(request.user, slug, thread_id)
    form = ConclusionForm(request.POST or None, initial={"conclusion": thread.conclusion})
    if request.method == "POST" and form.is_valid():
        try:
            services.close_thread(thread, by=_keeper(standing), conclusion=form.cleaned_data["conclusion"])
        except DomainError as refused:
            form.add_error("conclusion", refused.message)
        else:
            messages.success(request, _("The thread is closed; its conclusion stands at the top."))
            return redirect(thread)
    context = {"thread": thread, "group": thread.group, "form": form, "audience": readers_of_thread(thread)}
    return render(request, "discussions/thread_close.html", context)


@login_required
@require_POST
def thread_reopen(request: HttpRequest, slug: str, thread_id: int) -> HttpResponse:
    """Open a closed thread again."""
    thread, standing = access.thread_for_keeper(request.user, slug, thread_id)
    _try(request, lambda: services.reopen(thread, by=_keeper(standing)), _("The thread is open again."))
    return redirect(thread)


@login_required
@require_POST
def thread_attention(request: HttpRequest, slug: str, thread_id: int) -> HttpResponse:
    """Watch the thread, mute it, or hear of it as of any other."""
    thread, _standing = access.thread_for_reader(request.user, slug, thread_id)
    chosen = request.POST.get("attention", "")
    said = {
        Attention.WATCHING: _("Every post of this thread comes to you by mail, at once."),
        Attention.NORMAL: _("You hear of this thread as of any other in the group."),
        Attention.MUTED: _("You hear nothing of this thread any more, unless somebody mentions you."),
    }
    if chosen in said:
        services.set_attention(thread, user=person(request), attention=Attention(chosen))
        messages.success(request, said[Attention(chosen)])
    return redirect(thread)


@login_required
@require_POST
def thread_pin(request: HttpRequest, slug: str, thread_id: int) -> HttpResponse:
    """Keep the thread at the top of the list, or (`pinned` empty) let it go."""
    thread, standing = access.thread_for_moderator(request.user, slug, thread_id)
    act = services.pin if request.POST.get("pinned") else services.unpin
    said = _("Pinned to the top of the list.") if request.POST.get("pinned") else _("No longer pinned.")
    _try(request, lambda: act(thread, by=standing.act()), said)
    return redirect(thread)


@login_required
@require_POST
def all_read(request: HttpRequest, slug: str) -> HttpResponse:
    """Mark every thread of the group read."""
    group, _standing, _threads = access.threads_for_reader(request.user, slug)
    services.mark_all_read(group, user=person(request))
    messages.success(request, _("Everything here is marked read."))
    return redirect("threads:list", slug)


def _keeper(standing: Standing) -> Capacity:
    return standing.act() if standing.may_moderate else standing.capacities[0]


def _try(request: HttpRequest, act: Any, said: str) -> None:
    """Do it and say so, or say why not."""
    try:
        act()
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, said)
