"""What the server can be told, read strictly from the environment: a value it cannot use stops the start.

| Name | Default | Meaning |
| --- | --- | --- |
| `SERVER` | daphne | who serves: `daphne`, or `uvicorn` for processes that serve sockets only, behind a proxy |
| `HOST` | 127.0.0.1 | address to listen on; 0.0.0.0 or :: for every address of the machine |
| `PORT` | 8000 | port to listen on |
| `SOCKETS_MAX` | 1000 | WebSockets of one process; the next one is refused with 503 |
| `BODY_MAX_KB` | 1024 | largest body of an ordinary request |
| `FORM_UPLOAD_MB` | 25 | largest multipart `POST` to an upload path: a form sent without JavaScript |
| `REQUEST_TIMEOUT` | 30 | seconds for the head of a request, and for any silence inside its body |
| `STALL_TIMEOUT` | 60 | seconds in which the reader of a response must take something of it |
| `CONNECT_TIMEOUT` | 30 | seconds for a WebSocket's handshake, the application's part included |
| `PING_INTERVAL` | 20 | seconds of silence after which a WebSocket is asked whether it lives |
| `PING_TIMEOUT` | 30 | seconds it has to answer |
| `STOP_TIMEOUT` | 10 | seconds from the first SIGTERM or SIGINT to the end of the process |

`--host` and `--port` on the command line come before the environment, and are put there for the settings to read.
Port 0 (command line only) lets the system choose one.
"""

import argparse
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

from config import environment as env

DEFAULT_APPLICATION = "config.asgi:application"

SERVERS = ("daphne", "uvicorn")

KILOBYTE = 1024
MEGABYTE = 1024 * KILOBYTE

FRAME_LIMIT = 64 * KILOBYTE
"""Largest frame and message a client may send over a WebSocket; version 1 of the live protocol says so."""

PAGES, PAGE_FRAME_LIMIT = "/ws/pages/", MEGABYTE
"""Where frames may be longer: a page is pasted, or comes back from hours without a network, in one change."""

CHUNK_LIMIT = 4 * MEGABYTE + 64 * KILOBYTE
"""Largest body of a `PUT` to an upload path: a chunk of 4 MB and some slack."""


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """Everything the server needs to know before it starts; limits in bytes, times in seconds."""

    application: str
    server: str
    host: str
    port: int
    sockets_max: int
    body_limit: int
    form_upload_limit: int
    request_timeout: int
    stall_timeout: int
    connect_timeout: int
    ping_interval: int
    ping_timeout: int
    stop_timeout: int
    chunk_limit: int = CHUNK_LIMIT


def read(arguments: Sequence[str]) -> Configuration:
    """Read the command line and the environment; a value of no use ends the process with one line and status 2."""
    options = _parser().parse_args(arguments)
    for name, given in (("HOST", options.host), ("PORT", options.port)):
        if given is not None:
            os.environ[name] = given
    host = env.text("HOST", "127.0.0.1").strip("[]")
    if not re.fullmatch(r"[0-9A-Za-z.:%_-]+", host):
        env.refuse(f"HOST must be an address or a host name, not {host!r}.")
    return Configuration(
        application=options.application,
        server=env.choice("SERVER", SERVERS, SERVERS[0]),
        host=host,
        port=env.number("PORT", 8000, minimum=1 if options.port is None else 0, maximum=65535),
        sockets_max=env.number("SOCKETS_MAX", 1000, minimum=1, maximum=50_000),
        body_limit=env.number("BODY_MAX_KB", 1024, minimum=1, maximum=65_536) * KILOBYTE,
        form_upload_limit=env.number("FORM_UPLOAD_MB", 25, minimum=1, maximum=500) * MEGABYTE,
        request_timeout=env.number("REQUEST_TIMEOUT", 30, minimum=1, maximum=600),
        stall_timeout=env.number("STALL_TIMEOUT", 60, minimum=1, maximum=3600),
        connect_timeout=env.number("CONNECT_TIMEOUT", 30, minimum=1, maximum=600),
        ping_interval=env.number("PING_INTERVAL", 20, minimum=1, maximum=3600),
        ping_timeout=env.number("PING_TIMEOUT", 30, minimum=1, maximum=3600),
        stop_timeout=env.number("STOP_TIMEOUT", 10, minimum=1, maximum=600),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="config.launcher", description="Serve the platform.")
    parser.add_argument("--host", help="address to listen on (else HOST, else 127.0.0.1)")
    parser.add_argument("--port", help="port to listen on (else PORT, else 8000)")
    parser.add_argument("--application", default=DEFAULT_APPLICATION, help="the ASGI application as module:name")
    return parser
