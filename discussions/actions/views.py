"""A group's actions: the list, a new one, one by itself with its history, changing it, the table to take away."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedInRequest
from core import markdown
from core.errors import Conflict, DomainError
from core.tables import csv_response
from discussions.actions import access, services
from discussions.actions.forms import ActionForm, ChangeForm, DropForm, SettleForm
from discussions.actions.history import history_of
from discussions.actions.listing import LIST_SIZE, ORDERS, STATES, Wanted, rows, today
from discussions.actions.models import TEXT_LENGTH, Action, State
from discussions.electorate import reads
from discussions.models import Post
from groups.audience import readers_of
from groups.models import Group
from groups.standing import Standing
from partners.models import Organisation


@require_safe
def action_list(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what the group has agreed to do: what is open first, filtered and sorted as asked."""
    group, standing, actions = access.actions_for_reader(request.user, slug)
    wanted = _wanted(request, standing)
    page = Paginator(wanted.among(actions, request.user, today()), LIST_SIZE).get_page(request.GET.get("page"))
    owners = Organisation.objects.filter(pk__in=actions.order_by().values("owner")).for_display()
    context = {
        "group": group,
        "standing": standing,
        "rows": rows(page.object_list, request.user, standing),
        "page": page,
        "wanted": wanted,
        "states": STATES,
        "orders": ORDERS,
        # Names stand in a choice only for who takes part: they know every member by name.
        "owners": owners if standing.is_participant else (),
    }
    return render(request, "actions/list.html", context)


def _wanted(request: HttpRequest, standing: Standing) -> Wanted:
    """Return what was asked for; who is told no names does not choose by organisation, which would tell whose an action is."""
    wanted = Wanted.of(request.GET)
    return wanted if standing.is_participant else replace(wanted, owner=0)


