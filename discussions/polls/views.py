"""Asking, the page of a poll, voting, closing early, the result as a table."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import Conflict, DomainError
from core.tables import csv_response
from discussions.access import NO_THREAD, thread_for_writer
from discussions.audience import readers_of_thread
from discussions.names import Names, tells_who
from discussions.polls import access, services
from discussions.polls.forms import PollForm, VoteForm
from discussions.polls.models import Ballot, Poll
from discussions.polls.results import PollShown, details_of, polls_in
from groups.breakdown import type_label
from groups.standing import Standing


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def poll_new(request: HttpRequest, slug: str, thread_id: int) -> HttpResponse:
    """Ask a question in a thread that takes something yet."""
    thread, standing = thread_for_writer(request.user, slug, thread_id)
    if not (standing.may_post and thread.takes_posts):
        raise Http404(NO_THREAD)
    form = PollForm(request.POST or None, standing=standing)
    if request.method == "POST" and form.is_valid():
        sent = {name: value for name, value in form.cleaned_data.items() if name != "as"}
        try:
            poll = services.start_poll(thread, by=standing.speak(form.organisation_id), **sent)
        except Conflict as conflict:
            form.refuse_key(conflict)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            return redirect(f"{thread.get_absolute_url()}#poll-{poll.pk}")
    context = {"thread": thread, "group": thread.group, "form": form, "audience": readers_of_thread(thread)}
    return render(request, "polls/new.html", context)


@require_safe
def poll_page(request: HttpRequest, slug: str, thread_id: int, poll_id: int) -> HttpResponse:
    """Show a poll: its rules, the ballot, and once it is shown the result with who voted and by stakeholder type."""
    poll, standing = access.poll_for_reader(request.user, slug, thread_id, poll_id)
    return _page(request, poll, standing)


def _page(request: HttpRequest, poll: Poll, standing: Standing, form: VoteForm | None = None) -> HttpResponse:
    shown = _shown(poll, standing)
    if form is None and shown.may_vote:
        form = VoteForm(shown, standing=standing)
    asker = (poll.author_id, poll.organisation_id, poll.function)
    context = {
        "shown": shown,
        "poll": shown.poll,
        "thread": poll.thread,
        "group": poll.thread.group,
        "standing": standing,
        "form": form,
        "asker": Names(standing, [asker], thread=poll.thread).of(*asker),
        "details": details_of(shown, standing) if shown.shows_result else None,
        "audience": readers_of_thread(poll.thread),
    }
    return render(request, "polls/page.html", context)


def _shown(poll: Poll, standing: Standing) -> PollShown:
    (shown,) = polls_in(poll.thread, standing, only=poll.pk)
    return shown


@login_required
@require_POST
def poll_vote(request: HttpRequest, slug: str, thread_id: int, poll_id: int) -> HttpResponse:
    """Cast or change a vote; what is wrong with it is said on the poll's page."""
    poll, standing = access.poll_for_voter(request.user, slug, thread_id, poll_id)
    form = VoteForm(_shown(poll, standing), request.POST, standing=standing)
    if form.is_valid():
        try:
            cast = services.vote(
                poll, by=standing.speak(form.organisation_id), options=form.numbers, key=form.cleaned_data["key"]
            )
        except Conflict as conflict:
            form.refuse_key(conflict)
        except DomainError as refused:
            form.add_error("option", refused.message)
        else:
            messages.success(request, _said(cast, poll, standing))
            return redirect(f"{poll.thread.get_absolute_url()}#poll-{poll.pk}")
    return _page(request, poll, standing, form)


def _said(cast: services.Cast, poll: Poll, standing: Standing) -> str:
    """Return what whoever voted is told: for whom it counts, and whose vote it replaces."""
    if not poll.by_organisation:
        return _("Your vote is changed.") if cast.replaced else _("Your vote counts.")
    words: dict[str, Any] = {"organisation": cast.ballot.organisation}
    if cast.replaced is None:
        return _("Your vote counts for %(organisation)s.") % words
    before = cast.replaced
    if before.author_id == cast.ballot.author_id:
        return _("The vote of %(organisation)s is changed.") % words
    names = Names(standing, [(before.author_id, before.organisation_id, before.function)])
    words["who"] = names.of(before.author_id, before.organisation_id, before.function).label
    return _("Your vote counts for %(organisation)s; it replaces the one by %(who)s, who is told.") % words


@login_required
@require_POST
def poll_close(request: HttpRequest, slug: str, thread_id: int, poll_id: int) -> HttpResponse:
    """End a poll before its time."""
    poll, standing = access.poll_for_keeper(request.user, slug, thread_id, poll_id)
    try:
        services.close_poll(poll, by=standing.capacities[0])
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("The poll is closed."))
    return redirect(poll)


@require_safe
def poll_csv(request: HttpRequest, slug: str, thread_id: int, poll_id: int) -> HttpResponse:
    """Return the result as a table, to who sees it: the voices of a named poll, the numbers of an anonymous one."""
    poll, standing = access.poll_for_reader(request.user, slug, thread_id, poll_id)
    shown = _shown(poll, standing)
    if not shown.shows_result:
        raise Http404(access.NO_POLL)
    if not poll.named or not tells_who(poll.thread, standing):
        rows: list[list[Any]] = [[option.text, option.votes] for option in shown.options]
        return csv_response("poll", [_("Option"), _("Voices")], rows)
    ballots = list(
        Ballot.objects.filter(poll=poll)
        .standing()
        .select_related("organisation")
        .prefetch_related("options")
        .order_by("created_at", "pk")
    )
    names = Names(
        standing, [(one.author_id, one.organisation_id, one.function) for one in ballots], thread=poll.thread
    )
    rows = []
    for one in ballots:
        who = names.of(one.author_id, one.organisation_id, one.function)
        kind = type_label(one.organisation.stakeholder_type) if one.organisation else ""
        at = timezone.localtime(one.created_at).isoformat(timespec="minutes")
        chosen = {option.number for option in one.options.all()}
        cells = [1 if option.number in chosen else 0 for option in shown.options]
        rows.append([who.organisation, kind, who.name or "", who.function, at, *cells])
    heads = [_("Organisation"), _("Stakeholder type"), _("Cast by"), _("Function"), _("When")]
    return csv_response("poll", [*heads, *(option.text for option in shown.options)], rows)
