"""A running demonstration for measurements: our launcher, a database of its own in a temporary folder, a free port."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START = 60


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def running(
    folder: Path | None = None, command: Sequence[str] = ("-m", "config.launcher"), **environment: str
) -> Iterator[str]:
    """Yield the address of a demonstration that ends with the block; `folder` keeps its data for another time.

    `command` is what Python runs to serve it; `{port}` in it is the port.
    """
    with contextlib.ExitStack() as stack:
        data = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="demonstration-")))
        port = free_port()
        env = os.environ | {
            "PYTHONPATH": f"{ROOT / 'platform'}{os.pathsep}{ROOT}",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATA_DIR": str(data),
            "PORT": str(port),
            "DEMO": "1",
            "STATIC_FILES": "collected",
            "LOG_LEVEL": "WARNING",
            **environment,
        }
        subprocess.run(
            [sys.executable, "manage.py", "prepare"], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL
        )
        server = subprocess.Popen(
            [sys.executable, *(word.format(port=port) for word in command)],
            cwd=ROOT,
            env=env,
            stdout=subprocess.DEVNULL,
        )
        stack.callback(_end, server)
        address = f"http://localhost:{port}"
        _wait(address, server)
        yield address


def _wait(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"The server ended with status {server.returncode}.")
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"The server did not answer within {START} s.")


def _end(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(15)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
