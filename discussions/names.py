"""How the organisations and people of a table are named to one reader: by the rule of bylines, asked once for all rows."""

from collections.abc import Iterable

from discussions.voices import Said, Voices
from groups.bylines import Byline
from groups.standing import Standing

# Nobody has this id: it stands where an organisation is named without a person.
NOBODY = 0


class Names:
    """The bylines of a table. Ask with every pair that will be shown; a fixed number of queries."""

    def __init__(self, standing: Standing, said: Iterable[tuple[int | None, int | None, str]]) -> None:
        wanted = [Said(author or NOBODY, organisation, function) for author, organisation, function in said]
        self._voices = Voices(standing, wanted)

    def of(self, author_id: int | None, organisation_id: int | None, function: str = "") -> Byline:
        """Return who spoke for whom; without an author, the organisation alone."""
        return self._voices.of(Said(author_id or NOBODY, organisation_id, function))
