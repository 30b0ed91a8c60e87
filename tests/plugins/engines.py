"""What the tests run on: which engines and browser are here, what is left out for lack of them, and saying so plainly.

The suite runs on the engines the environment names (SQLite and the in-memory layer; with DATABASE_URL and REDIS_URL,
PostgreSQL and Redis). `script/test` does both. Here are the marks that tie a test to one of them.
"""

import inspect
import json
import os
import shutil
import uuid
from collections import Counter
from pathlib import Path

import psycopg
import pytest
import redis
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.cache.backends.redis import RedisCache
from psycopg import sql

from tests.plugins import services as found_services

NEEDS = {
    "services": "PostgreSQL and Redis (script/test finds or starts them)",
    "browser": "Chromium (install it, or set CHROMIUM to its path)",
}


DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}


class QuickHasher(PBKDF2PasswordHasher):
    """The real hash with one round instead of a million: a server that a test starts can verify it too."""

    iterations = 1


class OwnCache(RedisCache):
    """The real cache, but that emptying it leaves alone what other processes of the run keep in the same Redis."""

    def clear(self):
        forget_in_redis(f"{self.key_prefix}:*")


def forget_in_redis(pattern):
    """Delete what Redis keeps under such names."""
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        for name in client.scan_iter(pattern, count=1000):
            client.delete(name)


def find_chromium() -> str | None:
    """Return the path of a Chromium: $CHROMIUM, the system's, or the one playwright downloaded."""
    if named := os.environ.get("CHROMIUM"):
        if path := shutil.which(named):
            return path
        raise pytest.UsageError(f"CHROMIUM={named} cannot be run.")
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if path := shutil.which(name):
            return path
    downloads = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache" / "ms-playwright"))
    return next((str(path) for path in sorted(downloads.glob("chromium-*/chrome-linux*/chrome"), reverse=True)), None)


def on_services() -> bool:
    """Tell whether Django itself runs on PostgreSQL in this run."""
    return bool(os.environ.get("DATABASE_URL"))


def asks_an_engine(item):
    """Tell whether a test can turn out otherwise on another database or channel layer; the embedded run covers the rest."""
    marked = any(item.get_closest_marker(mark) for mark in ("services", "django_db"))
    return marked or inspect.iscoroutinefunction(item.obj) or not DATABASE_FIXTURES.isdisjoint(item.fixturenames)


def lacking() -> set[str]:
    """Return the marks whose tests cannot run here."""
    return {
        *([] if {"TEST_DATABASE_URL", "TEST_REDIS_URL"} <= os.environ.keys() else ["services"]),
        *([] if os.environ.get("CHROMIUM") else ["browser"]),
    }


def pytest_configure(config):
    settings.PASSWORD_HASHERS = ["tests.plugins.engines.QuickHasher"]
    # What is installed here changes no test but the one that is about it.
    settings.SOFFICE = None
    if on_services():
        # Making a database on a busy machine takes longer than a page may ask one.
        settings.DATABASES["default"]["OPTIONS"]["options"] += " -c statement_timeout=120000 -c lock_timeout=2000"
        # Each process of the run has a database of its own, with the same numbers in it, but they share one Redis.
        prefix = f"{found_services.DATABASE}_{os.getpid()}"
        settings.CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] = settings.CACHES["default"]["KEY_PREFIX"] = prefix
        settings.CACHES["default"]["BACKEND"] = "tests.plugins.engines.OwnCache"
    if path := find_chromium():
        os.environ["CHROMIUM"] = path
    if "services" in lacking():
        os.environ.update(found_services.local())


def pytest_collection_modifyitems(config, items):
    """Take out what the other run of `script/test` covers; skip, with the reason, what nothing here can run."""
    elsewhere = {"browser", "embedded"} if on_services() else set()
    if not on_services() and os.environ.get("ENGINES") == "both":
        elsewhere.add("services")
    dropped = [
        item
        for item in items
        if any(item.get_closest_marker(mark) for mark in elsewhere) or (on_services() and not asks_an_engine(item))
    ]
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = [item for item in items if item not in set(dropped)]
    for mark in lacking():
        for item in items:
            if item.get_closest_marker(mark):
                item.add_marker(pytest.mark.skip(reason=f"needs {NEEDS[mark]}"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """With REQUIRE_ALL=1, what was skipped has failed: there, everything is expected to be installed."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("REQUIRE_ALL") == "1":
        report.outcome = "failed"
        report.longrepr = f"Skipped although REQUIRE_ALL=1: {report.longrepr[2]}"
    return report


def pytest_terminal_summary(terminalreporter):
    stats = terminalreporter.stats
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ")
        for report in stats.get("skipped", [])
        if isinstance(report.longrepr, tuple)
    )
    if reasons:
        terminalreporter.section("not run here", yellow=True)
        for reason, count in sorted(reasons.items()):
            terminalreporter.line(f"{count} test{'s' if count > 1 else ''}: {reason}")
    if path := os.environ.get("TEST_REPORT"):
        outcomes = ("passed", "failed", "error", "skipped", "xfailed", "xpassed")
        counts = {name: len(stats[name]) for name in outcomes if stats.get(name)}
        Path(path).write_text(json.dumps(counts), encoding="utf-8")


@pytest.fixture
def chromium():
    """The path of the Chromium to drive; use it in tests marked `browser`."""
    return os.environ["CHROMIUM"]


@pytest.fixture
def services():
    """An environment with an empty PostgreSQL database of its own and Redis, for processes that a test starts.

    Use it in tests marked `services`; the database is dropped afterwards, whatever is still connected to it.
    """
    url = os.environ["TEST_DATABASE_URL"]
    name = f"{found_services.DATABASE}_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(found_services.administrative(url), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield {
            "DATABASE_URL": f"{url.rpartition('/')[0]}/{name}",
            "REDIS_URL": os.environ["TEST_REDIS_URL"],
            "REDIS_PREFIX": name,
        }
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
