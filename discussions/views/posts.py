"""Posting, and what is done with one post: editing, deleting, its versions."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import diff, quotations
from core.errors import Conflict, DomainError
from discussions import access, mentions, quotes, services
from discussions.audience import readers_of_thread
from discussions.filling import Texts, references_to, spelled
from discussions.forms import DeleteForm, EditForm, PostForm
from discussions.models import Post, PostVersion
from discussions.views.page import Composer, ThreadPage
from discussions.views.threads import show
from discussions.views.writing import previewed
from discussions.voices import Said, Voices
from groups.standing import Standing
from partners.capacity import Capacity

VERSIONS_SIZE = 20


@login_required
@require_POST
def post_new(request: HttpRequest, slug: str, thread_id: int) -> HttpResponse:
    """Add a post; refused, the thread's page comes back with the text and the reason. With `preview`, nothing is kept."""
    thread, standing = access.thread_with_unread(request.user, slug, thread_id)
    if not access.writes(standing):
        raise Http404(access.NO_THREAD)
    page = ThreadPage(request, thread, standing)
    form = PostForm(request.POST, capacities=standing.capacities)
    if "preview" in request.POST:
        body = request.POST.get("body", "")
        page.go_to(page=page.last_page)
        # "thread" is the button that answers the thread instead of one post: what was typed stays.
        to_thread = request.POST["preview"] == "thread"
        composer = Composer.of_form(PostForm(request.POST), standing.capacities, reply=not to_thread, judged=False)
        preview = None if to_thread else previewed(body, thread.group, standing)
        return show(request, page, composer=composer, preview=preview)
    if form.is_valid():
        sent = form.cleaned_data
        try:
            post = services.post(
                thread,
                by=standing.speak(form.organisation_id),
                body=sent["body"],
                key=sent["key"],
                reply_to=_answered(page, sent["reply"]),
            )
        except Conflict as conflict:
            form.refuse_key(conflict)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            if sent["seen"]:
                services.mark_read(thread, user=post.author, number=sent["seen"])
            return redirect(post)
    page.go_to(page=page.last_page)
    return show(request, page, composer=Composer.of_form(form, standing.capacities))


def _answered(page: ThreadPage, number: int | None) -> Post | None:
    if not number or number <= page.floor:
        return None
    return page.thread.posts.filter(number=number).first()


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def post_edit(request: HttpRequest, slug: str, thread_id: int, number: int) -> HttpResponse:
    """Edit one's own post. Changed meanwhile, both texts are shown and the own one stays in the editor."""
    post, standing = access.post_for_author(request.user, slug, thread_id, number)
    group = post.thread.group
    preview = current = None
    if request.method == "POST":
        form = EditForm(request.POST)
        if "preview" in request.POST:
            preview = previewed(request.POST.get("body", ""), group, standing)
            form = EditForm(initial=request.POST.dict())
        elif form.is_valid():
            try:
                services.edit_post(
                    post, by=_writer(post, standing), body=form.cleaned_data["body"], base=form.cleaned_data["base"]
                )
            except Conflict as conflict:
                current = conflict.current if isinstance(conflict.current, Post) else post
                # Saving again replaces the text that is shown beside.
                form = EditForm({**request.POST.dict(), "base": current.version})
                form.add_error(None, conflict.message)
            except DomainError as refused:
                form.add_error(None, refused.message)
            else:
                return redirect(post)
    else:
        form = EditForm(
            initial={"body": quotes.spell(mentions.spell(post.body, group), post.thread), "base": post.version}
        )
    context = {
        "post": post,
        "thread": post.thread,
        "group": group,
        "form": form,
        "preview": preview,
        "current": current and quotes.spell(mentions.spell(current.body, group), post.thread),
        "audience": readers_of_thread(post.thread),
    }
    return render(request, "discussions/post_edit.html", context, status=200 if current is None else 409)


def _writer(post: Post, standing: Standing) -> Capacity:
    """Return the capacity an edit is made in: the one the post was written in, where the person still has it."""
    same = [one for one in standing.capacities if one.organisation_id == post.organisation_id]
    return (same or standing.capacities)[0]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def post_delete(request: HttpRequest, slug: str, thread_id: int, number: int) -> HttpResponse:
    """Ask once more, then delete."""
    post, standing = access.post_for_remover(request.user, slug, thread_id, number)
    if post.is_deleted:
        if request.method == "POST" and access.is_own(post, standing):  # their own that a lead has hidden
            services.delete_post(post, by=_remover(post, standing))
        return redirect(post)
    own = access.is_own(post, standing)
    form = DeleteForm(request.POST if request.method == "POST" else None, must_say=not own)
    if request.method == "POST" and form.is_valid():
        by = _remover(post, standing) if own else standing.act()
        try:
            services.delete_post(post, by=by, reason=form.cleaned_data["reason"])
        except DomainError as refused:
            form.add_error("reason", refused.message)
        else:
            messages.success(request, _("The post is deleted; its number stays."))
            return redirect(post)
    texts = Texts([post], standing)
    context = {
        "post": post,
        "thread": post.thread,
        "group": post.thread.group,
        "form": form,
        "own": own,
        "body": texts.of(post),
        "voice": texts.voices.of(post),
        "audience": readers_of_thread(post.thread),
    }
    return render(request, "discussions/post_delete.html", context)


def _remover(post: Post, standing: Standing) -> Capacity:
    """Return the capacity in which authors delete; who only observes by now still may."""
    return _writer(post, standing) if standing.capacities else standing.seats[0].affiliation.capacity


@require_safe
def post_history(request: HttpRequest, slug: str, thread_id: int, number: int) -> HttpResponse:
    """Show every version of a post, the newest first, each with what it changed."""
    post, standing = access.post_for_reader(request.user, slug, thread_id, number)
    if post.is_deleted:
        raise Http404(access.NO_THREAD)
    pages = Paginator(range(post.version, 0, -1), VERSIONS_SIZE)
    page = pages.get_page(request.GET.get("page"))
    numbers = list(page.object_list)
    versions = list(
        PostVersion.objects.filter(post=post, number__gte=numbers[-1] - 1, number__lte=numbers[0]).order_by("-number")
    )
    named = {pk for version in versions for pk in mentions.ids_in(version.body)}
    said = [Said.of(one) for one in versions]
    voices = Voices(standing, said, mentioned=named)
    references = references_to({pk for one in versions for pk in quotations.words_in(one.body)}, standing)
    sources = {one.number: spelled(one.body, references, standing.history_from) for one in versions}
    texts = {at: mentions.replaced(source, voices.people, _("a participant")) for at, source in sources.items()}
    rows, effort = [], diff.Effort()
    for version in versions:
        if version.number not in numbers:
            continue
        rows.append(
            {
                "number": version.number,
                "voice": voices.of(version),
                "at": version.created_at,
                "pieces": diff.words(texts.get(version.number - 1, ""), texts[version.number], effort)
                if version.number > 1
                else [diff.Piece("same", texts[1])],
            }
        )
    context = {
        "post": post,
        "thread": post.thread,
        "group": post.thread.group,
        "rows": rows,
        "page": page,
        "audience": readers_of_thread(post.thread),
    }
    return render(request, "discussions/post_history.html", context)
