"""Workers that are killed, frozen, stopped and left without a database: every task is done, and its effect is had once."""

import random
import re
import time

import psycopg
import pytest

from tests.processes.servers import Postgres
from tests.processes.site import Site

pytestmark = [pytest.mark.services, pytest.mark.slow]

LEASE = 2
KILLS = 50


@pytest.fixture(scope="module")
def postgres():
    server = Postgres().start()
    yield server
    server.close()


@pytest.fixture
def site(tmp_path, postgres):
    """Return a site on an empty database, with tables for what chores leave behind."""
    with postgres_site(tmp_path, postgres) as site:
        yield site


def postgres_site(folder, postgres):
    """Return the site of workers whose death is noticed after two seconds."""
    empty(postgres)
    site = Site(
        folder,
        DATABASE_URL=postgres.url,
        REDIS_URL="redis://127.0.0.1:9/0",
        WORKER_LEASE=str(LEASE),
        WORKER_STOP_TIMEOUT="3",
    )
    site.migrate()
    site.ask("prepare_chores")
    return site


def empty(postgres):
    """Begin with an empty database."""
    with psycopg.connect(postgres.administrative, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {postgres.NAME} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {postgres.NAME}")


def wait_for(site, condition, within):
    """Ask how the chores stand until it is so."""
    deadline = time.monotonic() + within
    while not condition(state := site.ask("chores_state")):
        assert time.monotonic() < deadline, state
        time.sleep(0.1)
    return state


def all_done(state):
    return set(state["status"]) == {"SUCCESSFUL"}


def test_fifty_kills_lose_and_double_nothing(site):
    chance = random.Random(20)
    workers = [site.start("worker") for _ in range(3)]
    number = 0
    for kill in range(KILLS):
        for _ in range(4):
            number += 1
            name = chance.choice(["once", "whole", "clumsy"])
            site.ask("enqueue", name, number, *([] if name == "clumsy" else [chance.uniform(0, 0.3)]))
        time.sleep(chance.uniform(0.1, 0.9))
        place = kill % len(workers)
        workers[place].kill()
        workers[place] = site.start("worker")
    state = wait_for(site, all_done, within=90)
    assert state["done"] == list(range(1, number + 1))
    assert state["halves"] == []
    clumsy = 2  # a chore that fails twice is begun three times without any kill
    assert sum(state["begun"].values()) <= number * (1 + clumsy) + KILLS


def test_a_killed_workers_task_is_begun_anew_soon_and_a_long_one_is_not_doubled(site):
    first = site.start("worker")
    site.ask("enqueue", "once", 1, 60.0)
    wait_for(site, lambda state: state["begun"], within=30)
    second = site.start("worker")
    time.sleep(LEASE * 3)
    assert site.ask("chores_state")["begun"] == {"1": 1}, "its worker says that it lives"
    first.kill()
    wait_for(site, lambda state: state["begun"] == {"1": 2}, within=LEASE * 3 + 5)
    second.kill()


def test_a_frozen_worker_writes_nothing_over_what_another_does(site):
    first = site.start("worker")
    site.ask("enqueue", "once", 1, 1.5)
    wait_for(site, lambda state: state["begun"], within=30)
    first.freeze()
    site.start("worker")
    wait_for(site, all_done, within=30)
    first.thaw()
    time.sleep(3)
    state = site.ask("chores_state")
    assert (state["status"], state["done"], state["begun"]) == ({"SUCCESSFUL": 1}, [1], {"1": 2})
    assert "taken from its worker" in first.said()


def test_asked_to_stop_a_worker_ends_its_task_or_gives_it_back(site):
    worker = site.start("worker")
    site.ask("enqueue", "once", 1, 1.0)
    wait_for(site, lambda state: state["begun"], within=30)
    assert worker.stop() == 0
    assert site.ask("chores_state")["status"] == {"SUCCESSFUL": 1}

    worker = site.start("worker")
    site.ask("enqueue", "whole", 2, 60.0)
    wait_for(site, lambda state: len(state["begun"]) == 2, within=30)
    start = time.monotonic()
    assert worker.stop() == 0
    assert 2.5 < time.monotonic() - start < 10
    state = site.ask("chores_state")
    assert (state["status"], state["halves"], state["errors"]) == ({"READY": 1, "SUCCESSFUL": 1}, [], [])

    worker = site.start("worker")
    assert worker.is_alive
    time.sleep(0.1)
    assert worker.stop() in (0, -15)  # it may not have begun to listen for signals yet


def test_a_database_that_restarts_under_tasks_is_waited_for(site, postgres):
    workers = [site.start("worker") for _ in range(2)]
    chance = random.Random(5)
    number = 0
    for _ in range(10):
        for name in ("once", "whole"):
            number += 1
            enqueue(site, name, number, 0.4)
        time.sleep(chance.uniform(0.1, 0.6))
        postgres.restart_immediately()
    state = wait_for(site, all_done, within=120)
    assert state["done"] == list(range(1, number + 1))
    assert state["halves"] == []
    for worker in workers:
        assert worker.is_alive
        said = worker.said()
        assert not re.search("connection already closed|connection is closed|Traceback", said), said[-3000:]


def enqueue(site, *chore):
    """Enqueue it as a page does whose reader tries again: the database may be gone a moment yet."""
    for _ in range(50):
        try:
            site.ask("enqueue", *chore)
        except RuntimeError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("the database did not come back")
