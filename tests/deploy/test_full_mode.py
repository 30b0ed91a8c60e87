"""The full mode as docker-compose.yml starts it, on real PostgreSQL and Redis: the same commands, run by hand."""

import json
import os
import queue
import re
import socket
import socketserver
import subprocess
import sys
import threading
import time
import uuid
from contextlib import ExitStack
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pytest
import yaml
from django.conf import settings
from websockets.sync.client import connect

pytestmark = [pytest.mark.services, pytest.mark.slow]

ROOT = Path(settings.BASE_DIR)
HOST = "groups.example.org"
PASSWORD = "a long way to the harbour"
AMINA, BILAL = "amina@example.org", "bilal@example.org"
# Two people of one organisation, which leads a group; one of them has invited somebody.
STORY = f"""
import uuid
from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone
from accounts.models import User
from core.events import publish
from discussions.chat.models import Room
from groups.events import GroupOpened, MembershipStarted, ParticipantStarted
from groups.models import Group, Membership, Participant
from groups.services.invitations import invite
from groups.standing import Standing
from partners.models import Affiliation, Organisation

now = dict(started_at=timezone.now())
with transaction.atomic():
    dockers = Organisation.objects.create(name="Dockers", slug="dockers", status="active", stakeholder_type="workers")
    group = Group.objects.create(name="Harbours", slug="harbours", state="active", summary="What it is for.")
    publish(GroupOpened(group))
    lead = Membership.objects.create(
        organisation=dockers, group=group, role="lead", state="active", key=uuid.uuid4(), **now
    )
    publish(MembershipStarted(lead))
    for address in ({AMINA!r}, {BILAL!r}):
        person = User.objects.create_user(address, {PASSWORD!r}, name=address.partition("@")[0].title())
        EmailAddress.objects.create(user=person, email=address, verified=True, primary=True)
        affiliation = Affiliation.objects.create(
            user=person, organisation=dockers, role="focal-point", state="active", function="Coordinator", **now
        )
        seat = Participant.objects.create(membership=lead, affiliation=affiliation, user=person)
        publish(ParticipantStarted(seat))
invite(group, by=Standing.of(person, group).act(), email="guest@example.org", key=uuid.uuid4())
print("room", Room.objects.get(group=group).pk)
"""


class MailServer(socketserver.ThreadingTCPServer):
    """Takes mail by SMTP and keeps it."""

    daemon_threads = True

    class RequestHandlerClass(socketserver.StreamRequestHandler):
        def handle(self):
            self.wfile.write(b"220 mail\r\n")
            for line in self.rfile:
                command = line.strip().upper()
                if command == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    self.server.messages.put(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
                self.wfile.write(b"221 bye\r\n" if command == b"QUIT" else b"250 well\r\n")

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.RequestHandlerClass)
        self.messages = queue.Queue()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Visitor:
    """A browser behind the proxy: one set of cookies, whichever process answers."""

    def __init__(self, login):
        self.login = login
        self.cookies = {}

    @property
    def headers(self):
        return {
            "Host": HOST,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "203.0.113.7",
            "Referer": f"https://{HOST}/",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }

    def ask(self, port, path, data=None):
        answer = httpx.request(
            "GET" if data is None else "POST",
            f"http://127.0.0.1:{port}{path}",
            headers=self.headers,
            data=data,
            timeout=20,
        )
        for header in answer.headers.get_list("set-cookie"):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(header).items()}
        return answer

    def sign_in(self, port):
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.ask(port, "/account/login/").text)[1]
        form = {"login": self.login, "password": PASSWORD, "csrfmiddlewaretoken": token}
        return self.ask(port, "/account/login/", form)

    def socket(self, port):
        # The address names the site, the connection goes to one process, as the proxy would take it.
        return connect(
            f"ws://{HOST}/ws/",
            sock=socket.create_connection(("127.0.0.1", port)),
            origin=f"https://{HOST}",
            additional_headers={"Cookie": self.headers["Cookie"], "X-Forwarded-Proto": "https"},
            open_timeout=20,
        )


