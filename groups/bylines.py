"""Who spoke, as far as one reader may be told: the rule of names, for every page, notice and file.

Who shares a group or an organisation with the author today, or is of the Secretariat, reads the person's name; everybody
else the function and the organisation, also in a group that the author has left: whoever joins later shares nothing with
them. A thread may say that less than that leaves its group (`groups/attribution.py`): who takes part there reads as always,
everybody else no names, or no organisations either. An organisation that is not named to the reader shows as a member
organisation. Names are looked up now, so an erased person is a former member everywhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Protocol

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import ARCHIVE, User
from core.listing import listed
from groups.acquaintance import organisations_known_to, people_known_to
from groups.attribution import Attribution
from groups.models import Participant
from groups.standing import Standing
from partners.models import Listing, Organisation, OrganisationStatus
from partners.models.organisation import is_partner_person

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class SpokenRow(Protocol):
    """What `partners.models.Spoken` gives: the frozen ids and function of a word."""

    @property
    def author_id(self) -> int: ...
    @property
    def organisation_id(self) -> int | None: ...
    @property
    def function(self) -> str: ...

    # A word may also carry `veil` and `spoken_in`, as `groups.attribution.Veiled` says.


@dataclass(frozen=True, slots=True)
class Byline:
    """Who spoke, for whom, in which function. `name` and the person's `url` are None for who may not be told."""

    person_id: int
    name: str | None
    function: str
    organisation_id: int | None
    organisation: str
    url: str | None = None
    organisation_url: str | None = None

    @property
    def label(self) -> str:
        """The person, else the organisation: what stands first."""
        return self.name or self.organisation

    @property
    def initials(self) -> str:
        """One or two letters for the avatar."""
        words = self.label.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()

    def __str__(self) -> str:
        return listed([self.name, self.function, self.organisation])


def bylines(rows: Sequence[SpokenRow], standing: Standing) -> list[Byline]:
    """Return the byline of each row spoken in the standing's group, in order; a fixed number of queries."""
    return _Reader(standing.user, inside=standing.group.pk if standing.is_participant else None).bylines(rows)


def archived_byline(name: str, *, told: bool) -> Byline:
    """Return the byline of what somebody without an account said on a mailing list; inside the group their name is told."""
    return Byline(
        person_id=ARCHIVE,
        name=name if told and name else None,
        function=_("by mail list archive"),
        organisation_id=None,
        organisation="" if told and name else _("somebody on the mailing list"),
    )


def bylines_for(rows: Sequence[SpokenRow], user: "User | AnonymousUser") -> list[Byline]:
    """Return bylines of rows from several groups, as search, home and notices show them."""
    return _Reader(user).bylines(rows)


def insider_byline(
    person_id: int,
    name: str,
    *,
    function: str,
    organisation: tuple[int, str, str, str, str] | None,
) -> Byline:
    """Return the byline of somebody who takes part in the group as others who do read it, from columns a page has asked for.

    `organisation` is its id, name, slug, listing and status, and one that is named to them.
    """
    label, url = "", None
    if organisation is not None:
        _pk, label, slug, listing, status = organisation
        if status == OrganisationStatus.ACTIVE and listing != Listing.UNDISCLOSED:
            url = _pattern("organisation", "slug-0").replace("slug-0", slug)
    return Byline(
        person_id=person_id,
        name=name or _("(no name yet)"),
        function=function,
        organisation_id=organisation[0] if organisation else None,
        organisation=label,
        url=_pattern("person", 0).replace("0", str(person_id)),
        organisation_url=url,
    )


@cache
def _pattern(name: str, argument: int | str) -> str:
    """Return an address with the argument in its place, so that a page of rows does not reverse each of its own."""
    return reverse(name, args=[argument])


