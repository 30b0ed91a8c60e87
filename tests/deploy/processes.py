"""The full mode's processes, started by hand with the commands of docker-compose.yml, and who visits them."""

import os
import queue
import re
import shutil
import socket
import socketserver
import ssl
import subprocess
import sys
import time
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import yaml
from django.conf import settings
from websockets.sync.client import connect

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


def caddy_version():
    """Return the version of the proxy on this machine as two numbers, None where there is none."""
    if not shutil.which("caddy"):
        return None
    told = subprocess.run(["caddy", "version"], capture_output=True, text=True, check=True).stdout
    return tuple(map(int, re.search(r"(\d+)\.(\d+)", told).groups()))


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Visitor:
    """A browser whose requests reach the processes as the proxy hands them on: one set of cookies, whichever answers."""

    tls = None

    def __init__(self, login):
        self.login = login
        self.cookies = {}

    def address(self, port):
        """Return the origin in the browser's address bar, and where its requests go."""
        return f"https://{HOST}", f"http://127.0.0.1:{port}"

    def headers(self, port):
        return {
            "Host": HOST,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "203.0.113.7",
            **self.own_headers(port),
        }

    def own_headers(self, port):
        """Return what the browser itself sends; the second part of a form's protection is the header that scripts use."""
        return {
            "Referer": f"{self.address(port)[0]}/",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "X-CSRFToken": self.cookies.get("__Host-csrf", ""),
        }

    def ask(self, port, path, data=None, *, method="", headers=(), **more):
        with httpx.Client(verify=self.tls or True, timeout=30) as client:
            answer = client.request(
                method or ("GET" if data is None else "POST"),
                f"{self.address(port)[1]}{path}",
                headers=self.headers(port) | dict(headers),
                data=data,
                extensions={"sni_hostname": HOST},
                **more,
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
            additional_headers={"Cookie": self.own_headers(port)["Cookie"], "X-Forwarded-Proto": "https"},
            open_timeout=20,
        )


class VisitorAtTheProxy(Visitor):
    """A browser that speaks to the proxy, whose certificate nobody has signed."""

    def __init__(self, login):
        super().__init__(login)
        self.tls = ssl.create_default_context()
        self.tls.check_hostname, self.tls.verify_mode = False, ssl.CERT_NONE

    def address(self, port):
        return f"https://{HOST}:{port}", f"https://127.0.0.1:{port}"

    def headers(self, port):
        return {"Host": f"{HOST}:{port}", **self.own_headers(port)}

    def socket(self, port):
        return connect(
            f"wss://{HOST}:{port}/ws/",
            sock=socket.create_connection(("127.0.0.1", port)),
            ssl=self.tls,
            server_hostname=HOST,
            origin=self.address(port)[0],
            additional_headers={"Cookie": self.own_headers(port)["Cookie"]},
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
        check = [sys.executable, "-m", "config.healthcheck", str(port)]
        self.spawn(f"{name}-{port}", command, self.environment, check if "--port" in command else None)
        return port

    def spawn(self, name, command, environment, check):
        """Start a process that ends with the test, and wait until the check, if there is one, passes."""
        log = self.stack.enter_context((self.folder / f"{name}.log").open("w+"))
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        self.stack.callback(process.wait, 30)
        self.stack.callback(process.terminate)
        deadline = time.monotonic() + 90
        while check and subprocess.run(check, cwd=ROOT, env=environment, capture_output=True).returncode:
            assert process.poll() is None, Path(log.name).read_text()
            assert time.monotonic() < deadline, Path(log.name).read_text()
            time.sleep(0.2)

    def start_proxy(self, port, *, pages, sockets):
        """Start the real proxy with deploy/Caddyfile on a port, with a certificate of its own making."""
        health = free_port()
        text = (
            (ROOT / "deploy" / "Caddyfile")
            .read_text(encoding="utf-8")
            .replace("127.0.0.1:8080", f"127.0.0.1:{health}")
        )
        here = f"local_certs\n\tskip_install_trust\n\thttp_port {free_port()}\n"
        text = text.replace("admin off\n", f"admin off\n\t{here}", 1)
        if caddy_version() < (2, 7):  # Debian's; what the image has knows the newer name only
            text = re.sub(r"request_buffers (\w+)", r"buffer_requests\n max_buffer_size \1", text)
        file = self.folder / "Caddyfile"
        file.write_text(text, encoding="utf-8")
        environment = self.environment | {
            "HOME": str(self.folder),
            "XDG_DATA_HOME": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder),
            "PAGES": f"127.0.0.1:{pages}",
            "SOCKETS": f"127.0.0.1:{sockets}",
        }
        alive = f"import urllib.request; urllib.request.urlopen('http://127.0.0.1:{health}/')"
        command = ["caddy", "run", "--config", str(file), "--adapter", "caddyfile"]
        self.spawn("proxy", command, environment, [sys.executable, "-c", alive])
