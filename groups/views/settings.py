"""The settings of a group, for its leads: texts, access, invitations, working groups, state, and the record of acts."""

from typing import Any

from django.conf import settings as conf
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import Conflict
from groups import services
from groups.access import NO_GROUP, group_for_keeper, group_for_manager
from groups.forms import AccessForm, EditForm, InviteForm, LettersForm, StateForm, WorkingGroupForm
from groups.letters import KIND
from groups.models import Group, Invitation, Join
from groups.navigation import settings_sections
from groups.record import entries_of, told
from groups.services.settings import CHOICES
from groups.standing import Standing
from groups.views.answers import attempt, attempt_with
from notifications.guests import undelivered

TEXTS = ("name", "theme", "summary", "terms")
PER_PAGE = 50


def _page(
    request: HttpRequest, section: str, group: Group, standing: Standing, *, status: int = 200, **context: Any
) -> HttpResponse:
    sections = settings_sections(group, standing, f"groups:{section}")
    context |= {"group": group, "standing": standing, "section": section, "sections": sections}
    return render(request, f"groups/settings/{section}.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def texts(request: HttpRequest, slug: str) -> HttpResponse:
    """Change what the group says of itself; a change made meanwhile by somebody else is shown, not undone."""
    group, standing = group_for_manager(request.user, slug)
    initial = {field: getattr(group, field) for field in TEXTS} | {"version": group.version}
    form = EditForm(request.POST or None, initial=initial)
    current: Group | None = None
    if request.method == "POST" and form.is_valid():
        try:
            if attempt_with(form, lambda: services.edit_group(group, by=standing.act(), **form.cleaned_data)):
                messages.success(request, _("Saved."))
                return redirect("groups:settings", slug=slug)
        except Conflict as conflict:
            current = _set_against(form, conflict)
    status = 409 if current else 422 if form.errors else 200
    return _page(request, "settings", group, standing, form=form, current=current, status=status)


def _set_against(form: EditForm | AccessForm, conflict: Conflict) -> Group:
    """Keep what was typed, now against the newest version, so that saving again is a choice; return what stands there."""
    now = conflict.current
    assert isinstance(now, Group)
    form.data = {name: form.data[name] for name in form.data} | {"version": str(now.version)}
    form.add_error(None, conflict.message)
    return now


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def access(request: HttpRequest, slug: str) -> HttpResponse:
    """Change who may find, read, join and start threads."""
    group, standing = group_for_manager(request.user, slug)
    initial = {field: getattr(group, field) for field in CHOICES} | {"version": group.version}
    form = AccessForm(request.POST or None, initial=initial, parent=group.parent)
    changed: list[Group] = []
    current: Group | None = None
    if request.method == "POST" and form.is_valid():
        data: dict[str, Any] = form.cleaned_data
        try:
            if attempt_with(form, lambda: changed.append(services.change_switches(group, by=standing.act(), **data))):
                messages.success(request, _("Saved. It holds at once, on every page and in every open room."))
                return redirect("groups:access", slug=changed[0].slug)
        except Conflict as conflict:
            current = _set_against(form, conflict)
    narrower = group.working_groups.count() if group.parent_id is None else 0
    status = 409 if current else 422 if form.errors else 200
    return _page(request, "access", group, standing, form=form, current=current, narrower=narrower, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def letters(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose whether letters about the group hold what was written in it; in a hidden group they never do."""
    group, standing = group_for_manager(request.user, slug)
    form = LettersForm(request.POST or None, initial={"mail_content": "1" if group.mail_content else ""})
    if request.method == "POST" and form.is_valid():
        holds = form.cleaned_data["mail_content"] == "1"
        if attempt_with(form, lambda: services.set_mail_content(group, by=standing.act(), holds_words=holds)):
            messages.success(request, _("Saved."))
            return redirect("groups:letters", slug=slug)
    never = conf.MAIL_CONTENT == "never"
    return _page(request, "letters", group, standing, form=form, never=never, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def invitations(request: HttpRequest, slug: str) -> HttpResponse:
    """Invite by mail, and see what became of each invitation."""
    group, standing = group_for_manager(request.user, slug)
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data: dict[str, Any] = form.cleaned_data
        if attempt_with(form, lambda: services.invite(group, by=standing.act(), **data)):
            messages.success(request, _("Invited. The mail is on its way."))
            return redirect("groups:invitations", slug=slug)
    listed = Paginator(group.invitations.select_related("invited_by").order_by("-created_at", "-pk"), PER_PAGE)
    page = listed.get_page(request.GET.get("page"))
    failed = undelivered(KIND, [one.pk for one in page])
    status = 422 if form.errors else 200
    return _page(request, "invitations", group, standing, form=form, page=page, undelivered=failed, status=status)


def _invitation(group: Group, invitation_id: int) -> Invitation:
    invitation = group.invitations.filter(pk=invitation_id).first()
    if invitation is None:
        raise Http404(NO_GROUP)
    return invitation


@login_required
@require_POST
def send_again(request: HttpRequest, slug: str, invitation_id: int) -> HttpResponse:
    """Mail an open invitation once more."""
    group, standing = group_for_manager(request.user, slug)
    invitation = _invitation(group, invitation_id)
    attempt(
        request, lambda: services.send_again(invitation, by=standing.act()), _("Sent again, for another seven days.")
    )
    return redirect("groups:invitations", slug=slug)


@login_required
@require_POST
def revoke(request: HttpRequest, slug: str, invitation_id: int) -> HttpResponse:
    """Take an invitation back."""
    group, standing = group_for_manager(request.user, slug)
    invitation = _invitation(group, invitation_id)
    attempt(
        request,
        lambda: services.revoke_invitation(invitation, by=standing.act()),
        _("Withdrawn. The link works no more."),
    )
    return redirect("groups:invitations", slug=slug)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def working_groups(request: HttpRequest, slug: str) -> HttpResponse:
    """List the working groups and open another."""
    group, standing = group_for_manager(request.user, slug)
    if group.parent_id:
        raise Http404(NO_GROUP)
    form = WorkingGroupForm(request.POST or None, parent=group)
    made: list[Group] = []
    if request.method == "POST" and form.is_valid():
        data: dict[str, Any] = form.cleaned_data
        if attempt_with(form, lambda: made.append(services.open_working_group(group, by=standing.act(), **data))):
            messages.success(
                request,
                _("Open. You lead it for your organisation; invite others of this group.")
                if made[0].join == Join.INVITATION
                else _("Open. You lead it for your organisation; others of this group can join."),
            )
            return redirect(made[0])
    inside = Group.objects.for_directory(request.user).filter(parent=group)
    return _page(
        request, "working_groups", group, standing, form=form, inside=inside, status=422 if form.errors else 200
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def state(request: HttpRequest, slug: str) -> HttpResponse:
    """Let the group rest, close it, or open it again: its leads, and the Secretariat."""
    group, standing = group_for_keeper(request.user, slug)
    form = StateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act, reason = form.cleaned_data["act"], form.cleaned_data["reason"]
        by = standing.act()
        done = {
            "rest": lambda: services.set_dormant(group, by=by, reason=reason),
            "close": lambda: services.close_group(group, by=by, reason=reason),
            "reopen": lambda: services.reopen_group(group, by=by),
        }[act]
        if attempt_with(form, done):
            messages.success(request, _("Done. The members see it at once."))
            return redirect("groups:state", slug=slug)
    inside = group.working_groups.exclude(state="closed").count()
    return _page(request, "state", group, standing, form=form, inside=inside, status=422 if form.errors else 200)


@login_required
@require_safe
def record(request: HttpRequest, slug: str) -> HttpResponse:
    """Show who did what in the group, when and why: newest first."""
    group, standing = group_for_manager(request.user, slug)
    page = Paginator(entries_of(group), PER_PAGE).get_page(request.GET.get("page"))
    return _page(request, "record", group, standing, page=page, acts=told(list(page)))