class _Reader:
    """What one reader may be told; asks the database per kind of question, never per row."""

    def __init__(self, user: "User | AnonymousUser", *, inside: int | None = None) -> None:
        """Take the reader and, where all rows were spoken in one group, the group's id if they take part in it."""
        self.user = user
        self.inside = inside
        self._shared: set[int] = set()

    def bylines(self, rows: Sequence[SpokenRow]) -> list[Byline]:
        """Return the rows' bylines, in order."""
        if not rows:
            return []
        people = {row.author_id for row in rows} - {ARCHIVE}
        authors = User.objects.only("pk", "name", "erased_at").in_bulk(people)
        known = self._known(people)
        organisations = _organisations(rows)
        self._shared = self._organisations_shared(organisations.values())
        return [
            self._one(row, veil, authors.get(row.author_id), known, organisations)
            for row, veil in zip(rows, self._veils(rows), strict=True)
        ]

    def _one(
        self,
        row: SpokenRow,
        veil: int,
        author: User | None,
        known: set[int],
        organisations: dict[int, Organisation],
    ) -> Byline:
        if veil:
            return self._veiled(row, veil, organisations)
        if row.author_id == ARCHIVE:
            return archived_byline(row.function, told=self._is_told_archives(row))
        return self._byline(row, author, known, organisations)

    def _veils(self, rows: Sequence[SpokenRow]) -> list[int]:
        """Return, for each row, the rule of attribution that binds this reader; a query only where there is such a rule."""
        rules = [(getattr(row, "veil", 0), getattr(row, "spoken_in", None)) for row in rows]
        return [
            veil if veil and group != self.inside and group not in self._own_groups else 0 for veil, group in rules
        ]

    def _veiled(self, row: SpokenRow, veil: int, organisations: dict[int, Organisation]) -> Byline:
        """Return what leaves the group of a word: never the person, and under the narrowest rule no organisation."""
        organisation = organisations.get(row.organisation_id) if row.organisation_id is not None else None
        if veil >= Attribution.NO_ORGANISATIONS or organisation is None:
            return Byline(0, None, "", None, _("a participant"))
        return Byline(
            person_id=0,
            name=None,
            function="",
            organisation_id=organisation.pk,
            organisation=self._label(organisation),
            organisation_url=self._page(organisation),
        )

    def _is_told_archives(self, row: SpokenRow) -> bool:
        """Say whether the reader takes part in the group in whose archive the row was found."""
        if self.inside is not None or self._of_secretariat:
            return True
        group = getattr(getattr(row, "thread", row), "group_id", None)
        return group in self._own_groups

    @cached_property
    def _own_groups(self) -> set[int]:
        if not self.user.is_authenticated:
            return set()
        seats = Participant.objects.taking_part().filter(user=self.user)
        return set(seats.values_list("membership__group", flat=True))

    def _byline(
        self, row: SpokenRow, author: User | None, known: set[int], organisations: dict[int, Organisation]
    ) -> Byline:
        """Return one byline; somebody who does not exist, as a text may name by number, has no name."""
        organisation = organisations.get(row.organisation_id) if row.organisation_id is not None else None
        erased = author is not None and author.erased_at is not None
        told = author if row.author_id in known or erased else None
        return Byline(
            person_id=row.author_id,
            name=told.display_name if told else None,
            function=row.function,
            organisation_id=row.organisation_id,
            organisation=self._label(organisation),
            url=told.get_absolute_url() if told and not erased else None,
            organisation_url=self._page(organisation),
        )

    def _known(self, people: set[int]) -> set[int]:
        """Return those of the people whose page the reader may open."""
        if not self.user.is_authenticated or not people:
            return set()
        return people if self._of_secretariat else people_known_to(self.user, people)

    @property
    def _of_secretariat(self) -> bool:
        return self.user.is_authenticated and self.user.is_secretariat

    @cached_property
    def _is_partner(self) -> bool:
        return self.inside is not None or is_partner_person(self.user)

    def _organisations_shared(self, organisations: Iterable[Organisation]) -> set[int]:
        """Return those not named to the reader by their listing that the reader acts for or shares a group with."""
        asked = {one.pk for one in organisations if not self._listed(one)}
        if not asked or not self.user.is_authenticated or self._of_secretariat:
            return set()
        return organisations_known_to(self.user, asked)

    def _label(self, organisation: Organisation | None) -> str:
        if organisation is None:
            return ""
        return organisation.name if self._named(organisation) else _("a member organisation")

    def _named(self, organisation: Organisation) -> bool:
        return self._of_secretariat or organisation.pk in self._shared or self._listed(organisation)

    def _listed(self, organisation: Organisation) -> bool:
        """Say whether its listing names it to the reader."""
        return organisation.listing == Listing.NAMED or (organisation.listing == Listing.PARTNERS and self._is_partner)

    def _page(self, organisation: Organisation | None) -> str | None:
        """Return the organisation's page where it is one that everybody who reads its name here may open."""
        if organisation is None or not organisation.is_active or not self._named(organisation):
            return None
        return organisation.get_absolute_url() if self._of_secretariat or self._listed(organisation) else None


def _organisations(rows: Sequence[SpokenRow]) -> dict[int, Organisation]:
    return Organisation.objects.only("pk", "name", "slug", "listing", "status").in_bulk(
        {row.organisation_id for row in rows if row.organisation_id is not None}
    )
