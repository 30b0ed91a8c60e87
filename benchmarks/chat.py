"""Chat beside what one builds from the Channels tutorial and beside bare `websockets`: the same machine, Redis, clients, run.

    script/bench chat [rounds] [row ...]        rows: saturated steady commits rooms (all of them without a name)

Needs PostgreSQL and Redis (those of the tests: found on this machine, or started from wheels). The sides take turns; what
counts is the median of the rounds. Ours keeps every message, asks for every right, and acknowledges; the others do not.
"""

import contextlib
import json
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from chat_ground import ROOT, Ground, Side

Sides = dict[str, Callable[[], contextlib.AbstractContextManager[Side]]]
Results = dict[str, list[dict[str, Any]]]


def percentile(values: list[int], share: float) -> float:
    """Return a percentile of sorted microseconds, in milliseconds."""
    return values[min(len(values) - 1, int(len(values) * share))] / 1000 if values else float("nan")


def turns(sides: Sides, rounds: int, **run: Any) -> Results:
    """Run each side in turn, each time with fresh processes."""
    results: Results = {name: [] for name in sides}
    for _ in range(rounds):
        for name, start in sides.items():
            with start() as side:
                results[name].append(side.run(**run))
    return results


def median(results: list[dict[str, Any]], name: str) -> float:
    """Return the median of one reading."""
    return statistics.median(result[name] for result in results)


def together(results: list[dict[str, Any]], name: str) -> list[int]:
    """Return the readings of all rounds, sorted."""
    return sorted(value for result in results for value in result[name])


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


def goal(what: str, is_reached: bool) -> None:
    """Print whether a goal is reached in this run."""
    say(f"  {'reached' if is_reached else 'MISSED '}  {what}")


def saturated(ground: Ground, rounds: int) -> None:
    """Print deliveries a second, processor time and memory, each sender sending as soon as its last has come back."""
    sides: Sides = {
        "ours on daphne": ground.ours, "tutorial on daphne": ground.tutorial,
        "ours on uvicorn": lambda: ground.ours(server="uvicorn"), "bare websockets": ground.bare,
    }  # fmt: skip
    for sockets in (1000, 500):
        say(f"\n{sockets} sockets in one room, 48 senders, each with one message under way")
        results = turns(sides, rounds, sockets=sockets, senders=48, rate=None, seconds=10)
        for name, each in results.items():
            say(
                f"  {name:<18} {median(each, 'rate'):9,.0f} deliveries a second   {median(each, 'cpu') * 1e6:6.1f} µs CPU each"
                f"   {median(each, 'memory') / 1024:6.1f} KB a socket   lost {sum(result['lost'] for result in each)}"
                f"   refused as too fast {sum(result['counts'].get('refused', 0) for result in each)}"
            )
        rate = {name: median(each, "rate") for name, each in results.items()}
        cpu = {name: median(each, "cpu") * 1e6 for name, each in results.items()}
        memory = {name: median(each, "memory") for name, each in results.items()}
        on_daphne, on_uvicorn = rate["ours on daphne"], rate["ours on uvicorn"]
        if sockets == 1000:
            goal(f"daphne / tutorial {on_daphne / rate['tutorial on daphne']:.1f}, at least 6",
                 on_daphne >= 6 * rate["tutorial on daphne"])  # fmt: skip
            goal(f"uvicorn / bare {on_uvicorn / rate['bare websockets']:.2f}, at least 0.9",
                 on_uvicorn >= 0.9 * rate["bare websockets"])  # fmt: skip
            goal(f"memory, daphne / tutorial {memory['ours on daphne'] / memory['tutorial on daphne']:.2f}, at most 1",
                 memory["ours on daphne"] <= memory["tutorial on daphne"])  # fmt: skip
        else:
            goal(f"CPU a delivery on daphne {cpu['ours on daphne']:.1f} µs, at most 60", cpu["ours on daphne"] <= 60)
            goal(
                f"CPU a delivery on uvicorn {cpu['ours on uvicorn']:.1f} µs, at most 11", cpu["ours on uvicorn"] <= 11
            )


