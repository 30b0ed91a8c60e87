"""Chat beside what one builds from the Channels tutorial, on the same daphne, the same Redis and the same clients, in one run.

    script/bench chat [rounds]

Needs PostgreSQL and Redis (those of the tests: found on this machine, or started from wheels). The sides take turns; what
counts is the median of the rounds. Ours keeps every message, asks for every right, and acknowledges; the others do not.
"""

import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from demonstration import ROOT, free_port

from tests.plugins import services

PEOPLE = 130
SITE = "http://localhost:8000"
TICKS = os.sysconf("SC_CLK_TCK")
TALK = '{"message":"%(body)s"}'


class Side:
    """One way of serving a room, running: its processes, and how a client comes in."""

    def __init__(self, name: str, ports: list[int], processes: list[subprocess.Popen[bytes]], **plan: Any) -> None:
        self.name, self.processes, self.plan = name, processes, plan
        self.urls = [f"ws://127.0.0.1:{port}/ws/" for port in ports]

    def cpu(self) -> float:
        """Return the seconds of processor time its processes have used."""
        total = 0
        for process in self.processes:
            fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def memory(self) -> int:
        """Return the bytes its processes hold."""
        pages = (int(Path(f"/proc/{process.pid}/statm").read_text().split()[1]) for process in self.processes)
        return sum(pages) * os.sysconf("SC_PAGE_SIZE")

    def run(self, sockets: int, *, senders: int, rate: float | None, seconds: float) -> dict[str, Any]:
        """Open the sockets, send, and return what the clients counted with our own readings beside it."""
        idle = self.memory()
        plan = {
            "urls": self.urls, "sockets": sockets, "senders": senders, "rate": rate, "seconds": seconds,
            "origin": SITE, **self.plan,
        }  # fmt: skip
        load = subprocess.Popen(
            [sys.executable, str(ROOT / "benchmarks" / "chat_load.py")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert load.stdin and load.stdout
        load.stdin.write(json.dumps(plan) + "\n")
        load.stdin.flush()
        if load.stdout.readline() != "open\n":
            raise RuntimeError(f"{self.name}: the sockets could not be opened.")
        time.sleep(2)
        memory, before = (self.memory() - idle) / sockets, self.cpu()
        load.stdin.write("\n")
        load.stdin.flush()
        result = json.loads(load.stdout.readline())
        load.wait(60)
        result["memory"] = memory
        result["cpu"] = (self.cpu() - before) / max(1, result.get("delivered", 0))
        return result


@contextlib.contextmanager
def started(command: list[str], count: int, environment: dict[str, str]) -> Iterator[tuple[list[int], list[Any]]]:
    """Run a server on so many free ports of its own until the block ends."""
    ports = [free_port() for _ in range(count)]
    processes = [
        subprocess.Popen(
            [sys.executable, *(word.format(port=port) for word in command)],
            cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        for port in ports
    ]  # fmt: skip
    try:
        for port, process in zip(ports, processes, strict=True):
            wait_for(port, process)
        yield ports, processes
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until something listens on the port."""
    import socket

    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise RuntimeError("A server did not start.")


class Ground:
    """The database, Redis and a site with one room and its people."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        found = stack.enter_context(services.running())
        name = f"bench_{uuid.uuid4().hex[:12]}"
        url = found["TEST_DATABASE_URL"]
        self.administrative = services.administrative(url)
        with psycopg.connect(self.administrative, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        stack.callback(self.drop, name)
        self.database = f"{url.rpartition('/')[0]}/{name}"
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
        self.environment = os.environ | found | {
            "PYTHONPATH": os.pathsep.join(map(str, (ROOT / "platform", ROOT, ROOT / "benchmarks"))),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "MODE": "embedded", "DEMO": "0", "SITE_URL": SITE, "PORT": "8000", "DATA_DIR": folder, "LOG_LEVEL": "ERROR",
            "SECRET_KEY": "between the tide and the town " * 2,
            "DATABASE_URL": self.database, "REDIS_URL": found["TEST_REDIS_URL"], "REDIS_PREFIX": name,
        }  # fmt: skip
        subprocess.run(
            [sys.executable, "manage.py", "migrate"],
            cwd=ROOT,
            env=self.environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        made = subprocess.run(
            [sys.executable, "-m", "tests.processes.driver"], cwd=ROOT, env=self.environment, check=True, text=True,
            input=json.dumps(["make", [PEOPLE], {}]) + "\n", stdout=subprocess.PIPE,
        )  # fmt: skip
        self.made = json.loads(made.stdout)["result"]

    def drop(self, name: str) -> None:
        """Drop the database, whoever is still connected to it."""
        with psycopg.connect(self.administrative, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextlib.contextmanager
    def ours(self, processes: int = 1, server: str = "daphne") -> Iterator[Side]:
        """Our launcher, with our room."""
        room = self.made["room"]
        environment = self.environment | {"SERVER": server}
        with started(["-m", "config.launcher", "--port", "{port}"], processes, environment) as (ports, running):
            yield Side(
                f"ours on {server}" if processes == 1 else f"ours on {processes} {server}", ports, running,
                cookies=[
                    "; ".join(f"ag{port}-session={person['session']}" for port in ports) for person in self.made["people"]
                ],
                join=json.dumps({"type": "join", "room": room}), ready='"joined"',
                send=f'{{"type":"send","room":{room},"key":"%(key)s","body":"%(body)s"}}',
            )  # fmt: skip

    @contextlib.contextmanager
    def tutorial(self) -> Iterator[Side]:
        """The consumer of the Channels tutorial on daphne as it comes."""
        command = [
            "-m",
            "daphne",
            "-b",
            "127.0.0.1",
            "-p",
            "{port}",
            "--websocket_connect_timeout",
            "60",
            "chat_peers:tutorial",
        ]
        with started(command, 1, self.environment | {"REDIS_PREFIX": f"tutorial-{uuid.uuid4().hex[:8]}"}) as (
            ports,
            running,
        ):
            yield Side("tutorial", ports, running, cookies=[], join=None, ready='"joined"', send=TALK)

    @contextlib.contextmanager
    def bare(self) -> Iterator[Side]:
        """A set of sockets and a broadcast."""
        with started([str(ROOT / "benchmarks" / "chat_peers.py"), "{port}"], 1, self.environment) as (ports, running):
            yield Side("bare websockets", ports, running, cookies=[], join=None, ready='"joined"', send=TALK)


def percentile(values: list[int], share: float) -> float:
    """Return a percentile of sorted microseconds, in milliseconds."""
    return values[min(len(values) - 1, int(len(values) * share))] / 1000 if values else float("nan")


def turns(
    sides: dict[str, Callable[[], contextlib.AbstractContextManager[Side]]], rounds: int, **run: Any
) -> dict[str, list[dict[str, Any]]]:
    """Run each side in turn, each time with fresh processes."""
    results: dict[str, list[dict[str, Any]]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, start in sides.items():
            with start() as side:
                results[name].append(side.run(**run))
    return results


def median(results: list[dict[str, Any]], name: str) -> float:
    """Return the median of one reading."""
    return statistics.median(result[name] for result in results)


def saturated(ground: Ground, rounds: int) -> None:
    """Print deliveries a second and processor time per delivery, each sender sending as soon as its last has come back."""
    for sockets in (1000, 500):
        print(f"\n{sockets} sockets in one room, 48 senders, each with one message under way", flush=True)
        sides = {"ours": ground.ours, "tutorial": ground.tutorial, "bare": ground.bare}
        results = turns(sides, rounds, sockets=sockets, senders=48, rate=None, seconds=10)
        for name, each in results.items():
            print(
                f"  {name:<9} {median(each, 'rate'):9,.0f} deliveries a second   {median(each, 'cpu') * 1e6:6.1f} µs CPU each"
                f"   {median(each, 'memory') / 1024:6.1f} KB a socket   lost {sum(result['lost'] for result in each)}"
            )
        ours, tutorial = median(results["ours"], "rate"), median(results["tutorial"], "rate")
        print(f"  ours / tutorial = {ours / tutorial:.1f}")


def steady(ground: Ground, rounds: int) -> None:
    """Print what is lost and how late it comes at a rate that is asked for."""
    print("\n500 sockets in one room, 30 messages a second asked for 10 s", flush=True)
    sides = {
        "ours": ground.ours, "ours on 2": lambda: ground.ours(2), "tutorial": ground.tutorial, "bare": ground.bare,
    }  # fmt: skip
    for name, each in turns(sides, rounds, sockets=500, senders=120, rate=30, seconds=10).items():
        late = sorted(value for result in each for value in result["latencies"])
        share = sum(result["lost"] for result in each) / sum(result["sent"] * 500 for result in each)
        print(
            f"  {name:<9} p50 {percentile(late, 0.5):9.1f} ms   p99 {percentile(late, 0.99):9.1f} ms   lost {share:.1%}"
            f"   {median(each, 'cpu') * 1e6:6.1f} µs CPU a delivery"
        )


def main() -> int:
    """Run everything and print it."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with contextlib.ExitStack() as stack:
        ground = Ground(stack)
        saturated(ground, rounds)
        steady(ground, rounds)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
