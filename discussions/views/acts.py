"""What one does with a post besides answering it, and with a whole thread: the lines of their menus."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.errors import DomainError
from discussions import access, markup, parts, services
from discussions.access import may_keep, may_remove
from discussions.audience import readers_of_thread
from discussions.filling import Texts
from discussions.models import Attention, Bookmark, Emoji, Kind, Post, Thread
from discussions.parts import Act, Visit
from discussions.quotes import quoted_block
from discussions.signs import said_on, signs_on
from discussions.voices import Voices
from groups.standing import Standing
from partners.capacity import Capacity

# Posts on one page of a thread.
SIZE = 20


def thread_acts(visit: Visit) -> list[Act]:
    """Return the lines of the thread's menu for this reader; no query."""
    thread, standing = visit.thread, visit.standing

    def at(name: str) -> str:
        return reverse(f"threads:{name}", args=[thread.group.slug, thread.pk])

    acts = []
    if standing.user.is_authenticated:
        acts.append(Act(_("Bookmark"), at("bookmark"), "bookmark", (("on", "1"),)))
    acts += [*_attention_acts(thread, at("attention"), standing), *parts.thread_acts(visit)]
    if may_keep(thread, standing):
        word = _("Change title or end") if thread.kind == Kind.CONSULTATION else _("Change the title")
        if not thread.document_id:
            acts.append(Act(word, at("change"), "edit"))
        if thread.is_closed:
            acts.append(Act(_("Open again"), at("reopen"), "thread", ()))
        else:
            acts.append(Act(_("Close with a conclusion"), at("close"), "check"))
    if standing.may_moderate:
        word = _("Change the summary") if thread.summary_html else _("Write a summary")
        acts.append(Act(word, at("summary"), "document"))
        acts.append(Act(_("What leaves the group"), at("attribution"), "eye"))
        if not thread.document_id:
            acts.append(Act(_("Move posts"), at("move"), "move"))
        if thread.merged_into_id is None and not thread.document_id:
            acts.append(Act(_("Merge into another thread"), at("merge"), "thread"))
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
    if visit.writes:
        page = (post.number - 1) // SIZE + 1
        acts.insert(
            0,
            Act(
                _("Quote"),
                f"{thread.get_absolute_url()}?page={page}&quote={post.number}#answer",
                "quote",
                name="quote",
            ),
        )
    if standing.user.is_authenticated:
        marked = Bookmark.objects.filter(user=standing.user, post=post).exists()
        word = _("Remove the bookmark") if marked else _("Bookmark")
        acts.append(Act(word, at("bookmark_post"), "bookmark", () if marked else (("on", "1"),)))
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
    if standing.may_moderate and not thread.document_id:
        acts.append(
            Act(
                _("Move to another thread"),
                f"{reverse('threads:move', args=[thread.group.slug, thread.pk])}?post={post.number}",
                "move",
            )
        )
    if may_remove(post, standing):
        acts.append(Act(_("Delete"), at("delete"), "trash"))
    return acts


def _emoji(post: Post, standing: Standing) -> list[tuple[str, str, bool]]:
    """Return the signs to choose from, and of each whether the person gave it."""
    own = {sign for sign, person, _organisation in post.signs if person == standing.user.pk}
    return [(emoji.value, str(emoji.label), emoji.value in own) for emoji in Emoji]


@login_required
@require_POST
def post_react(request: HttpRequest, slug: str, thread_id: int, number: int) -> HttpResponse:
    """Give a sign (`on` names it) or take it back (`off`); a script gets the signs of the post as they are then."""
    post, standing = access.post_for_reader(request.user, slug, thread_id, number)
    if not access.writes(standing):
        raise Http404(access.NO_THREAD)
    on = "on" in request.POST
    refused = ""
    try:
        by = own_capacity(post, standing)
        post = services.react(post, by=by, emoji=request.POST.get("on" if on else "off", ""), on=on)
    except DomainError as error:
        refused = error.message
    if "script" not in request.POST:
        if refused:
            messages.error(request, refused)
        return redirect(post)
    voices = Voices(standing, said_on(post.signs, post.veil, post.thread.group_id))
    signs = signs_on(post.signs, voices, post.veil, standing)
    at = reverse("threads:react", args=[post.thread.group.slug, post.thread_id, post.number])
    html = markup.signs(signs, at, may_react=standing.may_post and post.thread.takes_posts)
    return HttpResponse(html, status=409 if refused else 200)


def own_capacity(post: Post, standing: Standing) -> Capacity:
    """Return a capacity for something small on a post: the one it was written in, where the person has that too."""
    same = [one for one in standing.capacities if one.organisation_id == post.organisation_id]
    return (same or standing.capacities)[0]


@require_safe
def post_about(request: HttpRequest, slug: str, thread_id: int, number: int) -> HttpResponse:
    """Show one post and what this reader may do with it; with `menu`, only the lines, for the script of the thread's page."""
    post, standing = access.post_for_reader(request.user, slug, thread_id, number)
    if post.is_deleted:
        raise Http404(access.NO_THREAD)
    visit = Visit(request, post.thread, standing)
    if "quote" in request.GET:
        return HttpResponse(quoted_block(post, post.thread.group), content_type="text/plain; charset=utf-8")
    acts = post_acts(visit, post)
    emoji = _emoji(post, standing) if visit.writes else ()
    react = reverse("threads:react", args=[post.thread.group.slug, post.thread_id, post.number])
    if "menu" in request.GET:
        return render(
            request, "discussions/_post_menu.html", {"post": post, "acts": acts, "emoji": emoji, "react": react}
        )
    texts = Texts([post], standing)
    context = {
        "post": post,
        "thread": post.thread,
        "group": post.thread.group,
        "acts": acts,
        "emoji": emoji,
        "react": react,
        "signs": signs_on(post.signs, texts.voices, post.veil, standing),
        "body": texts.of(post),
        "voice": texts.voices.of(post),
        "link": request.build_absolute_uri(post.get_absolute_url()),
        "audience": readers_of_thread(post.thread),
    }
    return render(request, "discussions/post.html", context)
