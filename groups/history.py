"""From when on a person may read the groups that hide their past from newcomers."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Min, Q

from core.prepared import prepared
from groups.models import Find, History, Participant, Read

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from accounts.models import User


def boundaries_of(user: "User | AnonymousUser") -> dict[int, datetime]:
    """Return, by group id, the moment from which the person may read; groups that are read whole are not in it.

    It says for all groups at once what `Standing.history_from` says for one.
    """
    return dict(_boundaries(user.pk)) if user.is_authenticated else {}


def hides_past(of: str = "") -> Q:
    """Return the condition that a group hides its past from newcomers; `of` is the way from what is asked to the group."""
    inside = Q((f"{of}find", Find.MEMBERS)) | Q((f"{of}read", Read.MEMBERS))
    return Q((f"{of}history", History.FROM_JOINING)) & inside


def newcomers_groups(user: int) -> "QuerySet[Participant, Any]":
    """Return the groups whose past is hidden from this person, of each its id, to be annotated with the boundary."""
    return (
        Participant.objects.taking_part()
        .filter(hides_past("membership__group__"), user=user)
        .order_by()
        .values_list("membership__group_id")
    )


BOUNDARY = Min("created_at")
_boundaries = prepared(lambda user: newcomers_groups(user).annotate(BOUNDARY))
