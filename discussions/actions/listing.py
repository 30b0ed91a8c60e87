"""Lists of actions: what was asked for, and the rows as one reader sees them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from discussions.access import writes
from discussions.actions.access import may_change
from discussions.actions.models import Action, ActionQuerySet, State
from discussions.names import NOBODY
from discussions.voices import Said
from groups.bylines import Byline, bylines_for
from groups.models import Participant
from groups.standing import Standing

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

LIST_SIZE = 50

STATES = [
    ("open", _("Open")),
    ("overdue", _("Overdue")),
    ("done", _("Done")),
    ("dropped", _("Dropped")),
    ("all", _("All")),
]
ORDERS = [("due", _("By day")), ("owner", _("By organisation")), ("changed", _("Latest change"))]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader asked to see; what is not on offer counts as not asked."""

    state: str = "open"
    order: str = "due"
    owner: int = 0
    mine: bool = False

    @classmethod
    def of(cls, asked: QueryDict) -> "Wanted":
        """Read it from the address."""
        state, order, owner = asked.get("state", ""), asked.get("order", ""), asked.get("owner", "")
        return cls(
            state=state if state in dict(STATES) else "open",
            order=order if order in dict(ORDERS) else "due",
            owner=int(owner) if owner.isascii() and owner.isdecimal() and len(owner) < 10 else 0,
            mine=bool(asked.get("mine")),
        )

    def among(self, actions: ActionQuerySet, user: "User | AnonymousUser", today: date) -> ActionQuerySet:
        """Return those of the actions that were asked for, in the order asked for."""
        if self.state == "overdue":
            actions = actions.overdue(today)
        elif self.state in State.values:
            actions = actions.filter(state=self.state)
        if self.owner:
            actions = actions.filter(owner=self.owner)
        if self.mine and user.is_authenticated:
            actions = actions.filter(mine(user))
        return actions.for_display(self.order)


def mine(user: "User") -> Q:
    """Say which actions are the person's: theirs, and those of organisations they take part for in that group."""
    seats = Participant.objects.taking_part().filter(
        user=user, membership__group=OuterRef("group"), membership__organisation=OuterRef("owner")
    )
    return Q(person=user) | Q(Exists(seats))


@dataclass(frozen=True, slots=True)
class Row:
    """One action as its reader sees it: `owner` names the organisation and, where the reader may know, the person."""

    action: Action
    owner: Byline
    is_own: bool
    may_change: bool


def rows(actions: Iterable[Action], user: "User | AnonymousUser", standing: Standing | None = None) -> list[Row]:
    """Return the rows of a list; a fixed number of queries. With a standing, it says what the reader may change."""
    found = list(actions)
    names = dict(zip(keys := _keys(found), bylines_for(keys, user), strict=True))
    may_write = standing is not None and writes(standing)
    return [
        Row(
            action,
            names[_key(action)],
            is_own=user.is_authenticated and action.person_id == user.pk,
            may_change=standing is not None and may_write and may_change(action, standing),
        )
        for action in found
    ]


def _keys(actions: Sequence[Action]) -> list[Said]:
    return list(dict.fromkeys(_key(action) for action in actions))


def _key(action: Action) -> Said:
    return Said(action.person_id or NOBODY, action.owner_id, "")


def open_for(user: "User", limit: int) -> tuple[list[Row], list[Row], int]:
    """Return what the person has to do, what their organisations have to do, and how much there is of both; two queries or so.

    What somebody else does for the organisation is left to them.
    """
    actions = Action.objects.visible_to(user).open().filter(mine(user)).filter(Q(person=user) | Q(person=None))
    found = rows(actions.for_display()[: limit + 1], user)
    count = len(found) if len(found) <= limit else actions.count()
    own = [row for row in found[:limit] if row.is_own]
    return own, [row for row in found[:limit] if not row.is_own], count


def today() -> date:
    """Return the day it is where the reader is."""
    return timezone.localdate()
