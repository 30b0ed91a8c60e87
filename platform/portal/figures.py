"""What the Secretariat reads of the site's processes: how they fare, what to do where one does not, and the last hour.

It rests on the rows that each process writes of itself (`core.reporting`), so it needs neither Redis nor monitoring, and it
costs two queries however many processes and minutes there are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.models import Process, ProcessMinute
from core.reporting import SILENT_AFTER

MINUTES = 60
STEP = 5
"""Minutes that one row of the table beside the chart stands for."""

TASKS_LATE = 60
LOOP_SLOW = 1.0
OUTBOX_HIGH = 0.75


@dataclass(frozen=True)
class Seen:
    """One process as it last said of itself."""

    row: Process
    silent: bool

    def number(self, name: str) -> int:
        """Return one of its figures as they are now."""
        return int(self.row.figures.get(name, 0))

    def minute(self, name: str) -> int:
        """Return how often something happened in its last minute."""
        return int(self.row.figures.get("minute", {}).get(name, 0))

    def since(self, name: str) -> int:
        """Return how often something has happened since it began."""
        return int(self.row.figures.get("since", {}).get(name, 0))

    @property
    def serves_sockets(self) -> bool:
        """Whether sockets are its work."""
        return self.row.kind in (Process.Kind.SITE, Process.Kind.SOCKETS)

    @property
    def shown(self) -> dict[str, Any]:
        """Its line in the table."""
        return {
            "sockets": self.number("sockets"),
            "rooms": self.number("rooms"),
            "events": self.minute("events"),
            "deliveries": round(self.minute("deliveries") / 60, 1),
            "outbox": round(float(self.row.figures.get("outbox_peak", 0)) * 100),
            "layer_errors": self.since("layer_errors"),
            "catch_ups": self.since("catch_ups"),
            "pages": self.minute("pages"),
        }


@dataclass(frozen=True)
class Trouble:
    """Something that is not as it should be: what it is, what it means to people, and what helps."""

    what: str
    means: str
    do: str
    grave: bool = False


@dataclass(frozen=True)
class Line:
    """One of the two charts: a bar for each minute of the last hour, as parts of the highest."""

    title: str
    highest: int
    now: int
    bars: list[tuple[int, float, float]]


@dataclass(frozen=True)
class Figures:
    """Everything the page shows."""

    processes: list[Seen]
    troubles: list[Trouble]
    totals: list[tuple[str, int | float]]
    lines: list[Line]
    rows: list[tuple[datetime, int, int]]
    since: datetime


def figures_at(now: datetime) -> Figures:
    """Read the figures as they are: two queries."""
    processes = [
        Seen(row, silent=row.seen_at < now - SILENT_AFTER) for row in Process.objects.order_by("kind", "started_at")
    ]
    since = now.replace(second=0, microsecond=0) - timedelta(minutes=MINUTES)
    minutes = _minutes(since)
    sockets, messages = [pair[0] for pair in minutes], [pair[1] for pair in minutes]
    live = [seen for seen in processes if not seen.silent]
    return Figures(
        processes=processes,
        troubles=list(_troubles(processes)),
        totals=[
            (_("sockets open"), sum(seen.number("sockets") for seen in live)),
            (_("messages in the last minute"), sum(seen.minute("messages") for seen in live)),
            (_("deliveries a second"), round(sum(seen.minute("deliveries") for seen in live) / 60, 1)),
            (_("pages in the last minute"), sum(seen.minute("pages") for seen in live)),
        ],
        lines=[_line(_("Sockets open"), sockets), _line(_("Messages a minute"), messages)],
        rows=[
            (since + timedelta(minutes=at), max(sockets[at : at + STEP]), sum(messages[at : at + STEP]))
            for at in range(MINUTES - STEP, -1, -STEP)
        ],
        since=since,
    )


def _minutes(since: datetime) -> list[tuple[int, int]]:
    """Return sockets and messages of all processes together for each minute since then, oldest first."""
    found = (
        ProcessMinute.objects.filter(at__gte=since, at__lt=since + timedelta(minutes=MINUTES))
        .values_list("at")
        .annotate(Sum("sockets"), Sum("messages"))
    )
    by_minute = {round((at - since).total_seconds() / 60): (sockets, messages) for at, sockets, messages in found}
    return [by_minute.get(minute, (0, 0)) for minute in range(MINUTES)]


def _line(title: str, values: list[int]) -> Line:
    highest = max(values)
    heights = [round(100 * value / highest, 1) if highest else 0.0 for value in values]
    bars = [(place, round(100 - height, 1), height) for place, height in enumerate(heights) if height]
    return Line(title=title, highest=highest, now=values[-1], bars=bars)


def _troubles(processes: list[Seen]) -> Iterator[Trouble]:
    """Say what is not well, the gravest first."""
    live = [seen for seen in processes if not seen.silent]
    silent = [seen for seen in processes if seen.silent]
    if not live:
        yield Trouble(
            _("No process has reported for a minute."),
            _("Pages are shown, but the figures below are old."),
            _("Whoever runs the site looks whether the database can be written to."),
            grave=True,
        )
    elif not any(seen.serves_sockets for seen in live):
        yield Trouble(
            _("No process serves sockets."),
            _("Rooms are not live: messages can be sent and read by loading the page again; nothing is lost."),
            _("Whoever runs the site starts the socket processes."),
            grave=True,
        )
    if any(not seen.row.figures.get("layer", True) for seen in live):
        yield Trouble(
            _("The live layer does not answer."),
            _("Messages arrive up to 12 seconds late; nothing is lost."),
            _("Whoever runs the site looks at Redis: it is stopped, frozen or out of reach."),
            grave=True,
        )
    if any(seen.minute("database_errors") for seen in live):
        yield Trouble(
            _("The database did not always answer in the last minute."),
            _("Pages may fail and messages wait to be sent; what was acknowledged is kept."),
            _("Whoever runs the site looks at the database, and at whether its disk is full."),
            grave=True,
        )
    if faults := sum(seen.minute("faults") for seen in live):
        yield Trouble(
            ngettext("%(count)s page failed in the last minute.", "%(count)s pages failed in the last minute.", faults)
            % {"count": faults},
            _("Somebody saw a page that says something went wrong."),
            _("Whoever runs the site finds the reason in the log."),
        )
    for seen in silent:
        yield Trouble(
            _("Process %(name)s has said nothing for more than a minute.") % {"name": seen.row.name},
            _("It was ended by force, or it hangs. Whoever was connected to it comes back by themselves."),
            _("If it was replaced, nothing need be done: the line goes within the hour. If not, it is started again."),
        )
    if (wait := max((seen.number("tasks_wait") for seen in live), default=0)) > TASKS_LATE:
        yield Trouble(
            ngettext(
                "Background work has waited for %(count)s minute.",
                "Background work has waited for %(count)s minutes.",
                max(1, wait // 60),
            )
            % {"count": max(1, wait // 60)},
            _("Mail and notifications come late."),
            _("Whoever runs the site starts a worker, or another one."),
        )
    if any(seen.minute("full") for seen in live):
        yield Trouble(
            _("A process had no room for another socket in the last minute."),
            _("Some wait and try again, or read rooms by asking every few seconds; nothing is lost."),
            _("Whoever runs the site starts another socket process."),
        )
    if any(float(seen.row.figures.get("loop_lag", 0)) >= LOOP_SLOW for seen in live):
        yield Trouble(
            _("A process has more to do than it can."),
            _("What is said arrives a second or more late."),
            _("Whoever runs the site starts another socket process."),
        )
    slow = sum(seen.minute("slow") for seen in live)
    if slow or any(float(seen.row.figures.get("outbox_peak", 0)) >= OUTBOX_HIGH for seen in live):
        yield Trouble(
            _("Some readers take more slowly than is written to them."),
            _("Their lines are poor. They are let go, come back, and get what they missed."),
            _("Nothing need be done, unless it lasts and concerns many: then the line of the server is full."),
        )
    if len({seen.row.version for seen in live}) > 1:
        yield Trouble(
            _("Processes of different versions run side by side."),
            _("During an upgrade that is as it should be."),
            _("If it lasts, whoever runs the site starts those anew that were left behind."),
        )
