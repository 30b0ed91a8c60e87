"""Shapes that every area uses."""

from datetime import UTC, datetime
from typing import Annotated

from django.conf import settings
from django.utils.translation import gettext as _
from ninja import Field, Schema
from pydantic import AfterValidator, AwareDatetime

from groups.bylines import Byline


def absolute(path: str) -> str:
    """Return the address of a page for use outside the site."""
    return settings.SITE_URL + path


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise ValueError(_("There is no such moment.")) from error


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A point in time that says its zone."""


Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
"""A number by which a thing is known."""


class FieldProblem(Schema):
    """What is wrong with one field, parameter or header."""

    field: str
    message: str


class Problem(Schema):
    """Problem details (RFC 9457): why a request was refused."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem]


class Speaker(Schema):
    """Who said something, for whom, in which function: as far as the token's owner may know."""

    name: str | None = Field(description="The person; null for who may not be told.")
    function: str
    organisation: str = Field(description="The organisation, or words for one that is not named to the owner.")
    url: str | None = Field(description="The person's page, where the owner may open it.")

    @classmethod
    def of(cls, byline: Byline) -> "Speaker":
        """Return the byline in this shape: no ids, for they would tell apart who is not named."""
        url = absolute(byline.url) if byline.url else None
        return cls(name=byline.name, function=byline.function, organisation=byline.organisation, url=url)
