"""What machines ask: whether the process answers, whether it can work, and where a fault is reported."""

import asyncio
import contextlib
import os
import socket
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from core.realtime import bell
from tests.processes.servers import Postgres, Redis
from tests.processes.site import Site


@contextlib.contextmanager
def launched(folder, **environment):
    """Run the platform in a process of its own; the database is made where it is SQLite."""
    own = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    own |= {"DATA_DIR": str(folder), "PYTHONPATH": f"{settings.BASE_DIR / 'platform'}:{settings.BASE_DIR}"}
    own |= {"MODE": "embedded", "DEMO": "0", "STATIC_FILES": "found", "STOP_TIMEOUT": "1", **environment}
    if "DATABASE_URL" not in own:
        migrate = [sys.executable, "manage.py", "migrate", "--no-input", "-v0"]
        subprocess.run(migrate, cwd=settings.BASE_DIR, env=own, check=True, capture_output=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "config.launcher", "--port", str(port)]
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=own, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def until_ready(address):
    for _ in range(100):
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(address + "/readyz", timeout=10).is_success:
                return
        time.sleep(0.1)
    raise AssertionError("It was never ready.")


def suppressed(address, seconds):
    """Ask for a page that will not come in time."""
    with contextlib.suppress(httpx.HTTPError):
        httpx.get(address, timeout=seconds)


def test_the_process_answers_without_a_question_to_the_database(client):
    # This test has no database: a query would be an error.
    assert client.get("/healthz").content == b"ok"


@pytest.mark.django_db(transaction=True)
def test_readiness_tells_how_long_work_has_waited(client):
    assert client.get("/readyz").json() == {"database": True, "layer": True, "waiting": 0}

    common = {"args_kwargs": {}, "task_path": "x", "backend_name": "default"}
    DBTaskResult.objects.create(run_after=timezone.now() + timedelta(hours=1), **common)
    assert client.get("/readyz").json()["waiting"] == 0
    waits = DBTaskResult.objects.create(run_after=get_date_max(), **common)
    DBTaskResult.objects.filter(pk=waits.pk).update(enqueued_at=timezone.now() - timedelta(minutes=5))
    assert 300 <= client.get("/readyz").json()["waiting"] < 330


def test_without_a_database_it_is_not_ready(client, monkeypatch):
    def refuse():
        raise DatabaseError

    monkeypatch.setattr("core.background.waiting", refuse)

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (503, {"database": False, "layer": True})


@pytest.mark.django_db(transaction=True)
def test_without_a_layer_it_is_ready_and_says_so(client, monkeypatch):
    def refuse(*message):
        raise ConnectionError

    async def never(*message):
        await asyncio.sleep(3600)

    layer = get_channel_layer()
    monkeypatch.setattr(bell, "InMemoryChannelLayer", tuple)  # as a layer is treated that others hear as well
    for broken in (refuse, never):
        monkeypatch.setattr(layer, "group_send", broken)
        start = time.monotonic()
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()) == (200, {"database": True, "layer": False, "waiting": 0})
        assert time.monotonic() - start < 3


@contextlib.contextmanager
def silence():
    """A port where connections are taken and nothing is ever said, as by a database or a Redis that is frozen."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield server.getsockname()[1]


def test_a_process_whose_services_are_frozen_says_so_within_three_seconds(tmp_path):
    with silence() as database, silence() as redis:
        environment = {
            "DATABASE_URL": f"postgresql://groups@127.0.0.1:{database}/groups",
            "REDIS_URL": f"redis://127.0.0.1:{redis}/0",
        }
        with launched(tmp_path, **environment) as address, ThreadPoolExecutor() as pool:
            # A page that hangs holds the one thread that pages share.
            pool.submit(lambda: suppressed(address + "/about/", 4))
            time.sleep(0.5)
            start = time.monotonic()
            answers = list(pool.map(lambda _: httpx.get(address + "/readyz", timeout=10), range(3)))
            took = time.monotonic() - start
            assert httpx.get(address + "/healthz", timeout=1).text == "ok"
    assert [(answer.status_code, answer.json()) for answer in answers] == [
        (503, {"database": False, "layer": False})
    ] * 3
    assert took < 3


@pytest.fixture
def running_site(tmp_path):
    """A socket process of a site, with PostgreSQL and Redis of its own that may be frozen."""
    postgres, redis = Postgres(), Redis(tmp_path / "redis")
    with contextlib.ExitStack() as stack:
        for server in (postgres, redis):
            stack.callback(server.close)
            server.start()
        site = stack.enter_context(Site(tmp_path / "site", DATABASE_URL=postgres.url, REDIS_URL=redis.url))
        site.migrate()
        yield site.start("sockets"), postgres, redis


@pytest.mark.services
@pytest.mark.slow
def test_what_freezes_while_a_process_runs_is_said_and_so_is_its_return(running_site):
    process, postgres, redis = running_site

    def ready():
        start = time.monotonic()
        answer = httpx.get(f"http://127.0.0.1:{process.port}/readyz", timeout=10)
        assert time.monotonic() - start < 3
        said = answer.json()
        return answer.status_code, said["database"], said["layer"]

    def again(wanted, within=15):
        deadline = time.monotonic() + within
        while (found := ready()) != wanted:
            assert time.monotonic() < deadline, found
            time.sleep(0.2)

    assert ready() == (200, True, True)
    with frozen(redis):
        assert ready() == (200, True, False)
        with frozen(postgres):
            assert ready() == (503, False, False)
            assert ready() == (503, False, False)
    again((200, True, True))
    redis.kill()
    assert ready() == (200, True, False)
    redis.start()
    again((200, True, True))


@contextlib.contextmanager
def frozen(server):
    """Freeze a server as long as the block lasts."""
    server.freeze()
    try:
        yield
    finally:
        server.thaw()


def test_a_locked_database_is_read_while_a_page_waits_to_write(tmp_path):
    with launched(tmp_path) as address, ThreadPoolExecutor() as pool:
        until_ready(address)
        with contextlib.closing(sqlite3.connect(tmp_path / "database.sqlite3", isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            pool.submit(lambda: suppressed(address + "/account/login/", 3))
            start = time.monotonic()
            assert httpx.get(address + "/readyz", timeout=10).json()["database"] is True
            assert time.monotonic() - start < 3


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        ("security@example.org", "mailto:security@example.org"),
        ("https://example.org/security", "https://example.org/security"),
    ],
)
def test_a_site_says_where_its_faults_are_reported(client, settings, contact, shown):
    settings.SECURITY_CONTACT = contact

    text = client.get("/.well-known/security.txt").text

    assert f"Contact: {shown}\n" in text
    assert f"Canonical: {settings.SITE_URL}/.well-known/security.txt" in text


def test_a_site_that_names_nobody_has_no_such_file(client, settings):
    settings.SECURITY_CONTACT = ""
    assert client.get("/.well-known/security.txt").status_code == 404
