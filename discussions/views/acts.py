"""What one does with a post besides answering it, and with a whole thread: the lines of their menus."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from discussions import access, parts
from discussions.access import may_keep, may_remove
from discussions.filling import Texts
from discussions.models import Attention, Kind, Post, Thread
from discussions.parts import Act, Visit
from groups.audience import readers_of
from groups.standing import Standing


def thread_acts(visit: Visit) -> list[Act]:
    """Return the lines of the thread's menu for this reader; no query."""
    thread, standing = visit.thread, visit.standing

    def at(name: str) -> str:
        return reverse(f"threads:{name}", args=[thread.group.slug, thread.pk])

    acts = [*_attention_acts(thread, at("attention"), standing), *parts.thread_acts(visit)]
    if may_keep(thread, standing):
        word = _("Change title or end") if thread.kind == Kind.CONSULTATION else _("Change the title")
        acts.append(Act(word, at("change"), "edit"))
        if thread.is_closed:
            acts.append(Act(_("Open again"), at("reopen"), "thread", ()))
        else:
            acts.append(Act(_("Close with a conclusion"), at("close"), "check"))
    if standing.may_moderate:
        word = _("Unpin") if thread.pinned else _("Pin to the top")
        acts.append(Act(word, at("pin"), "pin", (("pinned", "" if thread.pinned else "1"),)))
    return acts


def _attention_acts(thread: Thread, url: str, standing: Standing) -> list[Act]:
    """Return what changes how much somebody who is signed in hears of the thread; by default what their level brings."""
    if not standing.user.is_authenticated:
        return []
    now = getattr(thread, "attention", Attention.NORMAL)
    choices = {
        Attention.WATCHING: Act(_("Watch: a letter for every post"), url, "eye", (("attention", "watching"),)),
        Attention.NORMAL: Act(
            _("Hear of it again") if now == Attention.MUTED else _("Watch no longer"),
            url,
            "bell",
            (("attention", "normal"),),
        ),
        Attention.MUTED: Act(_("Mute: nothing but mentions"), url, "close", (("attention", "muted"),)),
    }
    return [act for attention, act in choices.items() if attention != now]


def post_acts(visit: Visit, post: Post) -> list[Act]:
    """Return the lines of a post's menu for this reader."""
    thread, standing = visit.thread, visit.standing

    def at(name: str) -> str:
        return reverse(f"threads:{name}", args=[thread.group.slug, thread.pk, post.number])

    acts = [Act(_("Copy the link"), post.get_absolute_url(), "link", name="copy")]
    acts += parts.post_acts(visit, post)
    if post.edited_at:
        acts.append(Act(_("Versions"), at("history"), "history"))
    if visit.writes and access.is_own(post, standing):
        acts.append(Act(_("Edit"), at("edit"), "edit"))
    own = access.is_own(post, standing)
    if standing.user.is_authenticated and not own:
        acts.append(Act(_("Report"), at("report"), "flag"))
    if standing.may_moderate and not own:
        acts.append(Act(_("Hide"), at("hide"), "eye", ()))
    if may_remove(post, standing):
        acts.append(Act(_("Delete"), at("delete"), "trash"))
    return acts


@require_safe
def post_about(request: HttpRequest, slug: str, thread_id: int, number: int) -> HttpResponse:
    """Show one post and what this reader may do with it; with `menu`, only the lines, for the script of the thread's page."""
    post, standing = access.post_for_reader(request.user, slug, thread_id, number)
    if post.is_deleted:
        raise Http404(access.NO_THREAD)
    visit = Visit(request, post.thread, standing)
    acts = post_acts(visit, post)
    if "menu" in request.GET:
        return render(request, "discussions/_post_menu.html", {"post": post, "acts": acts})
    texts = Texts([post], standing)
    context = {
        "post": post,
        "thread": post.thread,
        "group": post.thread.group,
        "acts": acts,
        "body": texts.of(post),
        "voice": texts.voices.of(post),
        "link": request.build_absolute_uri(post.get_absolute_url()),
        "audience": readers_of(post.thread.group),
    }
    return render(request, "discussions/post.html", context)
