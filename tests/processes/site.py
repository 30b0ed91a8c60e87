"""A site that runs: its processes, started with the commands of docker-compose.yml, and the way in for its visitors.

    with Site(folder, DATABASE_URL=..., REDIS_URL=...) as site:
        site.migrate()
        made = site.ask("make", people=4)          # tests/processes/driver.py says what can be asked
        first, second = site.start("sockets"), site.start("sockets")
        door = site.proxy(sockets=[first, second])  # or site.door(first), past the proxy
        first.kill()                                # or freeze(), thaw(), stop()

`MODE="embedded"` makes it one process on SQLite: `site.start("sockets")` then serves everything. All that was started ends
with the `with`.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.plugins import migrated
from tests.processes.servers import free_port, listens, postgres_binaries

ROOT = Path(__file__).resolve().parents[2]
HOST = "groups.example.org"
STARTING = 90
"""Seconds that a process may take to start on a busy machine."""


class Process:
    """One process of a site."""

    def __init__(self, name, popen, port, log):
        self.name, self.popen, self.port, self.log = name, popen, port, log

    @property
    def is_alive(self):
        return self.popen.poll() is None

    def kill(self):
        """End it at once, as a fault does."""
        self.popen.kill()
        self.popen.wait(30)

    def freeze(self):
        self.popen.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.popen.send_signal(signal.SIGCONT)

    def stop(self, within=40):
        """Ask it to stop in order; return its exit status."""
        self.popen.terminate()
        return self.popen.wait(within)

    def said(self):
        """Return what it has written to its log."""
        return Path(self.log).read_text(encoding="utf-8", errors="replace")


@dataclass(frozen=True)
class Door:
    """One way into the site: the origin in the browser's address bar, and where the connections go."""

    origin: str
    port: int
    cookies: str
    tls: bool = False
    host: str = "127.0.0.1"

    @property
    def scheme(self):
        return "https" if self.tls else "http"

    @property
    def context(self):
        """Return how to believe a certificate that nobody has signed; None in the clear."""
        if not self.tls:
            return None
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context

    def headers(self):
        """Return what the proxy would have added, for those who go past it."""
        secure = self.origin.startswith("https://")
        return {} if self.tls or not secure else {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}


