"""Where `benchmarks/chat.py` measures: a database of its own, a site with people and rooms, and each way of serving them."""

import contextlib
import json
import os
import signal
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

PEOPLE, ROOMS = 130, 50
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

    def run(
        self,
        sockets: int,
        *,
        senders: int,
        rate: float | None,
        seconds: float,
        watch: "Callable[[Side, subprocess.Popen[str]], None] | None" = None,
    ) -> dict[str, Any]:
        """Open the sockets, send, and return what the clients counted with our own readings beside it.

        `watch` is called once the clients send, and returns before they are done.
        """
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
        if watch is not None:
            watch(self, load)
        result = json.loads(load.stdout.readline())
        load.wait(60)
        result["memory"] = memory
        result["grown"] = (self.memory() - idle) / sockets - memory
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
            input=json.dumps(["make", [PEOPLE], {"rooms": ROOMS}]) + "\n", stdout=subprocess.PIPE,
        )  # fmt: skip
        self.made = json.loads(made.stdout)["result"]
        self.settle()

    def settle(self) -> None:
        """Have the tables that were written be as they are later: making the people changed each room hundreds of times.

        What is still empty is left alone, as PostgreSQL itself does: it would plan for empty tables from then on.
        """
        with psycopg.connect(self.database, autocommit=True) as connection:
            written = connection.execute("SELECT relname FROM pg_stat_user_tables WHERE n_live_tup > 0").fetchall()
            for (table,) in written:
                connection.execute(sql.SQL("VACUUM ANALYZE {}").format(sql.Identifier(table)))

    def drop(self, name: str) -> None:
        """Drop the database, whoever is still connected to it."""
        with psycopg.connect(self.administrative, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextlib.contextmanager
    def ours(self, processes: int = 1, server: str = "daphne", rooms: int = 1) -> Iterator[Side]:
        """Our launcher, with so many of our rooms."""
        environment = self.environment | {"SERVER": server}
        with started(["-m", "config.launcher", "--port", "{port}"], processes, environment) as (ports, running):
            yield Side(
                f"ours on {server}" if processes == 1 else f"ours on {processes} {server}", ports, running,
                cookies=[
                    "; ".join(f"ag{port}-session={person['session']}" for port in ports) for person in self.made["people"]
                ],
                rooms=self.made["rooms"][:rooms], join='{"type":"join","room":%(room)d}', ready='"joined"',
                send='{"type":"send","room":%(room)d,"key":"%(key)s","body":"%(body)s"}',
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
