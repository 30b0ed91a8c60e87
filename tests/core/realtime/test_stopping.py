"""The leave-taking: every hook has its turn, whatever the others do."""

import asyncio
import time

import pytest

from core.realtime import stopping


@pytest.fixture(autouse=True)
def no_other_hooks(monkeypatch):
    monkeypatch.setattr(stopping, "_hooks", [])


async def test_a_hook_that_fails_or_hangs_does_not_keep_the_others(caplog):
    said = []

    @stopping.on_stop
    async def hangs():
        await asyncio.sleep(60)

    @stopping.on_stop
    async def fails():
        raise OSError("gone")

    @stopping.on_stop
    async def says():
        await asyncio.sleep(0.01)
        said.append("goodbye")

    stopping.on_stop(says)  # registering again changes nothing
    start = time.monotonic()

    await stopping.run_stop_hooks(timeout=0.2)

    assert said == ["goodbye"]
    assert time.monotonic() - start < 1
    assert {record.message for record in caplog.records} == {
        "A stop hook failed.",
        "A stop hook was not done after 0.2 seconds.",
    }


async def test_nobody_needs_to_register():
    await stopping.run_stop_hooks(timeout=1)
