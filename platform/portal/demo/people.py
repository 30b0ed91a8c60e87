"""The invented people of the demonstration and the organisations they work for.

Four of them can sign in with `PASSWORD`; the others have no usable password. Addresses end in example.org, which nobody owns.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from accounts.models import User
from partners.models import Affiliation

PASSWORD = "action-groups"

SIGN_INS = {
    "marta": "leads the group Supply Chains",
    "joao": "takes part in the group Supply Chains",
    "priya": "works for a partner that is in no group yet",
    "ingrid": "is an officer of the Secretariat",
}


@dataclass(frozen=True, kw_only=True)
class Person:
    """One invented person: what they do for which organisation, and how they like to read.

    `pending`: the affiliation waits for a focal point, or the whole organisation for the Secretariat.
    """

    key: str
    name: str
    organisation: str
    function: str
    email: str
    role: Affiliation.Role
    language: str
    time_zone: str
    secretariat: bool
    pending: bool

    @property
    def can_sign_in(self) -> bool:
        """Say whether this is one of the four sign-ins the demonstration prints."""
        return self.key in SIGN_INS


def _read() -> tuple[Person, ...]:
    with (Path(__file__).parent / "people.csv").open(encoding="utf-8", newline="") as table:
        return tuple(
            Person(
                role=Affiliation.Role(row.pop("role")),
                secretariat="secretariat" in (notes := row.pop("notes").split()),
                pending="pending" in notes,
                **row,
            )
            for row in csv.DictReader(table)
        )


PEOPLE = _read()


def live_here() -> bool:
    """Say whether this database is a demonstration: its people, whose password everybody may know, have accounts in it."""
    return User.objects.filter(email__in=[person.email for person in PEOPLE]).exists()


def sign_in_lines() -> list[str]:
    """Return what is printed once the demonstration stands: the password, and each address with who that is."""
    by_key = {person.key: person for person in PEOPLE}
    lines = [f"Sign in to the demonstration with the password {PASSWORD} as"]
    return lines + [f"  {by_key[key].email:<24} who {who}" for key, who in SIGN_INS.items()]
