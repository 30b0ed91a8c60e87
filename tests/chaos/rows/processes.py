"""Faults of processes: killed, hanging, restarted one after the other, and of two versions beside each other."""

import asyncio
import contextlib
import subprocess
import time

from tests.chaos.client import until
from tests.chaos.rows.row import NotHere, judge, row
from tests.processes.site import ROOT


@row("F7", "a socket process killed (SIGKILL) in mid-send", "no act lost, none doubled", lasts=(10, 40), embedded=True)
async def process_killed(stage, size):
    async with stage.play(people=10, polling=0 if stage.embedded else 1) as play:
        play.may_refuse = stage.embedded
        play.talk(rate=20)
        for number in range(3 if size == 1 else 10 * size):
            await asyncio.sleep(0.5 + play.random.random())
            number %= len(stage.sockets)
            with play.fault("process", "killed"):
                play.kill(stage.sockets[number])
                await asyncio.to_thread(stage.again, number)
        judge(play, await play.settle())
    return play


@row(
    "F8",
    "a socket process hangs (SIGSTOP)",
    "its clients are served elsewhere within 45 s",
    lasts=(75, 0),
    short=False,
)
async def process_hangs(stage, size):
    async with stage.play(people=10, polling=0) as play:
        await until(lambda: all(client.joined for client in play.clients), 20)
        talkers, listeners = play.clients[:5], play.clients[5:]
        play.talk(rate=5, clients=talkers)
        await asyncio.sleep(3)
        with play.fault("process", "frozen"):
            stage.sockets[0].freeze()
            since = time.time()
            await asyncio.sleep(60)
        gaps = [client.longest_silence(since, since + 60) for client in talkers + listeners]
        play.extra = f"the longest silence was {max(gaps):.1f} s"
        if max(gaps) > 45:
            play.failures.append(f"{play.extra}, 45 s allowed")
        stage.sockets[0].thaw()
        judge(play, await play.settle())
    return play


@row(
    "G21",
    "rolling restart of all socket processes",
    "announced, closed with 1012, back within 25 s",
    lasts=(20, 20),
    embedded=True,
)
async def rolling_restart(stage, size):
    async with stage.play(people=10, polling=0) as play:
        play.may_refuse = stage.embedded
        await until(lambda: all(client.joined for client in play.clients), 20)
        play.talk(rate=20)
        await asyncio.sleep(1)
        for number in range(1 if size == 1 else len(stage.sockets)):
            with play.fault("rolling restart", f"process {number}"):
                play.kills += 1
                await asyncio.to_thread(stage.sockets[number].stop)
                await asyncio.to_thread(stage.again, number)
                with contextlib.suppress(AssertionError):
                    await until(lambda: all(client.joined for client in play.clients), 26)
        judge(play, await play.settle())
    return play


@row(
    "F16",
    "the code before the newest migration runs beside the new one",
    "no 5xx, nothing lost",
    lasts=(30, 15),
    short=False,
)
async def old_code_beside(stage, size):
    old = await asyncio.to_thread(older_code, stage.folder / "older")
    async with stage.play(people=10, clients=False) as play:
        await asyncio.to_thread(stage.sockets[0].stop)
        try:
            await asyncio.to_thread(stage.again, 0, root=old)
            for number in range(9):
                play.join(number, doors=[stage.site.door(stage.sockets[number % 2])])
            play.join(9, sockets=False)
            await until(lambda: all(client.is_ready for client in play.clients))
            play.talk(rate=20)
            await asyncio.sleep(15 * size)
            judge(play, await play.settle())
            play.extra = f"{old.name} beside what is here"
        finally:
            stage.sockets[0].kill()
            await asyncio.to_thread(stage.again, 0)
    return play


def older_code(folder):
    """Unpack the code as it was before the newest migration, from the history of this repository; return where it is."""

    def git(*words):
        return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True).stdout

    try:
        newest = git("log", "--format=%H", "--diff-filter=A", "-1", "--", "*/migrations/0*.py").decode().strip()
        commit = git("rev-parse", "--verify", "--short", f"{newest}^").decode().strip()
        archive = git("archive", commit)
    except (OSError, subprocess.CalledProcessError):
        raise NotHere("the code before the newest migration is not here; `git fetch --unshallow` brings it") from None
    root = folder / commit
    root.mkdir(parents=True)
    subprocess.run(["tar", "-x"], cwd=root, check=True, input=archive)
    return root