def steady(ground: Ground, rounds: int) -> None:
    """Print what is lost and how late it comes at a rate that is asked for."""
    say("\n500 sockets in one room, 30 messages a second asked for 10 s")
    sides: Sides = {
        "ours on uvicorn": lambda: ground.ours(server="uvicorn"), "ours on 2 daphne": lambda: ground.ours(2),
        "ours on daphne": ground.ours, "tutorial on daphne": ground.tutorial, "bare websockets": ground.bare,
    }  # fmt: skip
    results = turns(sides, rounds, sockets=500, senders=120, rate=30, seconds=10)
    for name, each in results.items():
        late = together(each, "latencies")
        share = sum(result["lost"] for result in each) / sum(result["sent"] * 500 for result in each)
        say(
            f"  {name:<18} p50 {percentile(late, 0.5):9.1f} ms   p99 {percentile(late, 0.99):9.1f} ms   lost {share:6.1%}"
            f"   {median(each, 'cpu') * 1e6:6.1f} µs CPU a delivery"
        )
    floor = statistics.median(
        float(subprocess.run(
            [sys.executable, "-P", str(ROOT / "benchmarks" / "chat_floor.py"), "500", "30", "10"],
            check=True, text=True, stdout=subprocess.PIPE,
        ).stdout)
        for _ in range(rounds)
    )  # fmt: skip
    say(f"  the system alone, sending ready bytes in a loop: {floor:.1f} µs CPU a delivery")
    each = median(results["ours on uvicorn"], "cpu") * 1e6
    goal(f"CPU a delivery on uvicorn {each:.1f} µs, at most 11", each <= 11)
    for name in ("ours on uvicorn", "ours on 2 daphne"):
        late = percentile(together(results[name], "latencies"), 0.99)
        lost = sum(result["lost"] for result in results[name])
        goal(f"{name}: lost {lost}, p99 {late:.0f} ms, under 100", lost == 0 and late < 100)


def commits(ground: Ground, rounds: int) -> None:
    """Print messages committed a second, beside the same rows by plain SQL."""
    for count in (1, 50):
        say(
            f"\nmessages committed a second in {count} {'room' if count == 1 else 'rooms'}; plain SQL by 8 connections"
        )
        sides: Results = {"8 senders": [], "64 senders": [], "plain SQL": []}
        for _ in range(rounds):
            for name, found in sides.items():
                side, senders = ("plain", "8") if name == "plain SQL" else ("ours", name.split()[0])
                run = subprocess.run(
                    [sys.executable, "-P", str(ROOT / "benchmarks" / "chat_commits.py"), side, str(count), senders, "5"],
                    input=json.dumps(ground.made) + "\n", env=ground.environment, text=True, check=True,
                    stdout=subprocess.PIPE,
                )  # fmt: skip
                found.append(json.loads(run.stdout))
        for name, each in sides.items():
            say(
                f"  {name:<18} {median(each, 'rate'):8,.0f}   CPU of a message {median(each, 'own') * 1e6:6,.0f} µs,"
                f" PostgreSQL's {median(each, 'database') * 1e6:6,.0f} µs"
            )
        plain = median(sides["plain SQL"], "rate")
        for name in ("8 senders", "64 senders"):
            share = median(sides[name], "rate") / plain
            goal(f"{name}: ours / plain {share:.2f}, at least 0.7", share >= 0.7)


def rooms(ground: Ground, rounds: int) -> None:
    """Print how late acknowledgements and deliveries are under an ordinary load, beside the unloaded ones."""
    say("\n300 sockets in 30 rooms, 20 messages a second for 20 s, on one daphne; unloaded: one message a second")

    def side() -> contextlib.AbstractContextManager[Side]:
        return ground.ours(rooms=30)

    load = {"sockets": 300, "senders": 120}
    loaded = turns({"ours": side}, rounds, rate=20, seconds=20, **load)["ours"]
    calm = turns({"ours": side}, rounds, rate=1, seconds=20, **load)["ours"]
    for what, name in (("acknowledgement", "acks"), ("delivery", "latencies")):
        under, alone = percentile(together(loaded, name), 0.95), percentile(together(calm, name), 0.5)
        say(f"  {what:<16} p95 {under:7.1f} ms loaded   p50 {alone:7.1f} ms unloaded")
        goal(f"{what} p95 loaded / p50 unloaded {under / alone:.1f}, at most 4", under <= 4 * alone)
    lost = sum(result["lost"] for result in loaded)
    goal(f"lost {lost}, none", lost == 0)


ROWS: dict[str, Callable[[Ground, int], None]] = {
    "saturated": saturated, "steady": steady, "commits": commits, "rooms": rooms,
}  # fmt: skip


def main() -> int:
    """Run the rows that are asked for and print them."""
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    wanted = [word for word in sys.argv[1:] if word in ROWS] or list(ROWS)
    with contextlib.ExitStack() as stack:
        ground = Ground(stack)
        for row in wanted:
            ROWS[row](ground, numbers[0] if numbers else 3)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
