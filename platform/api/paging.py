"""Long lists in pages: each page says where the next begins, and what came meanwhile shifts nothing."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Sequence
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from ninja import Field, Query, Schema

from api.problems import Refusal

DEFAULT, MOST = 30, 100
BIGGEST = 2**63 - 1


class Place(Schema):
    """Where a page begins, and how much it holds."""

    cursor: str = Field("", max_length=40, description="What the page before gave as `next`; none for the first page.")
    limit: int = Field(DEFAULT, ge=1, le=MOST, description="How many at most.")

    @property
    def start(self) -> int | None:
        """The number the cursor stands for: that of the last item of the page before."""
        return decode(self.cursor) if self.cursor else None


PAGE: Any = Query(...)
"""Declares the two parameters: `place: Place = PAGE`."""


class Page[Item](Schema):
    """A part of a list."""

    items: list[Item]
    next: str | None = Field(None, description="The cursor of the next page; null on the last one.")


def encode(number: int) -> str:
    """Return the cursor for a number; programs are told nothing of what is in it."""
    return urlsafe_b64encode(f"n{number}".encode()).decode().rstrip("=")


def decode(cursor: str) -> int:
    """Return the number; refuse what is no cursor of ours."""
    try:
        text = urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)).decode()
    except (Error, ValueError):
        text = ""
    number = text[1:]
    if not (text[:1] == "n" and number.isascii() and number.isdecimal() and int(number) <= BIGGEST):
        wrong = _("This is not a cursor of this list.")
        raise Refusal(422, wrong, errors=[("cursor", wrong)])
    return int(number)


def page_of[Row: Model](rows: QuerySet[Row], place: Place, *, by: str = "pk", newest: bool = False) -> list[Row]:
    """Return one row more than the page holds, after the cursor, in the order of a number that never changes."""
    start = place.start
    if start is not None:
        rows = rows.filter(**{f"{by}__{'lt' if newest else 'gt'}": start})
    return list(rows.order_by(f"-{by}" if newest else by)[: place.limit + 1])


def cut[Row](rows: Sequence[Row], place: Place, number: Any) -> tuple[Sequence[Row], str | None]:
    """Return the rows of the page, and the cursor of the next where there is one; `number` tells a row's."""
    if len(rows) <= place.limit:
        return rows, None
    shown = rows[: place.limit]
    return shown, encode(number(shown[-1]))
