"""What happens to people, told to the rooms above."""

from dataclasses import dataclass

from accounts.models import User
from core.events import Event


@dataclass(frozen=True)
class AddressConfirmed(Event):
    """The person has shown that an address is theirs.

    Published when they confirm it, and again at every sign-in, which asks for a confirmed address: resetting a password
    confirms one too. Who reacts does so once.
    """

    user: User


@dataclass(frozen=True)
class PersonChanged(Event):
    """The person is new here or has another name, or none any more."""

    user: User


@dataclass(frozen=True)
class AccountClosed(Event):
    """The person can no longer sign in and takes part nowhere, until the account is opened again.

    `act` is the number of the recorded act, so that an account closed twice is told twice.
    """

    user: User
    act: int


@dataclass(frozen=True)
class AccountReopened(Event):
    """The person can sign in again, with the places they had."""

    user: User


@dataclass(frozen=True)
class ClockChanged(Event):
    """The person lives by the clock of another time zone from now on."""

    user: User
