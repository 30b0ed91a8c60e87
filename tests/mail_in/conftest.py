"""Mail as programs send it, and what takes it in: `write` makes the bytes of a mail, `come_in` has it received and worked on."""

import asyncio
import itertools
import socket
import threading
import uuid
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from discussions.addresses import answer_address, group_address, reply_address, start_address
from discussions.mail import listener
from discussions.mail import services as mail_services
from discussions.mail import tasks as mail_tasks
from discussions.mail.models import Incoming
from discussions.services import start_thread
from groups.standing import Standing
from tests.letters import deliver  # noqa: F401 - a fixture

_numbers = itertools.count(1)
PDF = b"%PDF-1.4\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF\n"


@pytest.fixture(autouse=True)
def _mail_comes_in(settings, tmp_path):
    settings.MAIL_IN_DOMAIN = "mail.example.org"
    settings.MAIL_IN_HOURLY = 1000
    settings.SPOOL_DIR = tmp_path / "spool"
    settings.STORAGES = settings.STORAGES | {
        "default": settings.STORAGES["default"] | {"OPTIONS": {"location": tmp_path / "files", "base_url": None}}
    }


@pytest.fixture
def thread(supply_chains, lead):
    """A thread that the lead started."""
    by = Standing.of(lead, supply_chains).speak()
    return start_thread(supply_chains, by=by, title="Cocoa prices", body="What do you see?", key=uuid.uuid4())


def write(
    text="",
    *,
    sender="member@example.org",
    subject="Re: Cocoa prices",
    html=None,
    files=(),
    headers=(),
    message_id=None,
):
    """Return the bytes of a mail."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = "somebody@mail.example.org"
    message["Subject"] = subject
    message["Date"] = format_datetime(timezone.now())
    message["Message-ID"] = message_id or make_msgid(str(next(_numbers)), "example.org")
    for name, value in headers:
        message[name] = value
    message.set_content(text)
    if html is not None:
        message.add_alternative(html, subtype="html")
    for name, data, kind in files:
        main, _, sub = kind.partition("/")
        message.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()


def work():
    """Do what waits, as a worker does; tasks about mail and what they bring about."""
    known = {
        "discussions.mail.tasks.work_on_mail": mail_tasks.work_on_mail,
        "discussions.mail.tasks.answer_mail": mail_tasks.answer_mail,
    }
    while waiting := list(DBTaskResult.objects.ready().filter(task_path__in=known).order_by("enqueued_at")):
        for one in waiting:
            DBTaskResult.objects.filter(pk=one.pk).delete()
            known[one.task_path].func(*one.args_kwargs["args"])


@pytest.fixture
def come_in(django_capture_on_commit_callbacks):
    """Have a mail received and worked on; return what became of it."""

    def take(data, to, sender="member@example.org"):
        with django_capture_on_commit_callbacks(execute=True):
            mail = mail_services.receive(data, recipient=to, sender=sender)
            work()
        return Incoming.objects.get(pk=mail.pk)

    return take


@pytest.fixture
def to_thread(thread, member):
    """The address at which the member answers in the thread."""
    return reply_address(member.pk, thread.pk)


@pytest.fixture
def to_post(member):
    """Return the address at which the member answers a letter about a post."""
    return lambda post: answer_address(member.pk, post.pk)


@pytest.fixture
def to_start(supply_chains, member):
    """The member's own address of the group."""
    return start_address(member.pk, supply_chains.pk)


@pytest.fixture
def to_group(supply_chains):
    """The group's address, which everybody may know."""
    return group_address(supply_chains)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def listening(transactional_db, settings):
    """Start a listener of this process in a thread of its own; return its port."""
    running = []

    def start(scheme, path=None):
        port = None if path else free_port()
        at = urlsplit(f"{scheme}://{path}" if path else f"{scheme}://127.0.0.1:{port}")
        loop, begun = asyncio.new_event_loop(), threading.Event()
        stop = asyncio.Event()
        thread = threading.Thread(target=loop.run_until_complete, args=(listener.listen(at, stop, begun.set),))
        thread.start()
        assert begun.wait(10)
        running.append((loop, stop, thread))
        return port

    yield start
    for loop, stop, thread in running:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
        assert not thread.is_alive()
        loop.close()
