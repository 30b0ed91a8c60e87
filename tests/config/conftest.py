"""Real servers on loopback ports for the launcher's tests, and clients that misbehave on purpose."""

import base64
import contextlib
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import psutil
import pytest
from django.conf import settings

MEGABYTE = 1024 * 1024


class Running:
    """A launcher that was started with an application of ours."""

    def __init__(self, *, application="plain_application:application", **environment):
        root = Path(settings.BASE_DIR)
        paths = [root / "platform", root, root / "tests" / "config"]
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.launcher", "--port", "0", "--application", application],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths)), **environment},
            cwd=root,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )
        self.address = self.process.stdout.readline().strip()
        self.port = int(self.address.rstrip("/").rpartition(":")[2])

    def stop(self):
        """End it for good and return what it wrote to stderr."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.errors.seek(0)
        with self.errors:
            return self.errors.read().decode()

    def connect(self, timeout=10):
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout)

    def ask(self, request, body=b"", timeout=10):
        """Send one request on a connection of its own and return everything that comes back."""
        with self.connect(timeout) as connection:
            connection.sendall(request + b"Host: localhost\r\nConnection: close\r\n\r\n" + body)
            return everything(connection)

    @contextlib.contextmanager
    def growth(self):
        """Measure by how many megabytes the process grows at most while the block runs."""
        process = psutil.Process(self.process.pid)
        start = process.memory_info().rss
        grown, done = [0.0], threading.Event()

        def watch():
            while not done.wait(0.01):
                grown[0] = max(grown[0], (process.memory_info().rss - start) / MEGABYTE)

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            yield grown
        finally:
            done.set()
            watcher.join()


def everything(connection):
    """Read until the other side closes or cuts the connection."""
    received = []
    with contextlib.suppress(ConnectionResetError):
        while data := connection.recv(65536):
            received.append(data)
    return b"".join(received)


class Socket:
    """A WebSocket client that sends exactly the frames it is told to."""

    def __init__(self, running, path="/", headers="", buffer=None):
        self.connection = socket.socket()
        if buffer:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.connection.settimeout(10)
        self.connection.connect(("127.0.0.1", running.port))
        key = base64.b64encode(os.urandom(16)).decode()
        self.connection.sendall(
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n{headers}\r\n".encode()
        )
        self.file = self.connection.makefile("rb")
        self.head = b""
        while line := self.file.readline():
            self.head += line
            if line == b"\r\n":
                break
        self.status = int(self.head.split()[1]) if self.head else None

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.file.close()
        self.connection.close()

    def send(self, payload=b"", *, opcode=1, final=True, masked=True):
        length = len(payload)
        mark = 0x80 if masked else 0
        head = bytes([(0x80 if final else 0) | opcode])
        if length < 126:
            head += bytes([mark | length])
        elif length < 65536:
            head += bytes([mark | 126]) + struct.pack("!H", length)
        else:
            head += bytes([mark | 127]) + struct.pack("!Q", length)
        # A mask of zeros masks nothing, and is one.
        self.connection.sendall(head + (b"\0\0\0\0" if masked else b"") + payload)

    def receive(self):
        """Return (opcode, payload) of the next frame that is no ping; opcode None when the connection has ended."""
        while True:
            head = b""
            with contextlib.suppress(ConnectionResetError):
                head = self.file.read(2)
            if len(head) < 2:
                return None, b""
            length = head[1] & 127
            if length == 126:
                (length,) = struct.unpack("!H", self.file.read(2))
            elif length == 127:
                (length,) = struct.unpack("!Q", self.file.read(8))
            payload = self.file.read(length)
            if head[0] & 15 != 9:
                return head[0] & 15, payload

    def close_code(self):
        """Return the code of the close frame that comes next, answering it as a browser does."""
        opcode, payload = self.receive()
        assert opcode == 8
        self.send(payload[:2], opcode=8)
        return struct.unpack("!H", payload[:2])[0]


@pytest.fixture(scope="module")
def kind():
    """Which server it is; a module whose tests hold for both says so."""
    return "daphne"


@pytest.fixture
def launch(kind):
    """Start a server with the environment given; it is ended with the test, and must not have complained."""
    running = []

    def start(**environment):
        running.append(Running(SERVER=kind, **environment))
        return running[-1]

    yield start
    complaints = [one.stop() for one in running]
    assert complaints == [""] * len(running)


@pytest.fixture(scope="module")
def server(kind):
    """A server with the defaults, shared by the tests of a module."""
    running = Running(SERVER=kind)
    yield running
    assert running.stop() == ""


@pytest.fixture
def open_socket(server):
    """Open a WebSocket on the shared server, or on another; it is closed with the test."""
    with contextlib.ExitStack() as stack:
        yield lambda path="/", *, on=server, **options: stack.enter_context(Socket(on, path, **options))
