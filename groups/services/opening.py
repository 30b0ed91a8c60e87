"""Proposing, opening and declining groups; opening working groups."""

import uuid
from typing import TYPE_CHECKING, TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import DomainError
from core.events import publish
from core.fields import free_slug
from groups.events import (
    GroupDeclined,
    GroupOpened,
    GroupProposed,
    MembershipDeclined,
    MembershipStarted,
    RequestEnded,
)
from groups.models import Find, Group, GroupState, Membership, Read
from groups.models.group import WIDTH
from groups.services.participants import start_participant, takes_part_above
from groups.services.rights import (
    locked,
    must_be_focal,
    must_be_secretariat,
    must_have_reason,
    must_lead,
    tell_if_nobody_leads,
)
from partners.models import Affiliation

if TYPE_CHECKING:
    from partners.capacity import Capacity


class Switches(TypedDict, total=False):
    """Who may find, read, join, and start threads; what newcomers may read of what came before."""

    find: str
    read: str
    join: str
    start_threads: str
    history: str


def check_switches(group: Group, parent: Group | None) -> None:
    """Refuse what cannot hold: read by more people than may find it, or a working group wider than its parent."""
    if WIDTH[group.read] < WIDTH[group.find]:
        raise DomainError(_("Nobody reads what they cannot find: narrow who may read, or widen who may find."))
    if parent and (WIDTH[group.find] < WIDTH[parent.find] or WIDTH[group.read] < WIDTH[parent.read]):
        raise DomainError(
            _("A working group is never wider than its parent. “%(parent)s” is found by: %(find)s; read by: %(read)s.")
            % {"parent": parent.name, "find": parent.get_find_display(), "read": parent.get_read_display()}
        )


@transaction.atomic
def propose_group(
    *,
    by: "Capacity",
    name: str,
    summary: str,
    theme: str = "",
    terms: str = "",
    brings: str = "",
    key: uuid.UUID | None = None,
    **switches: Unpack[Switches],
) -> Group:
    """Propose a group for an organisation, which will lead it; the Secretariat opens or declines it.

    The same key proposes once, however often it comes.
    """
    if by.organisation is None or by.organisation_id is None:
        raise DomainError(_("Choose the organisation that proposes the group."))
    must_be_focal(by, by.organisation_id)
    if key and (known := _known(key, by)):
        return known
    group = Group(name=name.strip(), summary=summary.strip(), theme=theme.strip(), terms=terms, key=key, **switches)
    check_switches(group, None)
    group.slug = free_slug(Group, group.name, hidden=group.is_hidden)
    try:
        with transaction.atomic():
            group.save(force_insert=True)
    except IntegrityError:
        if key and (known := _known(key, by)):
            return known
        raise
    membership = Membership.objects.create(
        group=group,
        organisation=by.organisation,
        role=Membership.Role.LEAD,
        brings=brings.strip(),
        requested_by=by.user,
    )
    record(by, "group.proposed", group, membership=membership.pk)
    publish(GroupProposed(group))
    return group


def _known(key: uuid.UUID, by: "Capacity") -> Group | None:
    """Return the group this organisation already made with the key; somebody else's key is refused."""
    group = Group.objects.filter(key=key).first()
    if group and not group.memberships.filter(organisation=by.organisation_id).exists():
        raise DomainError(_("This form was already used. Open it anew."))
    return group


@transaction.atomic
def open_group(group: Group, *, by: "Capacity") -> Group:
    """Open a proposed group: the proposing organisation leads it, and who proposed it takes part first.

    Where nobody of the organisation could, the group opens without a lead, and the Secretariat is told.
    """
    group = locked(group)
    must_be_secretariat(by)
    if group.state in {GroupState.ACTIVE, GroupState.DORMANT}:
        return group
    if group.state != GroupState.PROPOSED:
        raise DomainError(_("This group was closed or declined; it is not waiting any more."))
    membership = group.memberships.filter(state=Membership.State.REQUESTED).select_related("organisation").first()
    if membership is None or not membership.organisation.is_active:
        raise DomainError(_("The proposing organisation is not an active partner, so nobody could lead the group."))
    group.state = GroupState.ACTIVE
    group.acl_version += 1
    group.save(update_fields=["state", "acl_version"])
    record(by, "group.opened", group)
    publish(GroupOpened(group))
    activate(membership, by=by)
    tell_if_nobody_leads(group)
    return group


