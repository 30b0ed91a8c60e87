"""Who may own an action, who may give it to whom, and who is told."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts.models import User
from core import markdown
from core.errors import DomainError
from discussions.actions.models import TEXT_LENGTH, Action, ActionVersion
from discussions.services.writing import BadText
from groups.models import Group, Membership, Participant
from groups.standing import NotAllowed, Standing
from notifications.services import notify
from partners.capacity import Capacity


class BadOwner(DomainError):
    """The organisation or the person cannot own an action of this group."""

    code = "bad_owner"


def line_of(text: str, limit: int = TEXT_LENGTH) -> str:
    """Return the text on one line; refuse one that is too long."""
    line = " ".join(markdown.clean(text).split())
    if len(line) > limit:
        raise BadText(
            _("Use at most %(limit)d characters; this has %(count)d.") % {"limit": limit, "count": len(line)}
        )
    return line


def clean_text(text: str) -> str:
    """Return what is to be done on one line; refuse an empty text."""
    line = line_of(text)
    if not line:
        raise BadText(_("Write what is to be done."))
    return line


def people_of(group: Group, organisation_id: int) -> "Iterable[User]":
    """Return those who take part in the group for the organisation today."""
    seats = Participant.objects.taking_part().filter(membership__group=group, membership__organisation=organisation_id)
    return User.objects.filter(pk__in=seats.values("user")).order_by("name", "pk")


def must_own(group: Group, owner_id: int, person_id: int | None) -> None:
    """Refuse an owner that does not write in the group, and a person who does not take part for it."""
    members = Membership.objects.active().filter(group=group).exclude(role=Membership.Role.OBSERVER)
    if not members.filter(organisation=owner_id).exists():
        raise BadOwner(_("Choose an organisation that is a member of this group."))
    if person_id is not None and person_id not in {one.pk for one in people_of(group, owner_id)}:
        raise BadOwner(_("Choose somebody who takes part in this group for that organisation."))


def may_give(standing: Standing, owner_id: int) -> bool:
    """Leads give actions to every member, members to the organisations they take part for."""
    return standing.may_moderate or any(one.organisation_id == owner_id for one in standing.capacities)


def must_give(standing: Standing, owner_id: int) -> None:
    """Refuse who gives an action to another organisation without leading the group."""
    if not may_give(standing, owner_id):
        raise NotAllowed(_("Leads give actions to other organisations; you can take one for your own."))


def keep_version(action: Action, by: Capacity | None, *, why: str = "") -> None:
    """Write the action as it is now as its newest version."""
    version = ActionVersion(
        action=action,
        number=action.version,
        text=action.text,
        owner_id=action.owner_id,
        person_id=action.person_id,
        due_on=action.due_on,
        state=action.state,
        reason=action.reason,
        why=why,
        created_at=action.changed_at,
    )
    if by is not None:
        version.speak_as(by)
    version.save(force_insert=True)


def responsible_for(action: Action) -> "Iterable[User]":
    """Return whom a word about the action reaches: its person, or everybody who takes part for its organisation."""
    people = people_of(action.group, action.owner_id)
    return [one for one in people if action.person_id in {None, one.pk}]


def tell_owner(action: Action, by: Capacity | None) -> None:
    """Tell who has the action now that it was given to them; a letter follows."""
    people = responsible_for(action)
    notify(people, "action_given", object_id=action.pk, key=f"{action.pk}:{action.version}", by=by, mail=True)
