"""What every word in a group begins with, a post as a document: the lock on the group, then the rights, read anew."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from groups.models import Group
from groups.standing import NotAllowed, Standing

if TYPE_CHECKING:
    from accounts.models import User
    from partners.capacity import Capacity


def locked_group(group_id: int, user: "User") -> tuple[Group, Standing]:
    """Lock the group, so that no right in it changes before the act is done, and read the person's standing."""
    group = Group.objects.select_for_update(no_key=True).get(pk=group_id)
    return group, Standing.of(user, group)


def speaking(standing: Standing, by: "Capacity") -> "Capacity":
    """Return the capacity as it is now, if the person still writes in this group for that organisation."""
    if not standing.capacities:
        raise NotAllowed(_("You may read here, but not write."))
    if not standing.group.is_writable:
        raise NotAllowed(_("This group is closed: it can be read, but nothing can be added."))
    return standing.speak(by.organisation_id)