@transaction.atomic
def decline_group(group: Group, *, by: "Capacity", reason: str) -> Group:
    """Decline a proposed group with a reason, which its proposers read."""
    group = locked(group)
    must_be_secretariat(by)
    reason = must_have_reason(reason)
    if group.state == GroupState.DECLINED:
        return group
    if group.state != GroupState.PROPOSED:
        raise DomainError(_("This group was opened already; its leads can close it."))
    end_proposal(group, by=by, reason=reason, membership_state=Membership.State.DECLINED)
    publish(GroupDeclined(group))
    return group


def end_proposal(group: Group, *, by: "Capacity | None", reason: str, membership_state: Membership.State) -> None:
    """Put a proposal away, declined by the Secretariat or withdrawn by its proposers; under the lock."""
    group.state, group.state_reason = GroupState.DECLINED, reason
    group.acl_version += 1
    group.save(update_fields=["state", "state_reason", "acl_version"])
    record(by, f"group.{membership_state}", group, reason=reason)
    for membership in group.memberships.filter(state=Membership.State.REQUESTED):
        membership.state, membership.reason, membership.ended_at = membership_state, reason, timezone.now()
        membership.save(update_fields=["state", "reason", "ended_at"])
        publish(RequestEnded(membership))
        if membership_state == Membership.State.DECLINED:
            publish(MembershipDeclined(membership))


@transaction.atomic
def open_working_group(
    parent: Group,
    *,
    by: "Capacity",
    name: str,
    summary: str,
    theme: str = "",
    terms: str = "",
    key: uuid.UUID | None = None,
    **switches: Unpack[Switches],
) -> Group:
    """Open a working group inside a group, at once; the lead who opens it leads it for their organisation.

    Without switches it is found and read as its parent is. The same key opens one, however often it comes.
    """
    parent = locked(parent)
    must_lead(parent, by)
    assert by.organisation is not None
    if key and (known := _known(key, by)):
        return known
    if parent.parent_id:
        raise DomainError(_("A working group holds no further groups: there is one level only."))
    if not parent.is_writable:
        raise DomainError(_("Open the group again first."))
    as_parent: Switches = {"find": parent.find, "read": parent.read, "history": parent.history}
    group = Group(
        name=name.strip(),
        summary=summary.strip(),
        theme=theme.strip() or parent.theme,
        terms=terms,
        parent=parent,
        state=GroupState.ACTIVE,
        key=key,
        **(as_parent | switches),
    )
    check_switches(group, parent)
    group.slug = free_slug(Group, group.name, hidden=group.is_hidden)
    group.save(force_insert=True)
    membership = Membership.objects.create(
        group=group, organisation=by.organisation, role=Membership.Role.LEAD, requested_by=by.user
    )
    record(by, "group.opened", group, parent=parent.pk)
    record(by, "working_group.opened", parent, group=group.pk)
    publish(GroupOpened(group))
    activate(membership, by=by)
    return group


def activate(membership: Membership, *, by: "Capacity") -> None:
    """Make a requested membership active; who asked takes part first, or a focal point when they no longer act for it."""
    membership.state, membership.started_at = Membership.State.ACTIVE, timezone.now()
    membership.save(update_fields=["state", "role", "started_at"])
    record(by, "membership.started", membership, role=membership.role)
    publish(MembershipStarted(membership, by_id=by.user_id))
    if first := _first_person(membership):
        start_participant(membership, first, by=by)


def _first_person(membership: Membership) -> Affiliation | None:
    """Return who takes part first: the asker, else the focal point, else an alternate, of those who can."""
    speaking = Affiliation.objects.speaking().filter(user__is_active=True, organisation=membership.organisation_id)
    asker = speaking.filter(user=membership.requested_by_id)
    candidates = [*asker.for_display(), *speaking.focal().for_display()]
    return next((one for one in candidates if takes_part_above(membership.group, one)), None)


def narrowed(group: Group, parent: Group) -> bool:
    """Make the group no wider than its parent; say whether that changed anything."""
    before = (group.find, group.read)
    group.find = max(group.find, parent.find, key=WIDTH.__getitem__)
    group.read = max(group.read, parent.read, group.find, key=WIDTH.__getitem__)
    return before != (group.find, group.read)


assert WIDTH.keys() == set(Find.values) == set(Read.values)
