"""Who spoke, as people who take part in the same group read it: asked once for all the readers of many letters.

It is the rule of `groups.bylines` for those inside, and never says more. Who has left the group since is named by function
and organisation alone, also to somebody who shares another group with them.
"""

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext as _

from accounts.models import User
from core.listing import listed
from groups.bylines import SpokenRow
from groups.models import Membership, Participant
from partners.models import Listing, Organisation


class Word(NamedTuple):
    """What is frozen on a post, and the group in which it was said."""

    group_id: int
    author_id: int
    organisation_id: int | None
    function: str

    @classmethod
    def of(cls, row: SpokenRow, group_id: int) -> "Word":
        """Return it for a post."""
        return cls(group_id, row.author_id, row.organisation_id, row.function)


class Company:
    """Names inside groups; four queries for any number of words, none for none."""

    def __init__(self, words: Iterable[Word], mentioned: Iterable[tuple[int, int]] = ()) -> None:
        """Take the words, and as pairs of group and person whom they mention."""
        words, mentioned = set(words), set(mentioned)
        groups = {word.group_id for word in words} | {group for group, _person in mentioned}
        people = {word.author_id for word in words} | {person for _group, person in mentioned}
        self._inside: dict[tuple[int, int], str] = {}
        self._erased: set[int] = set()
        self._organisations: dict[int, Organisation] = {}
        self._members: set[tuple[int, int | None]] = set()
        if not people:
            return
        seats = Participant.objects.taking_part().filter(membership__group__in=groups, user__in=people).order_by()
        self._inside = {
            (group, person): " ".join(name.split()) or _("(no name yet)")
            for group, person, name in seats.values_list("membership__group_id", "user_id", "user__name")
        }
        self._erased = set(User.objects.filter(pk__in=people, erased_at__isnull=False).values_list("pk", flat=True))
        spoken_for = {word.organisation_id for word in words if word.organisation_id}
        self._organisations = Organisation.objects.only("pk", "name", "listing").in_bulk(spoken_for)
        members = Membership.objects.active().filter(group__in=groups, organisation__in=spoken_for).order_by()
        self._members = set(members.values_list("group_id", "organisation_id"))

    def byline(self, word: Word) -> str:
        """Return who spoke and for whom, in the current language."""
        return listed([self._name(word), word.function, self._organisation(word)])

    def names(self, group_id: int, people: Iterable[int]) -> dict[int, str]:
        """Return the names of those of these people who take part in the group."""
        return {person: name for person in people if (name := self._inside.get((group_id, person)))}

    def _name(self, word: Word) -> str:
        if word.author_id in self._erased:
            return _("former member")
        return self._inside.get((word.group_id, word.author_id), "")

    def _organisation(self, word: Word) -> str:
        organisation = self._organisations.get(word.organisation_id or 0)
        if organisation is None:
            return ""
        is_named = organisation.listing in {Listing.NAMED, Listing.PARTNERS}
        if is_named or (word.group_id, organisation.pk) in self._members:
            return organisation.name
        return _("a member organisation")
