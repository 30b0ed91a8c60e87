"""A person's home: what is new in their groups, what waits for them, and what they could do next."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from discussions.actions.listing import Row, open_for
from discussions.chat.unread import RoomBadge, room_badges
from discussions.reporting import sources
from discussions.unread import GroupNews, Why, whats_new
from groups.clearance.models import Voice
from groups.clearance.waiting import waiting_for as waiting_clearances
from groups.documents.models import Document
from groups.documents.recent import opened_by, recent_documents
from groups.models import Group, Membership
from groups.models.group import groups_of_own_organisations
from notifications.bounces import is_stopped
from partners.access import refused_answer
from partners.models import Affiliation, Organisation, SignUpAnswer
from portal import queue
from portal.catching_up import may_undo, visit_of
from portal.models import Cleared, Place, Visit

if TYPE_CHECKING:
    from accounts.models import User

DOCUMENTS = 5
ACTIONS = 8


@dataclass(frozen=True)
class MyGroup:
    """One of the person's groups with what is new in it."""

    group: Group
    news: GroupNews
    rooms: Sequence[RoomBadge]
    cleared: Mapping[int, int] = field(default_factory=dict)

    @property
    def messages(self) -> int:
        """How many messages of others wait in its rooms, but for muted ones."""
        return sum(
            badge.unread
            for badge in self.rooms
            if not badge.is_muted and badge.room.last_number > self.cleared.get(badge.room.pk, 0)
        )

    @property
    def relevance(self) -> tuple[int, int, str]:
        """Where the group stands: by the most relevant thing in it, then by how much is new, then by name."""
        why = min((new.why for new in self.news.newest), default=Why.LIVELY + 1)
        return (why, -(self.news.posts + self.messages), self.group.name)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is new."""
        return not (self.news.posts or self.messages)


@dataclass
class Waiting:
    """Something that waits for the person's decision: how many, of what, and where."""

    kind: str
    count: int
    place: Organisation | Group | None = None


@dataclass(frozen=True)
class ToDo:
    """The person's open actions that come first, then their organisations', and how many there are."""

    own: Sequence[Row] = ()
    ours: Sequence[Row] = ()
    count: int = 0

    @property
    def is_more(self) -> bool:
        """Whether there are more than are shown."""
        return self.count > len(self.own) + len(self.ours)


@dataclass
class Home:
    """What the home page shows."""

    groups: list[MyGroup] = field(default_factory=list)
    to_do: ToDo = field(default_factory=ToDo)
    documents: list[Document] = field(default_factory=list)
    opened: list[Document] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    clearances: list[Voice] = field(default_factory=list)
    affiliations: list[Affiliation] = field(default_factory=list)
    suggestions: list[Group] = field(default_factory=list)
    refused: SignUpAnswer | None = None
    mail_stopped: bool = False
    visit: Visit | None = None
    may_undo: bool = False

    @property
    def posts(self) -> int:
        """How many posts are unread in all groups."""
        return sum(mine.news.posts for mine in self.groups)

    @property
    def messages(self) -> int:
        """How many messages are unread in all rooms."""
        return sum(mine.messages for mine in self.groups)


def home_of(user: "User") -> Home:
    """Gather the person's home in a number of queries that does not grow with their groups."""
    groups = list(Group.objects.joined_by(user).live().select_related("parent").order_by("name"))
    visit = visit_of(user)
    news = whats_new(user, groups, put_away=Cleared.objects.threads_of(user.pk))
    rooms = room_badges(user, groups)
    cleared = dict(Cleared.objects.filter(user=user, place=Place.ROOM).values_list("object_id", "number"))
    mine = [MyGroup(group, news[group.pk], rooms.get(group.pk, ()), cleared) for group in groups]
    new_since = max((at for at in (visit.before, visit.documents_from) if at), default=None)
    documents = recent_documents(user, groups, DOCUMENTS)
    for document in documents:
        document.is_new = new_since is not None and document.changed_at > new_since  # type: ignore[attr-defined]
    affiliations = list(
        Affiliation.objects.of(user)
        .filter(state__in=Affiliation.LIVE)
        .select_related("organisation")
        .order_by("organisation__name")
    )
    return Home(
        groups=sorted(mine, key=lambda one: one.relevance),
        to_do=ToDo(*open_for(user, ACTIONS)) if groups else ToDo(),
        documents=documents,
        opened=opened_by(user),
        visit=visit,
        may_undo=may_undo(visit),
        waiting=waiting_for(user),
        clearances=waiting_clearances(user) if groups else [],
        affiliations=affiliations,
        suggestions=_suggestions(user, affiliations) if not groups else [],
        refused=refused_answer(user) if not affiliations else None,
        mail_stopped=is_stopped(user),
    )


def _suggestions(user: "User", affiliations: Sequence[Affiliation]) -> list[Group]:
    """Return groups the person's organisation could join, for whoever takes part in none."""
    if not any(one.is_active and one.organisation.is_active for one in affiliations):
        return []
    return list(
        Group.objects.visible_to(user)
        .filter(state="active", parent=None)
        .exclude(join="invitation")
        .exclude(pk__in=groups_of_own_organisations(user))
        .order_by("name")[:4]
    )


def waiting_for(user: "User") -> list[Waiting]:
    """Return what waits for the person's decision: requests to join groups they lead, people who ask to act for their
    organisation, and for the Secretariat its queue."""
    found = []
    led = Group.objects.filter(
        pk__in=Membership.objects.leads().filter(participants__in=user.participations.taking_part()).values("group_id")
    )
    requests = Membership.objects.filter(state=Membership.State.REQUESTED, group__in=led, group__state="active")
    by_group: dict[Group, int] = {}
    for request in requests.select_related("group"):
        by_group[request.group] = by_group.get(request.group, 0) + 1
    found += [Waiting("membership", count, group) for group, count in by_group.items()]
    reports = Counter(pk for source in sources().values() for pk in source.model.objects.groups(led))
    found += [Waiting("report", reports[group.pk], group) for group in Group.objects.filter(pk__in=reports)]
    asking = Counter(one.organisation for one in Affiliation.objects.waiting_for(user).select_related("organisation"))
    found += [Waiting("affiliation", count, organisation) for organisation, count in asking.items()]
    if user.is_secretariat and (count := queue.length(user)):
        found.append(Waiting("queue", count))
    return found
