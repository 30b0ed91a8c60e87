"""Who belongs to a group, and what leads, focal points and people themselves do about it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from groups import services
from groups.access import NO_GROUP, group_for, group_for_manager, membership_in, participant_in
from groups.forms import NoteForm, PersonForm, ReasonForm, RoleForm
from groups.models import Group, Membership
from groups.roster import Roster, roster_of
from groups.standing import Standing
from groups.views.answers import attempt, attempt_with, first_error
from partners.capacity import Capacity


@require_safe
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the member organisations and, to those who may see them, the people; leads find the waiting requests here."""
    return _page(request, *group_for(request.user, slug))


def _page(
    request: HttpRequest,
    group: Group,
    standing: Standing,
    *,
    refused: ReasonForm | None = None,
    at: Membership | None = None,
) -> HttpResponse:
    """Draw the page; a form that was refused stands at its place, open, with what was typed."""
    roster = roster_of(group, standing)
    context = {
        "group": group,
        "standing": standing,
        "refused": refused,
        "refused_at": at.pk if at else None,
        "roster": roster,
        "requests": _waiting(group) if standing.may_manage else [],
        "roles": Membership.Role.choices,
        "may_name_lead": _may_name_lead(group, standing),
        "own": _own_places(roster, standing),
    }
    return render(request, "groups/members.html", context, status=422 if refused else 200)


def _waiting(group: Group) -> list[Membership]:
    waiting = group.memberships.filter(state=Membership.State.REQUESTED).select_related("organisation")
    return list(waiting.order_by("created_at"))


def _may_name_lead(group: Group, standing: Standing) -> bool:
    return standing.is_secretariat and Group.objects.without_lead().filter(pk=group.pk).exists()


def _own_places(roster: Roster, standing: Standing) -> list[dict[str, object]]:
    """Return, for focal points, their organisations' places with the people in them and a form to name another."""
    if not standing.user.is_authenticated:
        return []
    focal = standing.focal_for
    mine = [one for section in roster.sections for one in section.members if one.organisation_id in focal]
    return [
        {
            "membership": one,
            "form": PersonForm(
                organisation_id=one.organisation_id,
                seated=[seat.user_id for seat in one.seats],  # type: ignore[attr-defined]
                auto_id=f"person-{one.pk}-%s",
            ),
        }
        for one in mine
    ]


def _back(group: Group) -> HttpResponse:
    return redirect("groups:members", slug=group.slug)


@login_required
@require_POST
def accept(request: HttpRequest, slug: str, membership_id: int) -> HttpResponse:
    """Accept a waiting request, in the role chosen."""
    group, standing = group_for_manager(request.user, slug)
    membership = membership_in(group, membership_id)
    role = request.POST.get("role") or Membership.Role.MEMBER
    attempt(
        request,
        lambda: services.accept_request(membership, by=standing.act(), role=role),
        _("%(organisation)s belongs to the group now.") % {"organisation": membership.organisation},
    )
    return _back(group)


@login_required
@require_POST
def decline(request: HttpRequest, slug: str, membership_id: int) -> HttpResponse:
    """Decline a waiting request with a reason."""
    group, standing = group_for_manager(request.user, slug)
    membership = membership_in(group, membership_id)
    form = ReasonForm.beside("decline", membership.pk, request.POST)
    if not (
        form.is_valid()
        and attempt_with(form, lambda: services.decline_request(membership, by=standing.act(), **form.cleaned_data))
    ):
        return _page(request, group, standing, refused=form, at=membership)
    messages.success(
        request, _("Declined. %(organisation)s reads the reason.") % {"organisation": membership.organisation}
    )
    return _back(group)


@login_required
@require_POST
def change_role(request: HttpRequest, slug: str, membership_id: int) -> HttpResponse:
    """Change what a member organisation is; in a group without a lead, the Secretariat names one."""
    group, standing = group_for(request.user, slug)
    if not standing.may_manage and not _may_name_lead(group, standing):
        raise Http404(NO_GROUP)
    membership = membership_in(group, membership_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, first_error(form))
        return _back(group)
    role = form.cleaned_data["role"]
    attempt(
        request,
        lambda: services.change_membership_role(membership, by=standing.act(), role=role),
        _("%(organisation)s is now: %(role)s.")
        % {"organisation": membership.organisation, "role": Membership.Role(role).label},
    )
    return _back(group)


