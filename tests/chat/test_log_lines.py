"""What a process writes to its log: happenings with numbers and codes, and not one word of anybody's."""

import json
import logging
import re
import socket
import uuid

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from core.logs import Formatter, happening
from tests.processes.servers import Postgres, Redis
from tests.processes.site import Site

CANARY = "Kanarienvogel"
"""Stands in every message, name, title and frame of the stories below."""


def record(**extra):
    return logging.makeLogRecord({"name": "core", "levelname": "INFO", "msg": "A socket closed.", **extra})


def test_a_happening_is_a_name_and_fields_for_machines():
    line = Formatter(as_json=True).format(record(**happening("socket.closed", code=1000, seconds=1.5)))
    assert {
        "event": "socket.closed",
        "code": 1000,
        "seconds": 1.5,
        "message": "A socket closed.",
    }.items() <= json.loads(line).items()


def test_a_happening_is_a_line_for_people():
    line = Formatter(as_json=False).format(record(**happening("socket.closed", code=1000)))
    assert line.endswith(" INFO core: A socket closed. code=1000")


def test_a_field_cannot_pretend_to_be_another_line():
    line = json.loads(Formatter(as_json=True).format(record(**happening("socket.closed", level="ERROR", logger="x"))))
    assert (line["level"], line["logger"]) == ("INFO", "core")


def test_what_a_library_adds_to_a_record_is_not_written():
    line = Formatter(as_json=True).format(record(request=CANARY, body=CANARY))
    assert CANARY not in line


@pytest.fixture(params=["", *(pytest.param(server, marks=pytest.mark.services) for server in ("daphne", "uvicorn"))])
def site(request, tmp_path):
    """A site that writes everything it can to its log: embedded, or in full mode with this server for the sockets."""
    if not request.param:
        with Site(tmp_path, MODE="embedded", LOG_LEVEL="DEBUG") as site:
            site.migrate()
            yield site
        return
    postgres, redis = Postgres(), Redis(tmp_path / "redis")
    try:
        postgres.start()
        redis.start()
        services = {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url, "STATIC_FILES": "found"}
        with Site(tmp_path / "site", SERVER=request.param, LOG_LEVEL="DEBUG", **services) as site:
            site.migrate()
            yield site
    finally:
        redis.close()
        postgres.close()


@pytest.mark.slow
def test_no_word_of_anybodys_is_in_the_log_of_a_run(site):
    process = site.start("sockets")
    pages = site.start("pages") if site.environment["MODE"] == "full" else process
    made = site.ask("make", 2)
    room, (one, two) = made["room"], made["people"]
    with opened(site.door(process), one) as live, opened(site.door(process), two) as other:
        for tab in (live, other):
            ask(tab, type="join", room=room)
        acked = ask(live, "ack", type="send", room=room, key=str(uuid.uuid4()), body=f"{CANARY} in the harbour")
        ask(live, "ack", type="edit", room=room, key=str(uuid.uuid4()), id=acked["id"], base=1, body=CANARY)
        for bad in (
            {"type": CANARY},
            {"type": "send", "room": room, "key": CANARY, "body": CANARY},
            {"type": "send", "room": room, "key": str(uuid.uuid4()), "body": CANARY * 2000},
            {"type": "send", "room": 10**6, "key": str(uuid.uuid4()), "body": CANARY},
            {"type": "join", "room": room, "since": CANARY},
        ):
            ask(live, "error", **bad)
        live.send(f'{{"{CANARY}":')
        visit(site.door(pages), one, made, room)
        site.ask("sign_out", two["session"], two["id"])
        with pytest.raises(ConnectionClosed):
            while True:
                other.recv(timeout=30)
    for machine in {process, pages}:
        machine.stop()
    said = process.said() + pages.said()
    assert CANARY.lower() not in said.lower()
    assert "harbour" not in re.sub(r"harbours-\d+", "", said)
    if site.environment["MODE"] == "full":
        assert [line for line in process.said().splitlines() if not line.startswith(("{", "http://"))] == []
        assert sorted(line["code"] for line in events(process.said(), "socket.closed")) == [1000, 4401]
        for name, count in (("socket.opened", 2), ("process.started", 1), ("process.stopped", 1)):
            assert len(events(process.said(), name)) == count


def events(said, name):
    """Return the lines of one happening, where lines are JSON."""
    found = []
    for line in said.splitlines():
        if line.startswith("{") and (data := json.loads(line)).get("event") == name:
            found.append(data)
    return found


def opened(door, person):
    return connect(
        f"{'wss' if door.tls else 'ws'}://{door.origin.partition('://')[2]}/ws/",
        sock=socket.create_connection(("127.0.0.1", door.port)),
        origin=door.origin,
        additional_headers={"Cookie": f"{door.cookies}session={person['session']}", **door.headers()},
    )


def ask(tab, kind=None, **frame):
    """Send a frame and return the next answer of the kind."""
    tab.send(json.dumps(frame))
    while True:
        answer = json.loads(tab.recv(timeout=30))
        if kind is None or answer["type"] == kind:
            return answer


def visit(door, person, made, room):
    """Do by pages what brings words into forms, addresses and the index."""
    token = "k" * 32
    cookies = f"{door.cookies}session={person['session']}; {door.cookies}csrf={token}"
    headers = {"Cookie": cookies, "X-CSRFToken": token, "Referer": f"{door.origin}/", **door.headers()}
    headers["Host"] = door.origin.partition("://")[2]
    with httpx.Client(base_url=f"http://127.0.0.1:{door.port}", headers=headers, timeout=30) as browser:
        group = f"/groups/{made['slug']}/"
        browser.get(f"/search/?q={CANARY}")
        browser.get(f"/groups/{CANARY}/")
        said = browser.post(f"{group}chat/{room}/send/", data={"body": CANARY, "key": str(uuid.uuid4())})
        assert said.status_code == 302
        answer = browser.post(
            f"{group}threads/new/",
            data={"title": CANARY, "body": CANARY, "kind": "discussion", "key": str(uuid.uuid4())},
        )
        assert answer.status_code == 302
        browser.post("/account/profile/", data={"name": CANARY, "language": "en", "time_zone": "UTC"})
        browser.post("/account/login/", data={"login": f"{CANARY}@example.org", "password": CANARY})