class Site:
    """The processes of the full mode, started by the commands of docker-compose.yml."""

    def __init__(self, environment, folder, mail_port, stack):
        self.folder = folder
        self.stack = stack
        self.commands = {
            name: service.get("command")
            for name, service in yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))[
                "services"
            ].items()
        }
        self.environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": f"{ROOT / 'platform'}:{ROOT}",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "MODE": "full",
            "SITE_URL": f"https://{HOST}",
            "SECRET_KEY": "between the tide and the town " * 2,
            "MAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "DATA_DIR": str(folder / "data"),
            "STATIC_ROOT": str(folder / "static"),
            "TRUSTED_PROXY_COUNT": "1",
            **{name: os.environ[name] for name in ("PGHOST",) if name in os.environ},
            **environment,
        }

    def run(self, command):
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=180)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, name, *, port=None):
        """Start one process of the service on a free port, and wait until its health check passes."""
        port = port or free_port()
        command = [re.sub(r"\$\{\w+:-(.*)\}", r"\1", word) for word in self.commands[name]]
        if "--port" in command:
            command[command.index("--port") + 1] = str(port)
        log = self.stack.enter_context((self.folder / f"{name}-{port}.log").open("w+"))
        process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        self.stack.callback(process.wait, 30)
        self.stack.callback(process.terminate)
        if "--port" in command:
            check = [sys.executable, "-m", "config.healthcheck", str(port)]
            deadline = time.monotonic() + 90
            while subprocess.run(check, cwd=ROOT, env=self.environment, capture_output=True).returncode:
                assert process.poll() is None, Path(log.name).read_text()
                assert time.monotonic() < deadline, Path(log.name).read_text()
                time.sleep(0.2)
        return port


@pytest.fixture
def mail():
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def site(services, mail, tmp_path):
    with ExitStack() as stack:
        site = Site(services, tmp_path, mail.server_address[1], stack)
        site.run(site.commands["migrate"])
        site.room = int(site.run([sys.executable, "manage.py", "shell", "-c", STORY]).rpartition("room ")[2])
        yield site


def heard(live, kind):
    """Return the next frame of a kind, passing over what else a socket hears."""
    while (frame := json.loads(live.recv(timeout=30)))["type"] != kind:
        pass
    return frame


def test_pages_sockets_and_worker_are_one_site(site, mail):
    pages, first, second = site.start("pages"), site.start("sockets"), site.start("sockets")
    site.start("worker")
    amina, bilal = Visitor(AMINA), Visitor(BILAL)

    # Nobody is signed in, nothing is said in the clear, and no other name is answered to.
    assert amina.ask(pages, "/account/email/").headers["location"].startswith("/account/login/")
    plain = httpx.get(f"http://127.0.0.1:{pages}/account/login/", headers={"Host": HOST})
    assert (plain.status_code, plain.headers["location"]) == (301, f"https://{HOST}/account/login/")
    assert httpx.get(f"http://127.0.0.1:{pages}/", headers={"Host": "evil.example"}).status_code == 400

    # Signed in by a page process, known to every other.
    assert amina.sign_in(pages).status_code == bilal.sign_in(second).status_code == 302
    assert all(name.startswith("__Host-") for name in amina.cookies)
    for port in (pages, first, second):
        assert AMINA in amina.ask(port, "/account/email/").text

    # Style sheets are the collected ones, under names that never change their meaning.
    sheet = re.search(r'href="(/static/css/site\.[0-9a-f]{12}\.css)"', amina.ask(pages, "/").text)[1]
    assert "immutable" in amina.ask(pages, sheet).headers["cache-control"]

    # What is said on one socket process is heard on the other, once and in order.
    with amina.socket(first) as speaks, bilal.socket(second) as listens:
        for live in (speaks, listens):
            assert json.loads(live.recv(timeout=30))["type"] == "hello"
            live.send(json.dumps({"type": "join", "room": site.room}))
            assert heard(live, "joined")["room"] == site.room
        for body in ("The ship is in.", "All hands, please."):
            key = str(uuid.uuid4())
            speaks.send(json.dumps({"type": "send", "room": site.room, "key": key, "body": body}))
            acknowledged = heard(speaks, "ack")
            (event,) = heard(listens, "events")["events"]
            assert (acknowledged["key"], acknowledged["seq"]) == (key, event["seq"])
            assert (event["message"]["body"], event["message"]["author"]["name"]) == (body, "Amina")

    # The invitation left by the worker, with a link that the site answers.
    message = mail.messages.get(timeout=60)
    assert "To: guest@example.org" in message
    link = re.search(rf"https://{HOST}(/\S+)", message.replace("=\r\n", "").replace("=3D", "="))[1]
    assert Visitor("guest@example.org").ask(pages, link).status_code in {200, 302}
