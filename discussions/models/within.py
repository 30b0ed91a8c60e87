"""How far a thread reaches: as far as the document it is about, and to everybody who reads the group where it is about none.

It stands on the thread as one number, as on documents (`groups.documents.models.reach`), so that whatever lists threads or
posts asks one column. A thread whose document lies in the trash reaches nobody.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q

from groups.documents.models.reach import Reach, place_of
from groups.models.group import groups_of, groups_written_in

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

NOBODY = max(Reach) + 1
NO_PLACE = 0
"""A place in the search into which no door leads: no group has this number."""


def within(user: "User | AnonymousUser", path: str = "") -> Q:
    """Say that a thread, to which `path` leads, reaches as far as the person, by their standing in each group."""
    reach, group = f"{path}reach", f"{path}group__in"
    if not user.is_authenticated:
        return Q(**{reach: Reach.READERS})
    return (
        Q(**{reach: Reach.READERS})
        | Q(**{reach: Reach.PARTICIPANTS, group: groups_of(user)})
        | Q(**{reach: Reach.MEMBERS, group: groups_written_in(user)})
    )


def since(boundaries: Mapping[int, datetime], moment: str, *, path: str = "") -> Q:
    """Say that it is from after the moment (a column) from which its group may be read; groups not named are read whole.

    What is said of a document is for those who may read the document: an older one is none of theirs, whatever is said of it.
    """
    group, document = f"{path}group", f"{path}document"
    seen = ~Q(**{f"{group}__in": list(boundaries)})
    for pk, begins in boundaries.items():
        about = Q(**{document: None}) | Q(**{f"{document}__created_at__gte": begins})
        seen |= Q(**{group: pk, f"{moment}__gte": begins}) & about
    return seen


def place_in(group_id: int, reach: int) -> int:
    """Return the place under which the search keeps what is said in a thread that reaches so far."""
    return NO_PLACE if reach == NOBODY else place_of(group_id, reach)
