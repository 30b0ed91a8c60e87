"""How long the bells are silent after each fault of Redis, on either channel layer; nothing is lost meanwhile, it is only late.

    python -m tests.chaos.bells

Somebody speaks twice a second on one process, somebody listens on another. It prints, for each layer and fault, for how many
seconds after the fault was over what was said came late, and what a bell costs the three processes when all is well.
"""

import asyncio
import contextlib
import os
import tempfile
import time

from tests.chaos.stage import Stage

LATE = 1.5
FAULTS = {
    "killed for 5 s": 20,
    "emptied (FLUSHALL)": 80,
    "frozen for 15 s": 20,
    "without memory for 5 s": 10,
}
"""Each fault, and how many seconds are listened to after it."""


def used(pid):
    """Return the seconds of processor time that a process has used."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def do(redis, fault):
    match fault.split()[0]:
        case "killed":
            redis.kill()
            await asyncio.sleep(5)
            await asyncio.to_thread(redis.start)
        case "emptied":
            redis.ask("FLUSHALL")
        case "frozen":
            redis.freeze()
            await asyncio.sleep(15)
            redis.thaw()
        case "without":
            redis.ask("CONFIG", "SET", "maxmemory", "1")
            await asyncio.sleep(5)
            redis.ask("CONFIG", "SET", "maxmemory", "0")


async def listen(stage):
    """Print the figures of the layer that the stage has."""
    async with stage.play(people=7, clients=False) as play:
        here, there = (stage.site.door(process) for process in stage.sockets)
        speakers = [play.join(number, doors=[here]) for number in range(6)]
        listener = play.join(6, doors=[there])
        await asyncio.sleep(5)
        said, heard, number = {}, {}, 0
        show = listener._show

        def note(event):
            heard[event["message"]["body"]] = time.time()
            show(event)

        listener._show = note

        async def speak():
            nonlocal number
            while True:
                number += 1
                speakers[number % 6].say(body := f"Word {number}")
                said[body] = time.time()
                await asyncio.sleep(0.5)

        talk = asyncio.create_task(speak())
        await asyncio.sleep(3)
        processes = {
            "speaker's": stage.sockets[0].popen,
            "listener's": stage.sockets[1].popen,
            "Redis": stage.redis.process,
        }
        before, count = {name: used(one.pid) for name, one in processes.items()}, number
        await asyncio.sleep(20)
        costs = {name: 1000 * (used(one.pid) - before[name]) / (number - count) for name, one in processes.items()}
        print(
            "   all well: ", ", ".join(f"{name} {cost:.1f} ms a message" for name, cost in costs.items()), flush=True
        )
        for fault, after in FAULTS.items():
            await do(stage.redis, fault)
            over = time.time()
            await asyncio.sleep(after)
            late = [at for body, at in said.items() if at < time.time() - 15 and heard.get(body, at + 99) - at > LATE]
            silent = max([at - over for at in late if at >= over - 15], default=0)
            print(f"   {fault}: late for {max(silent, 0):.1f} s after it", flush=True)
        talk.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await talk
        await play.settle()
    print("  ", "every guarantee held" if not (broken := play.broken()) else broken, flush=True)


def main():
    for layer in ("core", "pubsub"):
        print(layer, flush=True)
        with Stage(tempfile.mkdtemp(prefix="bells-"), CHANNEL_LAYER=layer) as stage:
            asyncio.run(listen(stage))


if __name__ == "__main__":
    main()
