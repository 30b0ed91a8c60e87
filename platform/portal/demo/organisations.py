"""Organisations of the demonstration: real bodies with public facts only, and fictional ones in which all its people work."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from partners.models.organisation import Listing, StakeholderType


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """One organisation of the directory; the mandate of one that is not `real` says that it is fictional."""

    key: str
    name: str
    type: StakeholderType
    mandate: str
    acronym: str = ""
    country: str = ""
    website: str = ""
    listing: Listing = Listing.NAMED
    real: bool = False
    applicant: bool = False


def _read() -> tuple[Organisation, ...]:
    table = tomllib.loads((Path(__file__).parent / "organisations.toml").read_text(encoding="utf-8"))
    return tuple(
        Organisation(
            key=key,
            type=StakeholderType(row.pop("type")),
            listing=Listing(row.pop("listing", Listing.NAMED)),
            mandate=" ".join(row.pop("mandate").split()),
            **row,
        )
        for key, row in table.items()
    )


ORGANISATIONS = _read()
