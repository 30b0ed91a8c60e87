"""Changing an action against the version seen, and bringing it to an end."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import Conflict
from core.moments import YEARS_OF_PLANS, refuse_far
from discussions.actions.access import may_change
from discussions.actions.models import REASON_LENGTH, Action, State
from discussions.actions.services.owning import (
    clean_text,
    keep_version,
    line_of,
    must_give,
    must_own,
    tell_owner,
)
from discussions.services.locking import locked_group, speaking
from discussions.services.writing import BadText
from groups.standing import NotAllowed, Standing
from notifications.services import retract
from partners.capacity import Capacity


@transaction.atomic
def change_action(
    action: Action, *, by: Capacity, base: int, text: str, owner_id: int, due_on: date, person_id: int | None = None
) -> Action:
    """Change text, owner, person or day; refuse when it is no longer the version they saw. Who has it newly is told."""
    text = clean_text(text)
    refuse_far(due_on, years=YEARS_OF_PLANS)
    action, standing, by = _locked(action, by)
    wanted = {"text": text, "owner_id": owner_id, "person_id": person_id, "due_on": due_on}
    if all(getattr(action, name) == value for name, value in wanted.items()):
        return action
    _must_be(action, base)
    before = (action.owner_id, action.person_id)
    if owner_id != action.owner_id:
        must_give(standing, owner_id)
    if (owner_id, person_id) != before:
        must_own(action.group, owner_id, person_id)
    for name, value in wanted.items():
        setattr(action, name, value)
    _save(action, by)
    retract("action_due", object_id=action.pk)
    if (action.owner_id, action.person_id) != before:
        retract("action_given", object_id=action.pk)
        if action.is_open:
            tell_owner(action, by)
    return action


def finish_action(action: Action, *, by: Capacity, base: int, at: datetime | None = None) -> Action:
    """Say that it is done."""
    return _settle(action, by=by, base=base, state=State.DONE, at=at)


def drop_action(action: Action, *, by: Capacity, base: int, reason: str, at: datetime | None = None) -> Action:
    """Say that it will not be done, and why."""
    reason = line_of(reason, REASON_LENGTH)
    if not reason:
        raise BadText(_("Say why: those who counted on it read it."))
    return _settle(action, by=by, base=base, state=State.DROPPED, reason=reason, at=at)


def reopen_action(action: Action, *, by: Capacity, base: int) -> Action:
    """Open a settled action again."""
    return _settle(action, by=by, base=base, state=State.OPEN)


@transaction.atomic
def _settle(
    action: Action, *, by: Capacity, base: int, state: State, reason: str = "", at: datetime | None = None
) -> Action:
    action, _standing, by = _locked(action, by)
    if action.state == state and action.reason == reason:
        return action
    _must_be(action, base)
    action.state, action.reason = state, reason
    _save(action, by, at=at)
    retract("action_due", "action_given", object_id=action.pk)
    return action


def _locked(action: Action, by: Capacity) -> tuple[Action, Standing, Capacity]:
    group, standing = locked_group(action.group_id, by.user)
    action = Action.objects.select_for_update(no_key=True).get(pk=action.pk)
    action.group = group
    by = speaking(standing, by)
    if not may_change(action, standing):
        raise NotAllowed(_("Only its owner, who wrote it down and the leads change an action."))
    return action, standing, by


def _must_be(action: Action, base: int) -> None:
    if action.version != base:
        raise Conflict(_("Somebody else changed this action meanwhile."), current=action)


def _save(action: Action, by: Capacity, *, at: datetime | None = None) -> None:
    action.version += 1
    action.changed_at = at or timezone.now()
    fields = ["text", "owner", "person", "due_on", "state", "reason", "version", "changed_at"]
    action.save(update_fields=fields)
    keep_version(action, by)
