"""Putting threads in order: moving posts into another thread or a new one, merging a whole thread into another."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from core import markdown
from core.errors import DomainError
from discussions import access, mentions, services
from discussions.audience import readers_of_thread
from discussions.forms_of_leads import MoveForm, TargetForm
from discussions.models import Post, Thread
from discussions.views.requests import number
from discussions.voices import Said, Voices
from groups.standing import Standing

if TYPE_CHECKING:
    from accounts.models import User

# Posts to choose from on one page, and threads in the list of those they may go to.
LISTED = 100
TARGETS = 200


def _targets(thread: Thread, standing: Standing) -> list[Thread]:
    """Return the liveliest threads that posts of this one may go to."""
    threads = Thread.objects.filter(group=thread.group, merged_into=None, document=None).exclude(pk=thread.pk)
    return list(threads.since(access.boundary_of(standing)).order_by("-last_post_at", "-pk")[:TARGETS])


def _target(user: "User", slug: str, form: TargetForm) -> Thread | None:
    """Return the thread that was named, if the person may read it; else say so beside the field."""
    _group, standing, threads = access.threads_for_reader(user, slug)
    found = threads.filter(pk=form.target_id).first()
    if found is None:
        form.add_error("address" if form.cleaned_data.get("address") else "thread", _("There is no such thread here."))
        return None
    found.group = standing.group
    return found


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def thread_move(request: HttpRequest, slug: str, thread_id: int) -> HttpResponse:
    """Choose posts and where they go; `first` is the number from which on they are listed, `post` one that is chosen."""
    thread, standing = access.thread_for_moderator(request.user, slug, thread_id)
    chosen = number(request.GET.get("post"))
    first = number(request.GET.get("first")) or max(chosen - 5, 1)
    posts = list(
        Post.objects.standing()
        .since(standing.history_from)
        .filter(thread=thread, number__gte=first, number__lt=first + LISTED)
        .order_by("number")
    )
    form = MoveForm(
        request.POST or None,
        numbers=[post.number for post in posts],
        threads=_targets(thread, standing),
        initial={
            "key": MoveForm.new_key(),
            "where": "other" if number(request.GET.get("to")) else "new",
            "thread": str(number(request.GET.get("to")) or ""),
            "numbers": _asked(request, chosen),
        },
    )
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        try:
            if sent["where"] == "new":
                target: Thread | None = services.split(
                    thread, by=standing.act(), numbers=sent["numbers"], title=sent["title"], key=sent["key"]
                )
            elif (target := _target(standing.user, slug, form)) is not None:  # type: ignore[arg-type]
                services.move_posts(thread, target, by=standing.act(), numbers=sent["numbers"])
        except DomainError as refused:
            form.add_error("title" if refused.code == "bad_text" else None, refused.message)
        else:
            if target is not None:
                _tell(request, thread, target, len(sent["numbers"]))
                return redirect(f"{target.get_absolute_url()}?last=1")
    context = {
        **_page(thread, standing),
        "form": form,
        "rows": _rows(posts, standing, form),
        "earlier": max(first - LISTED, 1) if first > 1 else 0,
        "later": first + LISTED if first + LISTED <= thread.last_number else 0,
    }
    return render(request, "discussions/move.html", context, status=422 if form.errors else 200)


def _asked(request: HttpRequest, chosen: int) -> list[int]:
    """Return the numbers that are chosen when the page is opened: one, or (`from`, `until`) those of a stretch."""
    first, last = number(request.GET.get("from")), number(request.GET.get("until"))
    if first and first <= last < first + LISTED:
        return list(range(first, last + 1))
    return [chosen] if chosen else []


def _rows(posts: list[Post], standing: Standing, form: MoveForm) -> list[dict[str, Any]]:
    for post in posts:
        post.thread.group = standing.group
    named = {pk for post in posts for pk in mentions.ids_in(post.own_words)}
    voices = Voices(standing, [Said.of(post) for post in posts], mentioned=named)
    chosen = {str(one) for one in form["numbers"].value() or ()}
    return [
        {
            "number": post.number,
            "voice": voices.of(post),
            "at": post.created_at,
            "excerpt": markdown.excerpt(mentions.replaced(post.own_words, voices.people, _("a participant"))),
            "chosen": str(post.number) in chosen,
        }
        for post in posts
    ]


def _tell(request: HttpRequest, source: Thread, target: Thread, count: int) -> None:
    """Say what was done, with the way back: what came last goes back by the same act."""
    words = ngettext("%(count)d post was moved.", "%(count)d posts were moved.", count) % {"count": count}
    last = Post.objects.filter(thread=target).order_by("-number").values_list("number", flat=True).first() or 0
    back = f"{target.get_absolute_url()}move/?to={source.pk}&from={last - count + 1}&until={last}&first={last - count + 1}"
    messages.success(request, format_html('{} <a href="{}">{}</a>', words, back, _("Move back")))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def thread_merge(request: HttpRequest, slug: str, thread_id: int) -> HttpResponse:
    """Move a whole thread into another one, and close it."""
    thread, standing = access.thread_for_moderator(request.user, slug, thread_id)
    form = TargetForm(request.POST or None, threads=_targets(thread, standing))
    if request.method == "POST" and form.is_valid():
        try:
            target = _target(standing.user, slug, form)  # type: ignore[arg-type]
            if target is not None:
                services.merge(thread, target, by=standing.act())
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            if target is not None:
                messages.success(request, _("The thread was merged into this one. Its old addresses lead here."))
                return redirect(target)
    context = {**_page(thread, standing), "form": form}
    return render(request, "discussions/merge.html", context, status=422 if form.errors else 200)


def _page(thread: Thread, standing: Standing) -> dict[str, Any]:
    return {"thread": thread, "group": thread.group, "standing": standing, "audience": readers_of_thread(thread)}
