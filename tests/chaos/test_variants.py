"""The checker is shown servers that break a promise on purpose, each run for real, and must say which promise it was."""

import asyncio

import psycopg
import pytest

pytestmark = [pytest.mark.services, pytest.mark.slow]


def guarantees(play):
    return {broken.guarantee for broken in play.broken()}


async def test_numbers_from_a_sequence_are_caught(bare_stage):
    with bare_stage.serving("tests.chaos.variants.paging_by_serial"):
        async with bare_stage.play(people=8, polling=0, clients=False) as play:
            with psycopg.connect(bare_stage.database, autocommit=True) as connection:
                start = (await play.heads())[play.room] + 1
                connection.execute(f"CREATE SEQUENCE room_{play.room} START {start}")
            for person in range(8):
                play.join(person)
            play.talk(rate=40)
            await asyncio.sleep(5)
            await play.settle(within=8)
    assert {"G3", "G4"} & guarantees(play), play.figures()


async def test_rights_that_are_never_asked_again_are_caught(bare_stage):
    with bare_stage.serving("tests.chaos.variants.no_acl_version"):
        async with bare_stage.play(people=4, polling=0) as play:
            play.talk(rate=10)
            await asyncio.sleep(2)
            await play.end(0)
            await asyncio.sleep(2)
            await play.settle(within=5)
    broken = play.broken()
    assert {(one.guarantee, one.client) for one in broken} == {("G7", "client-0")}


async def test_an_acknowledgement_before_the_commit_is_caught(bare_stage):
    with bare_stage.serving("tests.chaos.variants.early_ack"):
        async with bare_stage.play(people=6, polling=0) as play:
            play.talk(rate=30)
            for number in (0, 1):
                await asyncio.sleep(2)
                bare_stage.sockets[number].kill()
                await asyncio.to_thread(bare_stage.again, number)
            await play.settle(within=20)
    assert "G1" in guarantees(play), play.figures()
