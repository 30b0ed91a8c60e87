"""Who visits the full mode's processes, and what they find there; the processes themselves stand in tests/processes/."""

import queue
import re
import socket
import socketserver
import ssl
from http.cookies import SimpleCookie

import httpx
from websockets.sync.client import connect

from tests.processes.site import HOST

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
