"""Who said what stands on one page, asked once for all of it: rows, what they answer, whom they mention."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from accounts.models import ARCHIVE
from core.prepared import prepared
from groups.attribution import Veiled
from groups.bylines import Byline, SpokenRow, archived_byline, bylines, insider_byline
from groups.models import Participant
from groups.standing import Standing
from partners.models import Listing


class Said(NamedTuple):
    """What is frozen on a word, and the rule of attribution that holds for it in the group it was spoken in."""

    author_id: int
    organisation_id: int | None
    function: str
    veil: int = 0
    spoken_in: int = 0

    @classmethod
    def of(cls, word: "Word") -> "Said":
        """Return what is frozen on a post, a version, a trace."""
        return cls(word.author_id, word.organisation_id, word.function, word.veil, word.spoken_in)


class Word(SpokenRow, Veiled, Protocol):
    """A word that was spoken in a thread."""


class Columns(NamedTuple):
    """What a query brings along with a word, so that names need no query of their own."""

    name: str
    organisation: str | None = None
    listing: str | None = None
    slug: str | None = None
    status: str | None = None


# Who takes part in a group, and for which organisations: whoever else does may be told both.
seats_inside = prepared(
    lambda group: (
        Participant.objects.taking_part()
        .filter(membership__group=group)
        .order_by()
        .values_list("user_id", "user__name", "membership__organisation_id")
        .distinct()
    )
)


class Voices:
    """The bylines of one page for one reader, each made once, and the names of the people it mentions."""

    def __init__(self, standing: Standing, said: Iterable[Said], *, mentioned: Iterable[int] = ()) -> None:
        rows = list({*said, *(Said(person, None, "") for person in mentioned)})
        self._bylines: dict[Said, Byline] = dict(zip(rows, bylines(rows, standing), strict=True))
        self.is_inside = standing.is_participant
        self.people = {one.person_id: one.name for one in self._bylines.values() if one.name}

    @classmethod
    def of_page(cls, standing: Standing, said: dict[Said, Columns], *, mentioned: Iterable[int]) -> "Voices":
        """Return the voices of a page whose query brought the names.

        Who takes part in the group reads those who do so too from what the page has; only what others said is asked for.
        """
        if not standing.is_participant:
            return cls(standing, said, mentioned=mentioned)
        seats = seats_inside(standing.group.pk)
        people, organisations = {seat[0]: seat[1] for seat in seats}, {seat[2] for seat in seats}

        def is_inside(one: Said, columns: Columns) -> bool:
            named = one.organisation_id in organisations or columns.listing in {Listing.NAMED, Listing.PARTNERS}
            return one.author_id in people and (one.organisation_id is None or named)

        inside = {one: columns for one, columns in said.items() if is_inside(one, columns)}
        archived = {one: archived_byline(one.function, told=True) for one in said if one.author_id == ARCHIVE}
        voices = cls(
            standing,
            [one for one in said if one not in inside and one not in archived],
            mentioned=[person for person in mentioned if person not in people],
        )
        voices.people |= people
        voices._bylines |= archived
        voices._bylines |= {
            one: insider_byline(
                one.author_id,
                people[one.author_id],
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
            )
            for one, columns in inside.items()
        }
        return voices

    def names_under(self, veil: int) -> dict[int, str]:
        """Return the names that a text under this rule of attribution may be shown with: outside its group, none."""
        return {} if veil and not self.is_inside else self.people

    def of(self, word: "Said | Word") -> Byline:
        """Return the byline of what is frozen on one word that was among those given."""
        return self._bylines[word if isinstance(word, Said) else Said.of(word)]
