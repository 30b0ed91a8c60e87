"""A person's own clock: quiet hours, in which they want no letter that may wait, and the hour at which their digest comes."""

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from accounts.models import User


def zone_of(person: "User") -> ZoneInfo:
    """Return the zone of the person's clock; UTC where the name of theirs is no longer known."""
    try:
        return ZoneInfo(person.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def quiet_until(person: "User", now: datetime) -> datetime | None:
    """Return when the quiet hours end in which the moment lies, in UTC; None outside of them, or where there are none.

    They are hours of the person's own clock, may pass midnight, and begin and end when that clock shows it: in a night in
    which it is put forward or back they are an hour shorter or longer. An end that such a night leaves out comes when it
    would have come without the change; one that it brings twice comes the first time it is still ahead.
    """
    start, end = person.quiet_from, person.quiet_until
    if start is None or end is None or start == end:
        return None
    zone = zone_of(person)
    local = now.astimezone(zone)
    clock, day = local.time(), local.date()
    if start < end:
        is_quiet = start <= clock < end
    else:
        is_quiet = clock >= start or clock < end
        if clock >= start:
            day += timedelta(days=1)
    if not is_quiet:
        return None
    ends = (datetime.combine(day, end, zone).replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return next((moment for moment in ends if moment > now), None)


def next_at(hour: int, zone: ZoneInfo, after: datetime) -> datetime:
    """Return the next moment after the one given, in UTC, at which a clock of the zone shows the full hour: once in each day.

    On a day that leaves the hour out it comes when it would have come without the change; on one that brings it twice, the
    first time.
    """
    day = after.astimezone(zone).date()
    while (moment := _at(hour, zone, day)) <= after:
        day += timedelta(days=1)
    return moment


def _at(hour: int, zone: ZoneInfo, day: date) -> datetime:
    return datetime.combine(day, time(hour), zone).astimezone(UTC)
