"""Finding: one statement, driven from the words, with the reader's doors inside it.

What cannot be read is therefore in no hit, no count and no suggestion, and a page is as long as it would be without it.

The order is the same on both databases, because it is arithmetic of our own: what is called just so; groups, organisations and
people whose name has all the words; threads and documents whose title has them; everything else; each the newest first.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from core.kept import rows_of
from search.asking import Asked, read
from search.engines import Engine, engine
from search.engines.base import Part
from search.models import Kind
from search.services.rights import Readable, readable_by, sources
from search.services.statements import CALLED_SO, Texts, fit_of, narrowed_by, of_all, of_newest, paged_from

if TYPE_CHECKING:
    from search.cards import Reader

PAGE = 20
SUGGESTED = 8
MOST_NAMED = 50
MOST = 1000
"""Up to so many entries are ranked and counted, whatever they are; of more, those that came last."""

FEW = 3
"""Pages of a list that hold so few things that it is worth looking for more."""


class Cursor(NamedTuple):
    """Where a page ends: how well the last thing fits, its moment, kind and id.

    Where there are more than are ranked, also from which entry on those with the words in their titles, and all, are read, and
    whether a document counts once among them.
    """

    fit: int
    moment: int
    kind: str
    object_id: int
    titled: int = 0
    latest: int = 0
    once: int = 0

    @property
    def place(self) -> tuple[int, int, str, int]:
        """What is compared with things found."""
        return self[:4]

    @property
    def is_bounded(self) -> bool:
        """Whether it goes on in a list of those that came last."""
        return self.latest > 0


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What narrows a search besides its words: None is not asked for, an empty collection fits nothing.

    Whose `authors` and `organisations` these are is for the caller to judge by what the reader may know. Moments are
    microseconds, from the first on and before the second.
    """

    groups: Collection[int] | None = None
    authors: Collection[int] | None = None
    organisations: Collection[int] | None = None
    since: int | None = None
    before: int | None = None
    places: Collection[int] | None = None

    @property
    def veil(self) -> int | None:
        """How veiled an entry may be: an author or an organisation may be asked for only where the reader is told of them."""
        return 0 if self.authors is not None else 1 if self.organisations is not None else None


