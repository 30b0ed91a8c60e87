"""The capacity in which a person speaks: for which organisation, in which function."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import DomainError
from core.listing import listed
from partners.models import Affiliation, Organisation

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True, slots=True)
class Capacity:
    """A person, the organisation they act for and their function in it; the Secretariat acts for no organisation."""

    user: "User"
    organisation: Organisation | None
    function: str

    @property
    def user_id(self) -> int | None:
        """The person's id."""
        return self.user.pk

    @property
    def organisation_id(self) -> int | None:
        """The organisation's id, if any."""
        return self.organisation.pk if self.organisation else None

    def __str__(self) -> str:
        return listed([self.user.display_name, self.function, self.organisation.name if self.organisation else ""])


class ChooseCapacity(DomainError):
    """The person acts for several organisations and has not said for which one they speak."""

    code = "choose_capacity"


def capacities_of(user: "User") -> list[Capacity]:
    """Return every capacity the person may speak in today, one per active affiliation with a partner, by name."""
    affiliations = (
        Affiliation.objects.speaking().of(user).select_related("organisation").order_by("organisation__name")
    )
    return [Capacity(user, affiliation.organisation, affiliation.function) for affiliation in affiliations]


def secretariat_capacity(user: "User") -> Capacity:
    """Return the capacity in which an officer of the Secretariat acts."""
    if not user.is_secretariat:
        raise ValueError("Not of the Secretariat.")
    return Capacity(user, None, _("Secretariat"))


def choose(capacities: Sequence[Capacity], organisation_id: int | str | None) -> Capacity:
    """Return the capacity for the named organisation; with one capacity it is that one, with several one must be named."""
    if organisation_id in (None, "") and len(capacities) == 1:
        return capacities[0]
    for capacity in capacities:
        if str(capacity.organisation_id) == str(organisation_id):
            return capacity
    raise ChooseCapacity(_("Choose the organisation you speak for."))
