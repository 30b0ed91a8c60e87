"""One site for those who mean ill; whatever they do to it, its log stays without complaints and without content."""

import json
import os
import re
from collections import defaultdict

import psutil
import pytest

from tests.chaos.hostile.raw import Raw
from tests.processes.site import Site

CANARY = "kestrel-over-the-harbour"
"""Stands in what hostile clients send; no log may hold it."""

MEGABYTE = 1024 * 1024

on_both = pytest.mark.parametrize("target", ["daphne", "uvicorn"], indirect=True)
"""Tries it on either server of sockets."""


def complaints(log):
    """Return the lines of a log that it should not have: failures, tracebacks, anything that somebody sent."""
    return [line for line in log.splitlines() if re.search(rf"ERROR|CRITICAL|Traceback|Exception|{CANARY}", line)]


def resident(process):
    """Return how much memory a process has, in MB."""
    return psutil.Process(process.popen.pid).memory_info().rss / MEGABYTE


def figure(row, tried, expected, seen):
    """Note what a story measured: printed, and kept for the report of `script/chaos` where it asks for that."""
    print(f"{row}: {tried}: {seen}")
    if file := os.environ.get("CHAOS_FIGURES"):
        with open(file, "a", encoding="utf-8") as out:
            out.write(json.dumps([row, tried, expected, seen]) + "\n")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    item.came_out_otherwise = getattr(item, "came_out_otherwise", False) or report.failed or report.skipped
    return report


@pytest.fixture(scope="session")
def counted(request):
    """Have each table of cases be one row of the report: its module's `FIGURE`, and how many came out as the table says."""
    yield
    tables = defaultdict(list)
    for item in request.session.items:
        if told := getattr(item.module, "FIGURE", None):
            tables[told].append(not getattr(item, "came_out_otherwise", False))
    for told, outcomes in tables.items():
        figure(*told, f"{sum(outcomes)} of {len(outcomes)}")


class Target:
    """A site with one process, a room and people in it."""

    def __init__(self, site, people=6, server="daphne", **more):
        self.site, self.server = site, server
        site.migrate()
        self.process = site.start("sockets", **more)
        self.door = site.door(self.process)
        made = site.ask("make", people=people)
        self.room, self.people = made["room"], made["people"]

    def connect(self, person=0, **more):
        """Open a socket as one of the room's people does."""
        return self.enter(self.people[person], **more)

    def enter(self, person, **more):
        """Open a socket as anybody does."""
        return Raw(self.door, person["session"], **more).open()

    def knock(self, sent, **more):
        """Open a connection and send something else than a handshake."""
        return Raw(self.door, sent=sent, **more)

    @property
    def session(self):
        return self.people[0]["session"]


@pytest.fixture(scope="session")
def target(request, tmp_path_factory):
    """The site that the tests of this folder share; those marked `on_both` have one for each server of sockets."""
    server = getattr(request, "param", "daphne")
    with Site(tmp_path_factory.mktemp("hostile"), MODE="embedded", SERVER=server) as site:
        target = Target(site, server=server)
        yield target
        assert target.process.is_alive
        assert complaints(target.process.said()) == []