@login_required
@require_POST
def remove(request: HttpRequest, slug: str, membership_id: int) -> HttpResponse:
    """Remove an organisation with a reason."""
    group, standing = group_for_manager(request.user, slug)
    membership = membership_in(group, membership_id)
    form = ReasonForm.beside("remove", membership.pk, request.POST)
    if not (
        form.is_valid()
        and attempt_with(form, lambda: services.remove_membership(membership, by=standing.act(), **form.cleaned_data))
    ):
        return _page(request, group, standing, refused=form, at=membership)
    messages.success(
        request,
        _("%(organisation)s was removed; its people have lost the group.") % {"organisation": membership.organisation},
    )
    return _back(group)


def _as_focal(request: HttpRequest, slug: str, membership_id: int) -> tuple[Group, Membership, Capacity]:
    """Return the group, the membership and the capacity of its organisation's focal point; to others it looks like none."""
    group, standing = group_for(request.user, slug)
    membership = membership_in(group, membership_id)
    if membership.organisation_id not in standing.focal_for:
        raise Http404(NO_GROUP)
    return group, membership, standing.for_organisation(membership.organisation_id)


@login_required
@require_POST
def leave(request: HttpRequest, slug: str, membership_id: int) -> HttpResponse:
    """Take one's organisation out of the group."""
    group, membership, by = _as_focal(request, slug, membership_id)
    left = attempt(
        request,
        lambda: services.leave(membership, by=by),
        _("%(organisation)s has left “%(group)s”.") % {"organisation": membership.organisation, "group": group},
    )
    return redirect("groups:list") if left else _back(group)


@login_required
@require_POST
def name_person(request: HttpRequest, slug: str, membership_id: int) -> HttpResponse:
    """Let a colleague take part."""
    group, membership, by = _as_focal(request, slug, membership_id)
    form = PersonForm(request.POST, organisation_id=membership.organisation_id)
    if not form.is_valid():
        messages.error(request, first_error(form))
        return _back(group)
    affiliation = form.cleaned_data["affiliation"]
    attempt(
        request,
        lambda: services.name_participant(membership, affiliation=affiliation, by=by),
        _("%(person)s takes part now and has been told.") % {"person": affiliation.user.display_name},
    )
    return _back(group)


@login_required
@require_POST
def take_part(request: HttpRequest, slug: str, membership_id: int) -> HttpResponse:
    """Take part oneself, as a focal point of a member organisation."""
    group, membership, by = _as_focal(request, slug, membership_id)
    own = by.user.affiliations.get(organisation=membership.organisation_id, state="active")
    attempt(
        request,
        lambda: services.name_participant(membership, affiliation=own, by=by),
        _("You take part now. Welcome."),
    )
    return redirect(group)


@login_required
@require_POST
def stop(request: HttpRequest, slug: str, participant_id: int) -> HttpResponse:
    """End somebody's part, or one's own."""
    group, standing = group_for(request.user, slug)
    seat = participant_in(group, participant_id)
    own = seat.user_id == standing.user.pk
    organisation_id = seat.membership.organisation_id
    if own or organisation_id in standing.focal_for:
        by = standing.for_organisation(organisation_id)
        form: ReasonForm = NoteForm.beside("end", seat.pk, request.POST)
    elif standing.may_manage:
        by = standing.act()
        form = ReasonForm.beside("end", seat.pk, request.POST)
    else:
        raise Http404(NO_GROUP)
    if not (
        form.is_valid() and attempt_with(form, lambda: services.end_participation(seat, by=by, **form.cleaned_data))
    ):
        if standing.may_manage and not own:
            return _page(request, group, standing, refused=form, at=seat.membership)
        messages.error(request, first_error(form))
        return redirect(group) if own else _back(group)
    messages.success(
        request,
        _("You no longer take part in “%(group)s”.") % {"group": group}
        if own
        else _("%(person)s no longer takes part.") % {"person": seat.user.display_name},
    )
    if own and not Group.objects.visible_to(request.user).filter(pk=group.pk).exists():
        return redirect("groups:list")
    return redirect(group) if own else _back(group)
