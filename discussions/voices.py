"""Who said what stands on one page, asked once for all of it: rows, what they answer, whom they mention."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from core.prepared import prepared
from groups.bylines import Byline, bylines, insider_byline
from groups.models import Participant
from groups.standing import Standing

if TYPE_CHECKING:
    from datetime import datetime


class Said(NamedTuple):
    """What is frozen on a word."""

    author_id: int
    organisation_id: int | None
    function: str


class Columns(NamedTuple):
    """What a query brings along with a word, so that names need no query of their own."""

    name: str
    erased_at: "datetime | None" = None
    organisation: str | None = None
    slug: str | None = None
    listing: str | None = None
    status: str | None = None


people_inside = prepared(
    lambda group: (
        Participant.objects.taking_part()
        .filter(membership__group=group)
        .order_by()
        .values_list("user_id", "user__name")
        .distinct()
    )
)


class Voices:
    """The bylines of one page for one reader, each made once, and the names of the people it mentions."""

    def __init__(self, standing: Standing, said: Iterable[Said], *, mentioned: Iterable[int] = ()) -> None:
        rows = list({*said, *(Said(person, None, "") for person in mentioned)})
        self._bylines: dict[Said, Byline] = dict(zip(rows, bylines(rows, standing), strict=True))
        self.people = {one.person_id: one.name for one in self._bylines.values() if one.name}

    @classmethod
    def of_page(cls, standing: Standing, said: dict[Said, Columns], *, mentioned: Iterable[int]) -> "Voices":
        """Return the voices of a page whose query brought the names: who takes part in the group reads them as they are."""
        if not standing.is_participant:
            return cls(standing, said, mentioned=mentioned)
        inside = dict(people_inside(standing.group.pk))
        gone = [person for person in mentioned if person not in inside]
        voices = cls(standing, [], mentioned=gone) if gone else cls.__new__(cls)
        voices.people = inside | (voices.people if gone else {})
        voices._bylines = {
            one: insider_byline(
                one.author_id,
                columns.name,
                erased=columns.erased_at is not None,
                function=one.function,
                organisation=(
                    one.organisation_id,
                    columns.organisation or "",
                    columns.slug or "",
                    columns.listing or "",
                    columns.status or "",
                )
                if one.organisation_id
                else None,
                opens=one.author_id in inside,
            )
            for one, columns in said.items()
        }
        return voices

    def of(self, author_id: int, organisation_id: int | None, function: str) -> Byline:
        """Return the byline of what is frozen on one word."""
        return self._bylines[Said(author_id, organisation_id, function)]
