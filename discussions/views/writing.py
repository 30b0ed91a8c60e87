"""What helps while somebody writes: preview, drafts, names to mention; and how far they have read."""

from functools import partial

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core import markdown
from discussions import access, mentions, services
from discussions.forms import DraftForm
from discussions.models import Post, Thread
from discussions.models.post import BODY_LENGTH
from discussions.services.writing import written
from discussions.views.requests import number, person
from discussions.voices import Voices
from groups.access import group_for_participant, group_for_reader
from groups.models import Group
from groups.standing import Standing


def previewed(body: str, group: Group, standing: Standing) -> SafeString:
    """Return the text as it would look in the group; nothing is kept of it."""
    text, html, people = written(markdown.clean(body)[:BODY_LENGTH], partial(mentions.people_of, group))
    if not text.strip():
        html = markdown.plain(_("Nothing written yet."))
    return markdown.fill(html, Voices(standing, [], mentioned=people).people, _("a participant"))


@login_required
@require_POST
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer with the HTML of a text, for the script that shows it below the editor."""
    group, standing = group_for_reader(request.user, slug)
    if not access.writes(standing):
        raise Http404
    return render(
        request, "discussions/_preview.html", {"preview": previewed(request.POST.get("body", ""), group, standing)}
    )


@login_required
@require_safe
def people(request: HttpRequest, slug: str) -> JsonResponse:
    """Answer with the names that may be mentioned; to participants only."""
    group, _standing = group_for_participant(request.user, slug)
    listed = [{"name": person.label, "organisation": person.organisation} for person in mentions.people_of(group)]
    return JsonResponse({"people": listed})


@login_required
@require_POST
def draft(request: HttpRequest, slug: str, thread_id: int | None = None) -> HttpResponse:
    """Keep, or with an empty text throw away, what the person has begun to write here."""
    thread: Thread | None = None
    if thread_id is None:
        group, standing = access.group_for_starter(request.user, slug)
    else:
        thread, standing = access.thread_for_writer(request.user, slug, thread_id)
        group = thread.group
    form = DraftForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=400)
    sent = form.cleaned_data
    services.save_draft(
        user=person(request),
        group=group,
        thread=thread,
        body=sent["body"],
        title=sent["title"],
        kind=sent["kind"],
        reply_to=_answered(thread, standing, sent["reply"]),
        attribution=sent["rule"],
        acknowledge=sent["acknowledge"],
        open_until=sent["open_until"],
        key=sent["key"],
    )
    if "discard" in request.POST:
        services.discard_draft(user=person(request), group=group, thread=thread)
        return redirect(thread) if thread else redirect("threads:list", slug)
    return HttpResponse(status=204)


def _answered(thread: Thread | None, standing: Standing, answered: int | None) -> Post | None:
    if thread is None or not answered:
        return None
    return thread.posts.since(standing.history_from).filter(number=answered).first()


@login_required
@require_POST
def read(request: HttpRequest, slug: str, thread_id: int) -> HttpResponse:
    """Raise the reader's mark to `number`: by the script for what came into sight, without it by a button.

    Opening a page marks nothing: a GET may be a prefetch, a link's preview or somebody going back, and changes nothing.
    """
    thread, _standing = access.thread_for_reader(request.user, slug, thread_id)
    services.mark_read(thread, user=person(request), number=number(request.POST.get("number")))
    if "script" in request.POST:
        return HttpResponse(status=204)
    return redirect(thread.get_absolute_url() + "?unread=1")
