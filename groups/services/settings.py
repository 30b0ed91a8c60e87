"""What leads change of the group itself: its texts, its switches, its state."""

from typing import TYPE_CHECKING, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import Conflict, DomainError
from core.events import publish
from core.fields import random_slug
from groups.events import GroupClosed, RightsChanged
from groups.models import Find, Group, GroupState, History, Join, Read, StartThreads
from groups.services.opening import Switches, check_switches, narrowed
from groups.services.rights import (
    locked,
    must_have_reason,
    must_lead,
    must_lead_or_be_secretariat,
    tell_if_nobody_leads,
)

if TYPE_CHECKING:
    from partners.capacity import Capacity

CHOICES = {
    "find": Find.values,
    "read": Read.values,
    "join": Join.values,
    "start_threads": StartThreads.values,
    "history": History.values,
}


def _must_be_open(group: Group) -> None:
    """Refuse to change a closed group: it stays as it was closed, but narrows with its parent."""
    if not group.is_writable:
        raise DomainError(_("Open the group again first."))


def _must_be_current(group: Group, version: int | None) -> None:
    """Refuse a change made against a version that is not the newest."""
    if version is not None and version != group.version:
        raise Conflict(
            _("Somebody else changed the group while you were editing. What stands there now is shown beside yours."),
            current=group,
        )


@transaction.atomic
def edit_group(
    group: Group, *, by: "Capacity", name: str, summary: str, theme: str, terms: str, version: int | None = None
) -> Group:
    """Change the group's texts, against the version the editor saw; its address stays as it is."""
    group = locked(group)
    must_lead(group, by)
    _must_be_open(group)
    _must_be_current(group, version)
    new = {"name": name.strip(), "summary": summary.strip(), "theme": theme.strip(), "terms": terms}
    changed = [field for field, value in new.items() if getattr(group, field) != value]
    if not changed:
        return group
    for field in changed:
        setattr(group, field, new[field])
    group.version += 1
    group.save(update_fields=[*changed, "version"])
    record(by, "group.edited", group, fields=changed)
    return group


@transaction.atomic
def change_switches(
    group: Group, *, by: "Capacity", version: int | None = None, **switches: Unpack[Switches]
) -> Group:
    """Change who may find, read, join and start threads; working groups narrow with their parent at once.

    A group that becomes hidden gets a random address, because the old one tells its name.
    """
    group = locked(group)
    must_lead(group, by)
    _must_be_open(group)
    _must_be_current(group, version)
    before = {field: getattr(group, field) for field in CHOICES}
    for field, value in switches.items():
        if value not in CHOICES[field]:
            raise DomainError(_("Choose one of the values offered."))
        setattr(group, field, value)
    after = {field: getattr(group, field) for field in CHOICES}
    if before == after:
        return group
    check_switches(group, group.parent)
    _save_switches(group, was_hidden=before["find"] == Find.MEMBERS)
    record(by, "group.switches_changed", group, before=before, after=after)
    publish(RightsChanged(group))
    for child in group.working_groups.order_by("pk"):
        was_hidden = child.is_hidden
        if narrowed(child, group):
            _save_switches(child, was_hidden=was_hidden)
            record(by, "group.narrowed", child, find=child.find, read=child.read, parent=group.pk)
            publish(RightsChanged(child))
    return group


@transaction.atomic
def set_mail_content(group: Group, *, by: "Capacity", holds_words: bool) -> Group:
    """Have letters about the group hold what was written in it, or only that something is new.

    It is kept for a hidden group too, whose letters hold nothing as long as it is hidden.
    """
    group = locked(group)
    must_lead(group, by)
    if group.mail_content != holds_words:
        group.mail_content = holds_words
        group.save(update_fields=["mail_content"])
        record(by, "group.letters_changed", group, holds_words=holds_words)
    return group


def _save_switches(group: Group, *, was_hidden: bool) -> None:
    if group.is_hidden and not was_hidden:
        group.slug = random_slug()
    group.version += 1
    group.acl_version += 1
    group.save(update_fields=[*CHOICES, "slug", "version", "acl_version"])


@transaction.atomic
def set_dormant(group: Group, *, by: "Capacity", reason: str = "") -> Group:
    """Say that the group rests: it takes no new members; who is in may write, and wake it by reopening."""
    group = locked(group)
    must_lead_or_be_secretariat(group, by)
    if group.state == GroupState.DORMANT:
        return group
    if group.state != GroupState.ACTIVE:
        raise DomainError(_("Only an active group can be set to rest."))
    _change_state(group, GroupState.DORMANT, by=by, reason=reason.strip())
    return group


@transaction.atomic
def close_group(group: Group, *, by: "Capacity", reason: str) -> Group:
    """Close the group with a reason, and the working groups in it: everything stays readable, nothing is added."""
    group = locked(group)
    must_lead_or_be_secretariat(group, by)
    reason = must_have_reason(reason)
    if group.state == GroupState.CLOSED:
        return group
    if not group.is_writable:
        raise DomainError(_("Only an open group can be closed."))
    for child in group.working_groups.filter(state__in=[GroupState.ACTIVE, GroupState.DORMANT]).order_by("pk"):
        _change_state(child, GroupState.CLOSED, by=by, reason=reason)
    _change_state(group, GroupState.CLOSED, by=by, reason=reason)
    return group


@transaction.atomic
def reopen_group(group: Group, *, by: "Capacity") -> Group:
    """Make a dormant or closed group active again; a working group not before its parent.

    The Secretariat opens one that nobody can lead any more, and names a lead then.
    """
    group = locked(group)
    must_lead_or_be_secretariat(group, by)
    if group.state == GroupState.ACTIVE:
        return group
    if group.state not in {GroupState.DORMANT, GroupState.CLOSED}:
        raise DomainError(_("Only the Secretariat opens proposed groups."))
    if group.parent and not group.parent.is_writable:
        raise DomainError(_("Open “%(parent)s” again first.") % {"parent": group.parent})
    _change_state(group, GroupState.ACTIVE, by=by, reason="")
    tell_if_nobody_leads(group)
    return group


def _change_state(group: Group, state: GroupState, *, by: "Capacity", reason: str) -> None:
    before, group.state, group.state_reason = group.state, state, reason
    group.acl_version += 1
    group.save(update_fields=["state", "state_reason", "acl_version"])
    record(by, f"group.{state}", group, reason=reason, before=before)
    publish(RightsChanged(group))
    if state == GroupState.CLOSED:
        publish(GroupClosed(group))
