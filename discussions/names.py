"""How the organisations and people of a table are named to one reader: by the rule of bylines, asked once for all rows."""

from collections.abc import Iterable

from discussions.models import Thread
from discussions.voices import Said, Voices
from groups.attribution import Attribution
from groups.bylines import Byline
from groups.standing import Standing

# Nobody has this id: it stands where an organisation is named without a person.
NOBODY = 0


class Names:
    """The bylines of a table, under the rule of attribution of its thread, if it is of one.

    Ask with every pair that will be shown; a fixed number of queries.
    """

    def __init__(
        self, standing: Standing, said: Iterable[tuple[int | None, int | None, str]], *, thread: Thread | None = None
    ) -> None:
        self._rule = (thread.attribution, standing.group.pk) if thread else (0, 0)
        self._voices = Voices(standing, [self._said(*one) for one in said])

    def of(self, author_id: int | None, organisation_id: int | None, function: str = "") -> Byline:
        """Return who spoke for whom; without an author, the organisation alone."""
        return self._voices.of(self._said(author_id, organisation_id, function))

    def _said(self, author_id: int | None, organisation_id: int | None, function: str) -> Said:
        return Said(author_id or NOBODY, organisation_id, function, *self._rule)


def tells_who(thread: Thread, standing: Standing) -> bool:
    """Say whether the reader may be shown who answered or voted what, line by line.

    Where no organisations leave the group, not even lines without a name do: beside each other they would tell who is who.
    """
    return standing.is_participant or thread.attribution < Attribution.NO_ORGANISATIONS
