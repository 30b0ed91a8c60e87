"""`python -m config.launcher`: serve the platform until SIGTERM or SIGINT.

Exit status 0 after an orderly stop, 2 when it cannot start as configured (one line says why), 1 after a second signal.
"""

import contextlib
import importlib
import os
import resource
import sys
import threading
from typing import cast

from config import environment as env
from config.launcher.configuration import Configuration, read
from config.launcher.server import ASGIApplication, Server

FILES_WANTED = 65536

LOCAL_HOSTS = {"127.0.0.1", "0.0.0.0", "::", "::1", "localhost"}  # noqa: S104 - compared with, not listened on

STUCK_THREAD_GRACE = 2.0
"""Seconds that threads may take to come to an end after the server has stopped."""


def main() -> int:
    """Start, serve, stop; return the exit status."""
    configuration = read(sys.argv[1:])
    application = load(configuration.application)
    allow_many_connections()
    if configuration.server == "uvicorn":
        from config.launcher import uvicorn_server

        uvicorn_server.Server(application, configuration).run(lambda port: announce(configuration, port))
    else:
        Server(application, configuration).run(lambda port: announce(configuration, port))
    # A thread that is stuck in a query or a lock would keep the process; its transaction is rolled back.
    end = threading.Timer(STUCK_THREAD_GRACE, os._exit, [0])
    end.daemon = True
    end.start()
    return 0


def load(path: str) -> ASGIApplication:
    """Import the ASGI application named `module:name`; a mistake in the settings or the name is one line."""
    from django.core.exceptions import ImproperlyConfigured

    module_name, _, name = path.partition(":")
    try:
        module = importlib.import_module(module_name)
    except ImproperlyConfigured as error:
        env.refuse(" ".join(str(error).split()))
    except (ModuleNotFoundError, ValueError) as error:
        if module_name and getattr(error, "name", None) not in parents(module_name):
            raise
        env.refuse(f"--application names a module that is not there: {path!r}.")
    if not hasattr(module, name):
        env.refuse(f"--application must look like config.asgi:application, not {path!r}.")
    return cast("ASGIApplication", getattr(module, name))


def parents(module_name: str) -> list[str]:
    """Return the names whose absence means that `module_name` itself is not there: its own and its packages'."""
    parts = module_name.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts) + 1)]


def allow_many_connections() -> None:
    """Raise the limit of open files as far as this user may: each connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_WANTED if hard == resource.RLIM_INFINITY else min(FILES_WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def announce(configuration: Configuration, port: int) -> None:
    """Say where the platform is. By name: passkeys refuse addresses."""
    host = configuration.host
    if host in LOCAL_HOSTS:
        host = "localhost"
    elif ":" in host:
        host = f"[{host}]"
    with contextlib.suppress(OSError):  # the volume that keeps what we print may be full
        sys.stdout.write(f"http://{host}:{port}/\n")
        sys.stdout.flush()
    start_companions()


def start_companions() -> None:
    """Start what goes on beside the server where the application is the platform: background work, and reports of itself."""
    from django.apps import apps
    from django.conf import settings

    if apps.ready:
        from core import reporting
        from core.background.worker import start_threads

        start_threads(settings.WORKER_THREADS)
        if settings.EMBEDDED and settings.MAIL_IN_LISTEN:
            from discussions.mail.listener import start_thread

            start_thread()
        reporting.begin("site" if settings.EMBEDDED else "sockets")


if __name__ == "__main__":
    sys.exit(main())
