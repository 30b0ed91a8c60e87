"""Muting a person in a group for a time: they read on and write nothing there until it is over."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import DomainError
from core.events import publish
from groups.events import RightsChanged
from groups.models import Group, Membership, Participant, Silence
from groups.services.rights import leads_now, locked
from groups.standing import NotAllowed
from notifications.services import notify, retract

if TYPE_CHECKING:
    from accounts.models import User
    from partners.capacity import Capacity

LENGTHS = (1, 3, 7, 30)
"""Days for which somebody can be muted."""


@transaction.atomic
def silence(group: Group, person: "User", *, by: "Capacity", days: int, reason: str) -> Silence:
    """Mute the person in threads and rooms of the group, and tell them until when and why.

    Muted again, the new time and reason take the place of the old. Nobody who leads the group is muted: what is wrong there
    is for the Secretariat.
    """
    reason = " ".join(reason.split())[:600]
    if not reason:
        raise DomainError(_("Say why: the person reads it."))
    if days not in LENGTHS:
        raise DomainError(_("Choose for how long."))
    group = locked(group)
    if not leads_now(group, by.user, by.organisation_id):
        raise NotAllowed(_("Only leads of the group do this."))
    seats = Participant.objects.taking_part().filter(membership__group=group, user=person)
    if not seats.exists():
        raise DomainError(_("This person does not take part in the group."))
    if person.pk == by.user_id or seats.filter(membership__role=Membership.Role.LEAD).exists():
        raise NotAllowed(_("Nobody who leads the group can be muted. Turn to the Secretariat."))
    _end(group, person)
    made = Silence(group=group, user=person, until=timezone.now() + timedelta(days=days), reason=reason)
    made.speak_as(by)
    made.save(force_insert=True)
    record(by, "participant.silenced", made, reason=reason, person=person.pk, until=made.until.isoformat())
    notify([person], "silenced", object_id=made.pk, key=str(made.pk), by=by, mail=True)
    publish(RightsChanged(group))
    return made


@transaction.atomic
def lift_silence(made: Silence, *, by: "Capacity") -> None:
    """Let the person write again before the time is over."""
    group = locked(Group.objects.get(pk=made.group_id))
    if not leads_now(group, by.user, by.organisation_id):
        raise NotAllowed(_("Only leads of the group do this."))
    if _end(group, made.user):
        record(by, "participant.unsilenced", made, person=made.user_id)
        publish(RightsChanged(group))


def _end(group: Group, person: "User") -> bool:
    held = list(Silence.objects.holding().filter(group=group, user=person))
    for one in held:
        one.lifted_at = timezone.now()
        one.save(update_fields=["lifted_at"])
        retract("silenced", object_id=one.pk)
    return bool(held)