class Found(NamedTuple):
    """One thing found, by its kind and id; of a document, the first page that fits (0: its title)."""

    fit: int
    moment: int
    kind: Kind
    object_id: int
    part: int

    @property
    def cursor(self) -> Cursor:
        """Where a page that ends with it goes on."""
        return Cursor(self.fit, self.moment, self.kind.value, self.object_id)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of what was found, how many of each kind there are in all, and where the next page begins.

    With `at_least`, there may be more of each kind than is counted, and kinds that are not; with `is_bounded` the list is of
    those that came last, and not of all.
    """

    found: list[Found] = field(default_factory=list)
    counts: dict[Kind, int] = field(default_factory=dict)
    next: Cursor | None = None
    at_least: bool = False
    is_bounded: bool = False


def find(
    asked: Asked,
    reader: "Reader",
    *,
    narrowed: Narrowed = Narrowed(),
    kind: Kind | None = None,
    after: Cursor | None = None,
    limit: int = PAGE,
) -> Page:
    """Return a page of what the reader may see of what was asked; `kind` narrows the page, not the counts.

    Of more than `MOST` that the reader may see, those that came last are ranked, and counts are lower bounds: of the kind alone
    where there is one.
    """
    readable = readable_by(reader, sources(), narrowed.veil)
    if not asked or readable is None:
        return Page()
    search = _Search(engine(), asked, readable, narrowed, kind, after, limit)
    if after and after.is_bounded:
        return search.newest()
    page = search.all(kind_alone=False)
    if isinstance(page, tuple) and kind is not None:
        page = search.all(kind_alone=True)
    return search.newest(page) if isinstance(page, tuple) else page


@dataclass(frozen=True, slots=True)
class _Search:
    """What is asked, by whom, and which page of it."""

    using: Engine
    asked: Asked
    readable: Readable
    narrowed: Narrowed
    kind: Kind | None
    after: Cursor | None
    limit: int

    def all(self, *, kind_alone: bool) -> "Page | tuple[bool, bool]":
        """Return the page with everything ranked and counted.

        Where there is too much for that, say of those with the words in their titles, and of all, whether so many have them that
        enough are among the entries that came last.
        """
        using, readable, most = self.using, self.readable, MOST
        fit, fits = fit_of(using, self.asked)
        matches, matched = using.matches(using.expression(self.asked))
        titled, titles = using.has(using.expression(self.asked, "="))
        narrow, narrowing = self._narrow(kind_alone=kind_alone)
        paged, paging = paged_from(self.kind, self.after)
        texts = Texts(using, matches, readable.tables, readable.condition, narrow, paged, self.limit, most)
        params = [*readable.of_tables, *matched, *readable.params, *narrowing, *fits, *paging, *titles]
        answer = rows_of(of_all(texts, fit, titled), params)
        for none, _apart, kind, with_title, _part in answer:
            if none is None and kind is None:
                # Where they lie apart, nobody looked at titles.
                return 2 * (with_title or 0) > most, with_title is not None
        return self._page(answer, at_least=kind_alone)

    def newest(self, near: tuple[bool, bool] = (False, False), *, once: bool = False) -> Page:
        """Return the page with those ranked that came last, looked for first where they are thought to be near.

        A long document that came last has a page for each of them, and hides everything else: then each counts `once`. As the
        first page was looked for, so are those after it.
        """
        using, readable, asked = self.using, self.readable, self.asked
        begun = self.after if self.after and self.after.is_bounded else None
        once = bool(begun.once) if begun else once
        everything = using.expression(asked)
        narrow, narrowing = self._narrow(kind_alone=True)
        paged, paging = paged_from(self.kind, self.after)
        # What came since the first page is read besides, so that nothing of what was to be listed makes room for it.
        most = 2 * MOST if self.after else MOST
        since = (0, self.after.titled, self.after.latest) if self.after else (0, 0, 0)
        params: list[Any] = list(readable.of_tables)
        tiers = (using.token(asked.name), using.expression(asked, "="), "")
        for tier, first in zip(tiers, since, strict=True):
            matches, matched = using.matches(using.both(everything, tier) if tier else everything)
            params += [*matched, *readable.params, *narrowing, first]
        texts = Texts(using, matches, readable.tables, readable.condition, narrow, paged, self.limit, most)
        *answer, (titles, latest, _kind, titled, found) = rows_of(
            of_newest(texts, near, once=once), [*params, *paging]
        )
        if any(is_near and count < most for is_near, count in zip(near, (titles, found), strict=True)):
            return self.newest(once=once)
        things = sum(count for fit, count, *_ in answer if fit is None)
        if not begun and not once and things <= FEW * self.limit and max(titles, found) == most:
            return self.newest(once=True)
        page = self._page(answer, at_least=True)
        if page.next:
            titled, latest = (begun.titled, begun.latest) if begun else (titled or 0, latest)
            page = replace(page, next=page.next._replace(titled=titled, latest=latest, once=int(once)))
        return replace(page, is_bounded=True)

    def _narrow(self, *, kind_alone: bool) -> Part:
        narrow, narrowing = narrowed_by(self.using, self.narrowed)
        if kind_alone and self.kind is not None:
            return f"{narrow} AND e.kind = %s", [*narrowing, self.kind.value]
        return narrow, narrowing

    def _page(self, answer: Sequence[tuple[Any, ...]], *, at_least: bool) -> Page:
        counts = {Kind(kind): count for fit, count, kind, _pk, _part in answer if fit is None}
        rows = sorted((row for row in answer if row[0] is not None), reverse=True)
        found = [Found(fit, moment, Kind(kind), pk, part) for fit, moment, kind, pk, part in rows]
        return Page(
            found[: self.limit],
            {kind: counts[kind] for kind in sources() if kind in counts},
            found[self.limit - 1].cursor if len(found) > self.limit else None,
            at_least=at_least,
        )


def find_widening(asked: Asked, reader: "Reader", **more: Any) -> tuple[Page, Asked]:
    """Do as `find`; where nothing has the words as they are, look for words that begin so. Return also what was looked for."""
    page = find(asked, reader, **more)
    wider = asked.by_beginnings()
    if page.counts or page.at_least or wider == asked or not wider.has_beginnings:
        return page, asked
    widened = find(wider, reader, **more)
    return (widened, wider) if widened.counts else (page, asked)


def suggest(
    asked: Asked, reader: "Reader", *, kinds: Iterable[Kind] | None = None, limit: int = SUGGESTED
) -> list[Found]:
    """Return what the reader may see whose title has all the words, of the kinds that are found by their titles."""
    using = engine()
    chosen = {kind: one for kind, one in sources().items() if (kind in kinds if kinds is not None else one.suggested)}
    readable = readable_by(reader, chosen)
    if not asked or readable is None:
        return []
    fit, fits = fit_of(using, asked)
    matches, matched = using.matches(using.expression(asked, "="))
    statement = f"""
        WITH {readable.tables}found AS (
            SELECT {fit} AS fit, e.moment, e.kind, e.object_id, e.part
            FROM {using.source} WHERE {matches} AND ({readable.condition})
        )
        SELECT * FROM found ORDER BY fit DESC, moment DESC, kind DESC, object_id DESC LIMIT {limit}
    """  # noqa: S608 - made of our own names
    answer = rows_of(statement, [*readable.of_tables, *fits, *matched, *readable.params])
    return [Found(fit, moment, Kind(kind), pk, part) for fit, moment, kind, pk, part in answer]


def named_so(kind: Kind, name: str, reader: "Reader") -> list[int]:
    """Return the ids of what the reader may see of this kind that is called just so, or else has all the words in its name."""
    found = suggest(read(name, unfinished=True), reader, kinds=[kind], limit=MOST_NAMED)
    called = [one for one in found if one.fit == CALLED_SO]
    return [one.object_id for one in called or found]


def found_in(kind: Kind, place: int, asked: Asked, *, floor: int, below: int, limit: int) -> list[int]:
    """Return the ids of what was found in one place whose door the caller has passed, the last in it first.

    Nothing below the floor, and nothing from the depth `below` on.
    """
    if not asked:
        return []
    using = engine()
    matches, matched = using.matches(using.expression(asked))
    statement = f"""
        SELECT e.object_id FROM {using.source}
        WHERE {matches} AND e.kind = %s AND e.place = %s AND e.depth >= %s AND e.depth < %s
        ORDER BY e.depth DESC LIMIT {limit}
    """  # noqa: S608 - made of our own names
    return [pk for (pk,) in rows_of(statement, [*matched, kind.value, place, floor, below])]
