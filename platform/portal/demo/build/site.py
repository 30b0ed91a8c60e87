"""What was built so far, by the keys of the content."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db import models

from groups.models import Group
from partners.capacity import Capacity, secretariat_capacity

if TYPE_CHECKING:
    from accounts.models import User
    from groups.documents.models import Document
    from groups.models import Membership
    from partners.models import Affiliation, Organisation
    from portal.demo import reader

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "demonstration.example.org")


@dataclass
class Site:
    """Rows by the keys of the content, on the day of seeding."""

    today: date
    organisations: dict[str, Organisation] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    affiliations: dict[str, Affiliation] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    memberships: dict[tuple[str, str], Membership] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)

    def capacity(self, person: str) -> Capacity:
        """Return the capacity in which the person speaks."""
        return self.affiliations[person].capacity

    @property
    def secretariat(self) -> Capacity:
        """The Secretariat's officer at work."""
        return secretariat_capacity(self.people["ingrid"])

    def lead_of(self, group: reader.Group) -> Capacity:
        """Return the capacity of the first person of the group's first lead."""
        return self.capacity(next(member for member in group.members if member.role == "lead").people[0])

    def days_ago(self, days: int) -> datetime:
        """Return nine in the morning UTC, some days before the day of seeding."""
        return datetime.combine(self.today - timedelta(days=days), time(9), UTC)


def key(*parts: object) -> uuid.UUID:
    """Return the same key for the same words at every run."""
    return uuid.uuid5(NAMESPACE, "/".join(str(part) for part in parts))


def backdate(row: models.Model, **moments: datetime | None) -> None:
    """Give a row the moments its content names, past the verbs, which know only now."""
    type(row)._base_manager.filter(pk=row.pk).update(**moments)
    for name, moment in moments.items():
        setattr(row, name, moment)
