"""What happens to organisations and affiliations, told to the rooms above."""

from dataclasses import dataclass

from core.events import Event
from partners.capacity import Capacity
from partners.models import Affiliation, Organisation


@dataclass(frozen=True)
class AffiliationRequested(Event):
    """A person asked to act for an organisation; its focal points decide (the Secretariat when it has none)."""

    affiliation: Affiliation


@dataclass(frozen=True)
class AffiliationConfirmed(Event):
    """The tie is active now. `by_id` is whose act made it so; `proposer` says that it came with the organisation's own answer."""

    affiliation: Affiliation
    by_id: int | None = None
    proposer: bool = False


@dataclass(frozen=True)
class AffiliationDeclined(Event):
    """The answer was no; the reason stands on the affiliation. `proposer` as in `AffiliationConfirmed`."""

    affiliation: Affiliation
    proposer: bool = False


@dataclass(frozen=True)
class PlacesHandedOver(Event):
    """The person leaves, and `by` names a successor in the same organisation: seats, subscriptions and open tasks go over.

    `AffiliationEnded` for `affiliation` follows in the same transaction.
    """

    affiliation: Affiliation
    successor: Affiliation
    by: Capacity


@dataclass(frozen=True)
class AffiliationEnded(Event):
    """The tie is over: every participation through it ends in the same transaction. `by_id` is who ended it."""

    affiliation: Affiliation
    by_id: int | None = None


@dataclass(frozen=True)
class OrganisationProposed(Event):
    """A new organisation waits in the Secretariat's queue."""

    organisation: Organisation


@dataclass(frozen=True)
class OrganisationStatusChanged(Event):
    """Accepted, declined, suspended, reinstated or left: the rights of all its people change with it.

    `act` is the number of the recorded act, so that the same status reached twice is told twice.
    """

    organisation: Organisation
    act: int = 0
