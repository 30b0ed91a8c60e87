"""Workers that are killed while words for later appear: each appears once, none is lost, and none is there by halves."""

import random
import time
from collections import Counter
from contextlib import contextmanager

import psycopg
import pytest

from tests.processes.servers import Postgres
from tests.processes.site import Site

pytestmark = [pytest.mark.services, pytest.mark.slow]

LEASE = 2
KILLS, POSTS = 8, 60

# Where a worker stands when it is killed, by what it is held at: the table and the lock of it that it waits for.
STEPS = {
    "before it has the words": ("discussions_scheduled", "EXCLUSIVE"),
    "before it judges the rights": ("groups_group", "EXCLUSIVE"),
    "before the post is written": ("discussions_post", "SHARE"),
    "before its first version is": ("discussions_postversion", "SHARE"),
    "before the words leave the list": ("discussions_scheduled", "SHARE"),
}

# Holds where it is noted that the task which is being done is done.
NOTE = """
    SELECT id FROM django_tasks_database_dbtaskresult
    WHERE task_path = 'discussions.tasks.publish_due' AND status = 'RUNNING' FOR UPDATE
"""


@pytest.fixture(scope="module")
def postgres():
    server = Postgres().start()
    yield server
    server.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory, postgres):
    """Return a site whose workers are found dead after two seconds."""
    with Site(
        tmp_path_factory.mktemp("site"),
        DATABASE_URL=postgres.url,
        REDIS_URL="redis://127.0.0.1:9/0",
        WORKER_LEASE=str(LEASE),
    ) as site:
        site.migrate()
        yield site


@pytest.fixture(scope="module")
def place(site):
    """Return the thread that words are written for, and who writes them."""
    return site.ask("make_thread")


def wait_for(ask, within=180):
    """Ask until it is so; return what was answered."""
    deadline = time.monotonic() + within
    while not (answer := ask()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return answer


@contextmanager
def held(postgres, table, lock):
    """Keep a table locked; what is given says whether somebody waits for it."""
    with psycopg.connect(postgres.url) as holder, psycopg.connect(postgres.url, autocommit=True) as watcher:
        holder.execute(f"LOCK TABLE {table} IN {lock} MODE")
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass"
        yield lambda: watcher.execute(waiting, [table]).fetchone()[0]


def all_said(site, place, words):
    """Wait until all has appeared and its tasks are done; return what stands in the thread."""

    def settled():
        state = site.ask("later_state", place["thread"])
        unfinished = {status for status in state["tasks"] if status in {"READY", "RUNNING"}}
        return state if words <= set(state["said"]) and not unfinished else None

    return wait_for(settled)


@pytest.fixture
def due(site, place):
    """Write words whose moment has come, while no worker is there."""

    def due(words):
        site.ask("schedule_posts", place["thread"], place["person"], [words], 0.3)
        wait_for(lambda: site.ask("later_state", place["thread"])["due"])

    return due


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_a_step_the_words_appear_once_all_the_same(site, place, postgres, due, step):
    words = f"Killed {step}."
    due(words)
    with held(postgres, *STEPS[step]) as somebody_waits:
        worker = site.start("worker")
        wait_for(somebody_waits)
        worker.kill()
        state = site.ask("later_state", place["thread"])
        assert (words in state["said"], state["waits"]) == (False, 1), "all of it or nothing"
    appear_once(site, place, words)


def test_killed_before_it_notes_that_it_is_done_nothing_appears_again(site, place, postgres, due):
    words = "Killed when all was done."
    due(words)
    with psycopg.connect(postgres.url) as notes:
        with held(postgres, *STEPS["before the words leave the list"]) as somebody_waits:
            worker = site.start("worker")
            wait_for(somebody_waits)
            notes.execute(NOTE)  # this row alone: the worker has written into the table already
        wait_for(lambda: words in site.ask("later_state", place["thread"])["said"])
        worker.kill()
        assert site.ask("later_state", place["thread"])["tasks"]["RUNNING"] == 1
    appear_once(site, place, words)


def test_words_whose_task_is_lost_are_found_by_the_clock(site, place, postgres, due):
    words = "Nobody was told to publish this."
    due(words)
    with psycopg.connect(postgres.url) as connection:
        connection.execute("DELETE FROM django_tasks_database_dbtaskresult WHERE status = 'READY'")
    site.ask("publish_overdue")
    appear_once(site, place, words)


def test_kills_at_any_moment_lose_and_double_nothing(site, place):
    chance = random.Random(4)
    words = [f"Wave {number}." for number in range(POSTS)]
    workers = [site.start("worker") for _ in range(2)]
    site.ask("schedule_posts", place["thread"], place["person"], words, 20.0)
    for kill in range(KILLS):
        time.sleep(chance.uniform(0.2, 1.5))
        workers[kill % 2].kill()
        workers[kill % 2] = site.start("worker")
    state = all_said(site, place, set(words))
    for worker in workers:
        worker.kill()
    assert Counter(one for one in state["said"] if one in words) == Counter(words)
    assert (state["waits"], state["refused"]) == (0, 0)


def appear_once(site, place, words):
    """Let a new worker do what is left, and see that it came to the words once, in their place."""
    worker = site.start("worker")
    state = all_said(site, place, {words})
    worker.kill()
    assert Counter(state["said"])[words] == 1
    assert (state["waits"], state["refused"]) == (0, 0)
    assert state["numbers"] == list(range(1, len(state["numbers"]) + 1))
