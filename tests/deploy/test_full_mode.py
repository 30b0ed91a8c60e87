"""The full mode as docker-compose.yml starts it, on real PostgreSQL and Redis: the same commands, run by hand."""

import json
import re
import uuid

import httpx
import pytest

from tests.deploy.processes import AMINA, BILAL, Visitor
from tests.processes.site import HOST

pytestmark = [pytest.mark.services, pytest.mark.slow]


def heard(live, kind):
    """Return the next frame of a kind, passing over what else a socket hears."""
    while (frame := json.loads(live.recv(timeout=30)))["type"] != kind:
        pass
    return frame


def test_pages_sockets_and_worker_are_one_site(site, mail):
    pages, first, second = (site.start(name).port for name in ("pages", "sockets", "sockets"))
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
