"""What the directory of groups shows one reader."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from groups.models import Group, GroupState, Join

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

FILTERS = ("all", "mine", "open")


@dataclass
class Entry:
    """A group and the working groups in it that are shown with it."""

    group: Group
    inside: list[Group] = field(default_factory=list)


@dataclass
class Listing:
    """The entries shown, and how many groups each filter has."""

    entries: list[Entry]
    counts: dict[str, int]


def directory_of(user: "User | AnonymousUser", chosen: str, query: str = "") -> Listing:
    """Return the directory: one query whatever the number of groups, besides those that ask who the reader is."""
    groups = list(Group.objects.for_directory(user, query))
    mine = {group.pk for group in groups if group.mine}  # type: ignore[attr-defined]
    kept = {name: [group for group in groups if _belongs(group, name, mine)] for name in FILTERS}
    entries = {group.pk: Entry(group) for group in kept[chosen] if group.parent_id is None}
    for group in kept[chosen]:
        if group.parent_id in entries:
            entries[group.parent_id].inside.append(group)
        elif group.parent_id is not None:
            entries[group.pk] = Entry(group)
    ordered = sorted(
        entries.values(), key=lambda entry: (entry.group.state == GroupState.CLOSED, entry.group.name.casefold())
    )
    return Listing(ordered, {name: len(kept[name]) for name in FILTERS})


def _belongs(group: Group, chosen: str, mine: set[int]) -> bool:
    """Say whether the filter keeps the group; into a working group come those who take part in its parent."""
    if chosen == "mine":
        return group.pk in mine
    if chosen == "open":
        takes = group.takes_members and group.join != Join.INVITATION
        reachable = group.parent_id is None or group.parent_id in mine
        return takes and reachable and not group.belongs  # type: ignore[attr-defined]
    return True
