"""Tasks that leave a trace of every time they are begun and done: what real workers are killed over."""

import time
from datetime import timedelta

from django.db import connection, transaction
from django.tasks import task

from core.background import growing, retried

TABLES = (
    "CREATE TABLE chore_begun (number integer, at timestamp DEFAULT now())",
    "CREATE TABLE chore_once (number integer PRIMARY KEY)",
    "CREATE TABLE chore_whole (number integer, part integer)",
)


class Spilt(Exception):
    """What a clumsy chore comes back from."""


def _say(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _begun(number):
    """Note that the chore was begun, whatever becomes of it; return how often it was until now."""
    _say("INSERT INTO chore_begun (number) VALUES (%s)", number)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM chore_begun WHERE number = %s", [number])
        return cursor.fetchone()[0]


@task()
def once(number, seconds):
    """Take a time and have an effect that is had once, however often it is asked for."""
    _begun(number)
    time.sleep(seconds)
    _say("INSERT INTO chore_once VALUES (%s) ON CONFLICT DO NOTHING", number)


@task()
def whole(number, seconds):
    """Write two parts in one transaction with what says that they are written."""
    _begun(number)
    with transaction.atomic():
        _say("INSERT INTO chore_whole VALUES (%s, 1)", number)
        time.sleep(seconds)
        _say("INSERT INTO chore_whole VALUES (%s, 2)", number)
        _say("INSERT INTO chore_once VALUES (%s)", number)


@task()
@retried(Spilt, pauses=growing(timedelta(milliseconds=200), tries=4, factor=2))
def clumsy(number):
    """Fail twice, then succeed."""
    if _begun(number) < 3:
        raise Spilt
    _say("INSERT INTO chore_once VALUES (%s) ON CONFLICT DO NOTHING", number)
