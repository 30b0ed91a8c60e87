"""How far the things of a library reach: what a folder says, and the mark of how a document is to be handled.

Both come down to one number, `reach`, that stands on every folder and every document, so that whatever lists documents asks one
column: 0 whoever may read the library, 1 those who take part in the group, 2 those of them who write, observers left out.
"""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from groups.standing import Standing


class Reach(models.IntegerChoices):
    """Who may see something of a library, from the widest."""

    READERS = 0, _("Whoever may read the library")
    PARTICIPANTS = 1, _("People who take part in the group")
    MEMBERS = 2, _("Members, without observers")


class Rights(models.TextChoices):
    """What a folder says of who writes in it and who sees it. It never lets more people see than the folder around it."""

    INHERIT = "inherit", _("As the folder around it")
    MEMBERS = "members", _("Members write, whoever reads the library reads")
    LEADS = "leads", _("Leads write, whoever reads the library reads")
    OBSERVERS = "observers", _("Members write, observers read, nobody outside the group sees it")
    HIDDEN = "hidden", _("Members write, hidden from observers and from outside")


_SEEN_BY = {Rights.OBSERVERS: Reach.PARTICIPANTS, Rights.HIDDEN: Reach.MEMBERS}


class Mark(models.TextChoices):
    """How a document is to be handled: it changes what the software lets one do with it."""

    GREEN = "green", _("Green")
    AMBER = "amber", _("Amber")
    RED = "red", _("Red")


def reach_of(standing: "Standing") -> Reach:
    """Return how narrow a thing may be that the person still sees."""
    if not standing.is_participant:
        return Reach.READERS
    return Reach.PARTICIPANTS if standing.is_observer else Reach.MEMBERS


def ruled(rights: str, above: "tuple[int, bool]") -> tuple[int, bool]:
    """Return reach and whether leads alone write, of a folder with these rights in one where they are `above`."""
    if rights == Rights.INHERIT:
        return above
    return max(above[0], _SEEN_BY.get(Rights(rights), Reach.READERS)), rights == Rights.LEADS


OPEN = (int(Reach.READERS), False)
"""The rule at the top of a library."""


def marked_reach(reach: int, mark: str) -> int:
    """Return the reach of a document with this mark in a folder of that reach: amber and red never leave the group."""
    return reach if mark == Mark.GREEN else max(reach, Reach.PARTICIPANTS)


def place_of(group_id: Any, reach: int) -> Any:
    """Return the place under which the search keeps what reaches so far: the group's own id for whoever reads the library.

    Narrower ones have numbers that no group has, so that the same doors rule them inside one statement.
    """
    return group_id if reach == Reach.READERS else group_id * -2 - (reach - 1)
