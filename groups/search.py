"""Groups and people in the search, and the doors to whatever members of a group write and upload."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from accounts.events import AccountClosed, AccountReopened, PersonChanged
from accounts.models import ARCHIVE, User
from core.listing import listed
from core.markdown import excerpt
from core.prepared import prepared
from groups.acquaintance import organisations_known_to
from groups.history import hides_past
from groups.models import Group, Participant
from groups.models.group import groups_of
from partners.models import Affiliation, Organisation
from search.cards import Card, Doors, Microseconds, Shown, Source, Statement, Who
from search.models import Kind
from search.services import put

if TYPE_CHECKING:
    from search.cards import Reader


def content_doors(who: Who) -> Doors:
    """The groups whose threads and documents the reader may read, each from the moment on from which they may."""
    if who.pk is None:
        return Doors(within=_read_by_all.statement())
    return Doors(
        within=_read.statement(who.pk),
        floors=own_floors(),
        inside=(OWN, []),
        beside=own_places(who.pk),
    )


def own_places(user: int) -> dict[str, Statement]:
    """Return the table of the groups in which the person takes part, in which role and since when; several doors look into it."""
    return {"own_places (group_id, role, since)": _own_places.statement(user)}


def own_groups(roles: Iterable[str] = ()) -> RawSQL:
    """Return what stands in the place of `groups_of` where the search has that table: with `roles`, only the groups of those."""
    of_these = ", ".join(f"'{role}'" for role in roles)
    return RawSQL(f"{OWN} WHERE role IN ({of_these})" if of_these else OWN, [])  # noqa: S611 - our own names


def own_floors(place: str = "group_id") -> Statement:
    """Return what `groups.history.boundaries_of` says, of groups that hide their past; `place` is made of the group's id."""
    hiding = _hiding.statement()[0]
    return f"SELECT {place}, min(since) FROM own_places WHERE group_id IN ({hiding}) GROUP BY group_id", []  # noqa: S608


OWN = "SELECT group_id FROM own_places"

# Inside every search, so they are compiled once: what `Group.objects` says of the reader.
_own_places = prepared(
    lambda user: (
        groups_of(user)
        .annotate(since=Microseconds("created_at"))
        .values_list("membership__group_id", "membership__role", "since")
    )
)
_hiding = prepared(lambda: Group.objects.filter(hides_past()).order_by().values_list("pk", flat=True))
_read_by_all = prepared(lambda: Group.objects.readable_by(AnonymousUser()).order_by().values_list("pk", flat=True))
_read = prepared(lambda user: Group.objects.read_by(user, own=own_groups()).order_by().values_list("pk", flat=True))
_known_to_all = prepared(lambda: Group.objects.visible_to(AnonymousUser()).order_by().values_list("pk", flat=True))
_known = prepared(lambda user: Group.objects.known_to(user, own=own_groups()).order_by().values_list("pk", flat=True))


# --- Groups -------------------------------------------------------------------------------------------------------


def group_doors(who: Who) -> Doors:
    """The groups that the reader may know of."""
    if who.pk is None:
        return Doors(within=_known_to_all.statement())
    if who.is_secretariat:
        return Doors(everywhere=True)
    return Doors(within=_known.statement(who.pk), beside=own_places(who.pk))


def show_groups(asked: Sequence[tuple[int, int]], reader: "Reader") -> Mapping[tuple[int, int], Shown]:
    """Return groups as they are listed."""
    groups = Group.objects.filter(pk__in=[pk for pk, _part in asked]).select_related("parent")
    return {
        (group.pk, 0): Shown(
            title=group.name,
            url=group.get_absolute_url(),
            text=excerpt(group.summary, len(group.summary) + 1),
            where=_("Working group of %(parent)s") % {"parent": group.parent} if group.parent else group.theme,
        )
        for group in groups
    }


GROUPS = Source(
    label=Kind.GROUP.label,
    rows=Group.objects.all,
    cards=Group.cards,
    doors=group_doors,
    show=show_groups,
    suggested=True,
)


# --- People -------------------------------------------------------------------------------------------------------


def people_doors(who: Who) -> Doors:
    """The people whose page the reader may open: `acquaintance.people_known_to` for everybody at once."""
    if who.pk is None:
        return Doors()
    if who.is_secretariat:
        return Doors(everywhere=True)
    return Doors(within=_people.statement(who.pk), beside=own_places(who.pk))


_people = prepared(
    lambda user: (
        User.objects.filter(
            Q(pk=user)
            | Q(
                pk__in=Participant.objects.taking_part()
                .filter(membership__group__in=own_groups())
                .order_by()
                .values("user_id")
            )
            | Q(
                pk__in=Affiliation.objects.active()
                .filter(organisation__in=Affiliation.objects.active().filter(user=user).values("organisation"))
                .order_by()
                .values("user_id")
            )
        )
        .order_by()
        .values_list("pk", flat=True)
    )
)


def person_cards(person: User) -> list[Card]:
    """Return what the index holds of a person: the name; nothing of who has none, of closed and of erased accounts."""
    if not person.name or person.pk == ARCHIVE or not person.is_active or person.erased_at is not None:
        return []
    return [Card(kind=Kind.PERSON, object_id=person.pk, place=person.pk, moment=person.date_joined, title=person.name)]


def person_changed(event: PersonChanged | AccountClosed | AccountReopened) -> None:
    """Keep the index in step with a person's name, and with whether their account is open."""
    put(Kind.PERSON, event.user.pk, person_cards(event.user))


def show_people(asked: Sequence[tuple[int, int]], reader: "Reader") -> Mapping[tuple[int, int], Shown]:
    """Return people as they are listed, with the partners they act for, as far as the reader may know those."""
    ids = [pk for pk, _part in asked]
    ties = Affiliation.objects.speaking().filter(user__in=ids).select_related("organisation")
    acts_for: dict[int, dict[int, str]] = {}
    for tie in ties.order_by("organisation__name"):
        acts_for.setdefault(tie.user_id, {})[tie.organisation_id] = tie.organisation.name
    of = {pk for names in acts_for.values() for pk in names}
    told = set(Organisation.objects.visible_to(reader).filter(pk__in=of).values_list("pk", flat=True))
    if reader.is_authenticated:
        told |= organisations_known_to(reader, of)
    return {
        (person.pk, 0): Shown(
            title=person.display_name,
            url=person.get_absolute_url(),
            where=listed(name for pk, name in acts_for.get(person.pk, {}).items() if pk in told),
        )
        for person in User.objects.filter(pk__in=ids).only("pk", "name", "erased_at")
    }


PEOPLE = Source(
    label=Kind.PERSON.label,
    rows=User.objects.all,
    cards=person_cards,
    doors=people_doors,
    show=show_people,
    suggested=True,
)
