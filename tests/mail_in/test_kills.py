"""What takes mail and what works on it may be killed at any moment: the mail is posted once, or is still with who sent it."""

import os
import signal
import smtplib
import socket
import subprocess
import sys
import time

import pytest
from django.conf import settings as site
from django.db import connection
from django_tasks_db.models import DBTaskResult

from discussions.mail.models import Incoming
from discussions.mail.services import receive
from tests.mail_in.conftest import PDF, free_port, work, write

pytestmark = [pytest.mark.slow, pytest.mark.services, pytest.mark.django_db(transaction=True)]


def environment(tmp_path, port):
    """What a process of this test's database needs to know."""
    settings = connection.settings_dict
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": os.pathsep.join([str(site.BASE_DIR / "platform"), str(site.BASE_DIR)]),
        "DATABASE_URL": f"postgresql://{settings['USER']}@{settings['HOST']}:{settings['PORT'] or 5432}/{settings['NAME']}",
        "DATA_DIR": str(tmp_path),
        "SECRET_KEY": site.SECRET_KEY,
        "MAIL_IN_DOMAIN": site.MAIL_IN_DOMAIN,
        "MAIL_IN_LISTEN": f"lmtp://127.0.0.1:{port}",
    }


@pytest.fixture
def start(tmp_path):
    """Start a listener or a worker as a process of its own."""
    if connection.vendor != "postgresql":
        pytest.skip("several processes on one database that was made for a test: on PostgreSQL")
    running = []

    def begin(command, port):
        arguments = [sys.executable, "manage.py", command]
        process = subprocess.Popen(
            arguments, cwd=site.BASE_DIR, env=environment(tmp_path, port), stdout=subprocess.DEVNULL
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.wait()


def connected(port):
    """Return a connection to the listener, once it listens."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return smtplib.LMTP("127.0.0.1", port, timeout=20)
        except OSError:
            assert time.monotonic() < deadline, "It never listened."
            time.sleep(0.2)


def test_a_listener_that_is_killed_in_the_middle_keeps_nothing_by_halves(start, thread, to_thread, settings, tmp_path):
    data, sent = write("One alone.", files=[("a.pdf", PDF, "application/pdf")]), 0
    for delay in (0.0, 0.005, 0.02, 0.05, None):
        port = free_port()
        listener = start("receive_mail", port)
        connected(port).quit()
        with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
            wire.sendall(b"LHLO x\r\nMAIL FROM:<member@example.org>\r\nRCPT TO:<%s>\r\nDATA\r\n" % to_thread.encode())
            time.sleep(0.3)
            wire.sendall(data + b"\r\n.\r\n")
            if delay is not None:
                time.sleep(delay)
                listener.send_signal(signal.SIGKILL)
                listener.wait()
                continue
            said = b""
            while b"250 2.0.0 Kept" not in said:
                said += wire.recv(4096)
            sent += 1
    assert sent == 1
    # Whatever was kept before a kill is the same mail: one row, whose bytes are whole.
    mail = Incoming.objects.get()
    assert (tmp_path / "files" / mail.path).stat().st_size == mail.size
    work()
    assert [post.body.splitlines()[0] for post in thread.posts.order_by("number")][1:] == ["One alone."]


def test_a_worker_that_is_killed_in_the_middle_posts_once(start, thread, to_thread):
    for number in range(5):
        files = [(f"{number}.pdf", PDF, "application/pdf")]
        receive(write(f"Mail {number}.", files=files), recipient=to_thread, sender="member@example.org")
    for delay in (2.0, 2.5, 3.0):
        worker = start("work", free_port())
        time.sleep(delay)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    # Another takes up what the dead one had in hands.
    DBTaskResult.objects.running().update(status="READY", started_at=None)
    work()
    bodies = sorted(post.body.splitlines()[0] for post in thread.posts.filter(number__gt=1))
    assert bodies == [f"Mail {number}." for number in range(5)]
    assert not Incoming.objects.filter(state="waiting").exists()
