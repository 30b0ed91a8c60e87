"""What every word in a group begins with, a post as a document: the lock on the group, then the rights, read anew."""

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from groups.models import Group, Silence
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


def silenced(standing: Standing) -> str:
    """Say until when and why the person may not write in threads and rooms of the group; nothing if they may.

    One query, for who is muted only.
    """
    until = standing.silenced_until
    if until is None:
        return ""
    held = (
        Silence.objects.holding().filter(group=standing.group, user=standing.user.pk or 0).order_by("-until").first()
    )
    words = {"until": date_format(timezone.localtime(until), "DATETIME_FORMAT"), "reason": held.reason if held else ""}
    return _("The leads have muted you here until %(until)s: “%(reason)s”. You can read on.") % words
