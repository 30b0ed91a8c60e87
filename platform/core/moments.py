"""Moments and days that people name: none so far off that a zone, a calendar or a database has no word for it."""

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.errors import DomainError

YEARS_AHEAD = 2
"""How far ahead a moment may lie until which people are asked something."""

YEARS_OF_PLANS = 10
"""How far ahead a day may lie until which something is to be done."""

EARLIEST = date(2000, 1, 1)


class TooFar(DomainError):
    """The date is so far off that its year must be mistyped."""

    code = "too_far"


def refuse_far(moment: date, *, years: int = YEARS_AHEAD) -> None:
    """Raise `TooFar` for a moment or a day that lies more than so many years ahead, or before the year 2000.

    Near the years 1 and 10,000 a moment has no local time in some zones, and PostgreSQL keeps some that Python cannot read.
    """
    day = moment.date() if isinstance(moment, datetime) else moment
    latest = timezone.now().date() + timedelta(days=366 * years)
    if day > latest:
        words = {"day": date_format(latest, "j F Y")}
        raise TooFar(_("Check the year: the last day that can be chosen is %(day)s.") % words)
    if day < EARLIEST:
        words = {"day": date_format(EARLIEST, "j F Y")}
        raise TooFar(_("Check the year: the first day that can be chosen is %(day)s.") % words)