@login_required
@require_safe
def own_actions(request: SignedInRequest) -> HttpResponse:
    """Show what the reader and their organisations have to do, over all groups that they may read."""
    wanted = Wanted.of(request.GET)
    wanted = Wanted(state=wanted.state, order=wanted.order, mine=True)
    actions = wanted.among(Action.objects.visible_to(request.user), request.user, today())
    page = Paginator(actions, LIST_SIZE).get_page(request.GET.get("page"))
    context = {
        "rows": rows(page.object_list, request.user),
        "page": page,
        "wanted": wanted,
        "states": STATES,
        "orders": ORDERS,
    }
    return render(request, "actions/own.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def action_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Write an action down."""
    group, standing = access.group_for_planner(request.user, slug)
    return _new(request, group, standing)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def action_from_post(request: HttpRequest, slug: str, thread_id: int, number: int) -> HttpResponse:
    """Write down what was agreed in a post."""
    post, standing = access.post_for_planner(request.user, slug, thread_id, number)
    return _new(request, post.thread.group, standing, post)


def _new(request: HttpRequest, group: Group, standing: Standing, post: Post | None = None) -> HttpResponse:
    begun: dict[str, Any] = {"text": markdown.excerpt(post.searched(), TEXT_LENGTH - 1)} if post else {}
    if len(standing.capacities) == 1:
        begun["owner"] = str(standing.capacities[0].organisation_id)
    form = ActionForm(request.POST or None, standing=standing, initial=begun)
    if request.method == "POST" and form.is_valid():
        try:
            action = services.add_action(
                group,
                by=standing.speak(form.organisation_id),
                key=form.cleaned_data["key"],
                post=post,
                **form.sent,
            )
        except Conflict as conflict:
            form.refuse_key(conflict)
        except DomainError as refused:
            form.add_error("owner", refused.message)
        else:
            messages.success(request, _("The action is written down, and who has it is told."))
            return redirect(action)
    context = {"group": group, "standing": standing, "form": form, "post": post, "audience": readers_of(group)}
    return render(request, "actions/new.html", context)


@require_safe
def action_page(request: HttpRequest, slug: str, action_id: int) -> HttpResponse:
    """Show one action: who does it until when, where it was agreed, and every change of it."""
    action, standing = access.action_for_reader(request.user, slug, action_id)
    return _page(request, action, standing)


def _page(
    request: HttpRequest, action: Action, standing: Standing, drop: DropForm | None = None, status: int = 200
) -> HttpResponse:
    (row,) = rows([action], request.user, standing)
    context = {
        "group": action.group,
        "standing": standing,
        "action": action,
        "row": row,
        "post": action.post if action.post and reads(standing, action.post.created_at) else None,
        "history": history_of(action, standing),
        "drop": drop or DropForm(initial={"base": action.version, "state": State.DROPPED}),
    }
    return render(request, "actions/page.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def action_change(request: HttpRequest, slug: str, action_id: int) -> HttpResponse:
    """Change an action. Changed meanwhile, what stands there now is shown and saving again is a choice."""
    action, standing = access.action_for_changer(request.user, slug, action_id)
    form = ChangeForm(request.POST or None, standing=standing, action=action)
    current: Action | None = None
    if request.method == "POST" and form.is_valid():
        try:
            services.change_action(action, by=standing.capacities[0], base=form.cleaned_data["base"], **form.sent)
        except Conflict as conflict:
            assert isinstance(conflict.current, Action)
            current = conflict.current
            sent = {**{name: form.data[name] for name in form.data}, "base": current.version}
            form = ChangeForm(sent, standing=standing, action=current)
            form.add_error(None, conflict.message)
        except DomainError as refused:
            form.add_error("owner", refused.message)
        else:
            messages.success(request, _("Saved."))
            return redirect(action)
    context = {
        "group": action.group,
        "standing": standing,
        "action": action,
        "form": form,
        "current": rows([current], request.user)[0] if current else None,
        "audience": readers_of(action.group),
    }
    return render(request, "actions/change.html", context, status=409 if current else 200)


@login_required
@require_POST
def action_settle(request: HttpRequest, slug: str, action_id: int) -> HttpResponse:
    """Say that it is done, or dropped with a reason, or open again; on the list one stays on the list."""
    action, standing = access.action_for_changer(request.user, slug, action_id)
    drops = request.POST.get("state") == State.DROPPED
    form = DropForm(request.POST) if drops else SettleForm(request.POST)
    if not form.is_valid():
        return _page(request, action, standing, form if isinstance(form, DropForm) else None)
    sent, by = form.cleaned_data, standing.capacities[0]
    try:
        if drops:
            services.drop_action(action, by=by, base=sent["base"], reason=sent["reason"])
        elif sent["state"] == State.DONE:
            services.finish_action(action, by=by, base=sent["base"])
        else:
            services.reopen_action(action, by=by, base=sent["base"])
    except DomainError as refused:
        messages.error(request, refused.message)
        return redirect(action)
    said = {State.DONE: _("Marked as done."), State.DROPPED: _("The action is dropped."), State.OPEN: _("Open again.")}
    messages.success(request, said[State(sent["state"])])
    return redirect("actions:list", slug) if request.POST.get("from") == "list" else redirect(action)


@require_safe
def action_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the actions that the list shows, all of them, as a table."""
    _group, standing, actions = access.actions_for_reader(request.user, slug)
    found = rows(_wanted(request, standing).among(actions, request.user, today()), request.user, standing)
    heads = [_("Action"), _("Organisation"), _("Person"), _("Until"), _("State"), _("Reason"), _("Latest change")]
    table = [
        [
            row.action.text,
            row.owner.organisation,
            row.owner.name or "",
            row.action.due_on.isoformat(),
            row.action.get_state_display(),
            row.action.reason,
            timezone.localtime(row.action.changed_at).isoformat(timespec="minutes"),
        ]
        for row in found
    ]
    return csv_response("actions", heads, table)