class Site:
    """The processes of one site and the folder they write to."""

    def __init__(self, folder, **environment):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.stack = contextlib.ExitStack()
        self.processes = []
        self.driver = None
        self.asking = threading.Lock()
        services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
        self.commands = {name: service.get("command") for name, service in services.items()}
        full = environment.get("MODE", "full") == "full"
        self.environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": f"{ROOT / 'platform'}:{ROOT}",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "MODE": "full",
            "SECRET_KEY": "between the tide and the town " * 2,
            "DATA_DIR": str(self.folder / "data"),
            **({"SITE_URL": f"https://{HOST}", "STATIC_ROOT": str(self.folder / "static")} if full else {}),
            **({"MAIL_URL": "smtp://127.0.0.1:9", "TRUSTED_PROXY_COUNT": "1"} if full else {}),
            **{name: os.environ[name] for name in ("PGHOST",) if name in os.environ},
            **environment,
        }

    def __enter__(self):
        return self

    def __exit__(self, *error):
        for process in self.processes:
            if process.is_alive and process.name.startswith("sockets"):
                process.kill()  # it would take leave of everybody first
            elif process.is_alive:
                process.thaw()
                process.popen.terminate()
        for process in self.processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.popen.wait(30)
            process.kill()
        self.stack.close()

    # --- Commands -----------------------------------------------------------------------------------------------------

    def run(self, command, *, root=ROOT, **environment):
        """Run a command to its end and return what it printed."""
        environment = self._environment(root) | environment
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=180)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def migrate(self):
        """Bring the database, which is an empty one, to the newest migration."""
        url = self.environment.get("DATABASE_URL")
        database = self.folder / "data" / "database.sqlite3"
        if migrated.copy_postgresql(url) if url else migrated.copy_sqlite(database):
            return
        self.run([sys.executable, "manage.py", "migrate", "--no-input"])
        if url:
            migrated.keep_postgresql(url, postgres_binaries())
        else:
            migrated.keep_sqlite(database)

    def ask(self, name, *arguments, **named):
        """Have another process of the site, one without sockets, do something, and return what came of it."""
        with self.asking:
            if self.driver is None:
                self.driver = self._spawn(
                    "driver",
                    [sys.executable, "tests/processes/driver.py"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                ).popen
                self.stack.callback(self.driver.stdin.close)
                self.stack.callback(self.driver.stdout.close)
            self.driver.stdin.write(json.dumps([name, arguments, named]) + "\n")
            self.driver.stdin.flush()
            answer = json.loads(self.driver.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["result"]

    # --- Processes ----------------------------------------------------------------------------------------------------

    def start(self, name, *, port=None, host="127.0.0.1", via="config.launcher", root=ROOT, **environment):
        """Start one process of the service, and wait until its health check passes.

        `via` is the module that runs instead of the launcher, `root` another checkout of the code.
        """
        port = port or free_port()
        command = [re.sub(r"\$\{\w+:-(.*)\}", r"\1", word) for word in self.commands[name]]
        command = [via if word == "config.launcher" else word for word in command]
        if "--port" in command:
            command[command.index("--port") + 1] = str(port)
            command[command.index("--host") + 1] = host
        if self.environment["MODE"] == "embedded":
            # The settings take the port from here, and name cookies and origins after it.
            environment = {"PORT": str(port), **environment}
        process = self._spawn(f"{name}-{port}", command, root=root, port=port, **environment)
        if "--port" in command:
            self._wait(process, port, [sys.executable, "-m", "config.healthcheck", str(port)])
        return process

    def _environment(self, root):
        return self.environment | {"PYTHONPATH": f"{root / 'platform'}:{root}"}

    def _spawn(self, name, command, *, root=ROOT, port=None, stdin=subprocess.DEVNULL, stdout=None, **environment):
        log = self.folder / f"{name}-{len(self.processes)}.log"
        with log.open("w") as out:
            popen = subprocess.Popen(
                command,
                cwd=root,
                env=self._environment(root) | environment,
                stdin=stdin,
                stdout=stdout or out,
                stderr=out,
                text=True,
            )
        process = Process(name, popen, port, log)
        self.processes.append(process)
        return process

    def _wait(self, process, port, check):
        """Wait until the check is content; it is a process of its own, and not begun before somebody listens."""
        deadline = time.monotonic() + STARTING
        environment = self._environment(ROOT)
        while not listens(port) or subprocess.run(check, cwd=ROOT, env=environment, capture_output=True).returncode:
            assert process.is_alive, process.said()
            assert time.monotonic() < deadline, process.said()
            time.sleep(0.1)

    # --- The way in ---------------------------------------------------------------------------------------------------

    def door(self, process):
        """Return the way to one process, past the proxy."""
        if self.environment["MODE"] == "embedded":
            return Door(f"http://localhost:{process.port}", process.port, f"ag{process.port}-")
        return Door(self.environment["SITE_URL"], process.port, "__Host-")

    def proxy(self, *, pages=(), sockets=(), port=None):
        """Start the real proxy with deploy/Caddyfile, a certificate of its own making and these processes behind it.

        Processes started before must have been told the origin: call `at_a_proxy` first.
        """
        health = free_port()
        port = port or int(self.environment["SITE_URL"].rpartition(":")[2])
        text = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
        text = text.replace("127.0.0.1:8080", f"127.0.0.1:{health}")
        here = f"local_certs\n\tskip_install_trust\n\thttp_port {free_port()}\n"
        text = text.replace("admin off\n", f"admin off\n\t{here}", 1)
        if caddy_version() < (2, 7):  # Debian's; what the image has knows the newer name only
            text = re.sub(r"request_buffers (\w+)", r"buffer_requests\n max_buffer_size \1", text)
        file = self.folder / "Caddyfile"
        file.write_text(text, encoding="utf-8")
        process = self._spawn(
            "proxy",
            ["caddy", "run", "--config", str(file), "--adapter", "caddyfile"],
            port=port,
            HOME=str(self.folder),
            XDG_DATA_HOME=str(self.folder),
            XDG_CONFIG_HOME=str(self.folder),
            PAGES=" ".join(f"127.0.0.1:{one.port}" for one in pages) or "127.0.0.1:9",
            SOCKETS=" ".join(["to", *(f"127.0.0.1:{one.port}" for one in sockets)]) if sockets else "to 127.0.0.1:9",
        )
        alive = f"import urllib.request; urllib.request.urlopen('http://127.0.0.1:{health}/')"
        self._wait(process, health, [sys.executable, "-c", alive])
        return Door(self.environment["SITE_URL"], port, "__Host-", tls=True)

    def at_a_proxy(self):
        """Choose the port of the proxy and tell the processes started from now on."""
        self.environment["SITE_URL"] = f"https://{HOST}:{free_port()}"


def caddy_version():
    """Return the version of the proxy on this machine as two numbers, None where there is none."""
    if not shutil.which("caddy"):
        return None
    told = subprocess.run(["caddy", "version"], capture_output=True, text=True, check=True).stdout
    return tuple(map(int, re.search(r"(\d+)\.(\d+)", told).groups()))
