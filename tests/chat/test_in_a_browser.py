"""The room's page in a real browser: two people talk; the network goes and comes; sockets are blocked; no script at all."""

import itertools
import json
import os
import re
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from playwright.sync_api import expect, sync_playwright

from core.models import Deployment
from discussions.chat import services
from discussions.chat.models import Room, Writers
from discussions.chat.services import RoomRights
from tests.chat.conftest import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BROWSER = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
ROOT = Path(django_settings.BASE_DIR)
PAGE = "/groups/supply-chains/chat/"


class Site:
    """The launcher, serving this test's database in a process of its own. Its rooms hear of what the test does by polling."""

    def __init__(self, folder):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://localhost:{self.port}"
        database = {"DATABASE_URL": os.environ["DATABASE_URL"]} if connection.vendor != "sqlite" else {}
        if not database:
            (folder / "database.sqlite3").symlink_to(connection.settings_dict["NAME"])
        environment = {
            **os.environ,
            **database,
            "PYTHONPATH": f"{ROOT / 'platform'}{os.pathsep}{ROOT}",
            "MODE": "embedded",
            "DEMO": "0",
            "DATA_DIR": str(folder),
            "SECRET_KEY": django_settings.SECRET_KEY,
        }
        self.log = (folder / "log").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.launcher", "--port", str(self.port)],
            cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=self.log, text=True,
        )  # fmt: skip
        assert self.process.stdout.readline().startswith("http://"), (folder / "log").read_text()

    def cookie(self, person):
        return {"name": f"ag{self.port}-session", "value": sign_in(person), "url": self.url}

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.log.close()


@pytest.fixture
def running_site(transactional_db, tmp_path, monkeypatch):
    """A site with sockets; the browser's driver runs a loop here."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    site = Site(tmp_path)
    yield site
    site.stop()


@pytest.fixture
def window(chromium, running_site, supply_chains):
    """Open windows for people, each in a browser of their own; a broken policy or script fails the test."""
    troubles = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER)

        def make(person, **options):
            context = browser.new_context(base_url=running_site.url, **options)
            context.add_cookies([running_site.cookie(person)])
            page = context.new_page()
            page.on("pageerror", lambda error: troubles.append(str(error)))
            page.on("console", lambda line: troubles.append(line.text) if "Content Security" in line.text else None)
            return page

        yield make
        browser.close()
    assert troubles == []


def enter(page):
    page.goto(PAGE)
    expect(page.locator("#chat")).to_have_attribute("data-connection", "live", timeout=20_000)


def say(page, text):
    page.get_by_label("Message", exact=True).fill(text)
    page.get_by_label("Message", exact=True).press("Enter")


def choose(page, message, what):
    """Choose something from a message's menu."""
    message.hover()
    message.get_by_role("link", name="More").click()
    page.locator("#menu").get_by_text(what, exact=True).click()


def last(page):
    return page.locator("#log .msg").last


def test_two_people_talk(window, lead, member):
    hers, his = window(lead), window(member, viewport={"width": 360, "height": 700}, has_touch=True)
    enter(hers)
    enter(his)
    say(hers, "Good **morning**, @Marco Silva")
    expect(last(his).locator("strong")).to_have_text("morning", timeout=10_000)
    expect(last(his)).to_have_class(re.compile("is-mention"))
    expect(last(hers)).not_to_have_class(re.compile("is-sending"))

    # He answers that message, she changes hers with the arrow key, he sees both.
    last(his).locator(".msg__body").tap()
    last(his).get_by_role("link", name="Reply").tap()
    expect(his.locator("#context")).to_contain_text("In reply to Lina Okafor")
    his.get_by_label("Message", exact=True).fill("And to you")
    his.get_by_role("button", name="Send").tap()
    expect(last(hers)).to_contain_text("And to you", timeout=10_000)
    expect(last(hers).locator(".msg__quote")).to_contain_text("Lina Okafor")
    hers.get_by_label("Message", exact=True).press("ArrowUp")
    expect(hers.get_by_label("Message", exact=True)).to_have_value("Good **morning**, @Marco Silva")
    say(hers, "Good evening")
    expect(his.locator("#log .msg").first).to_contain_text("Good evening", timeout=10_000)
    expect(his.locator("#log .msg").first).to_contain_text("edited")

    # She deletes it.
    hers.on("dialog", lambda dialog: dialog.accept())
    choose(hers, hers.locator("#log .msg").first, "Delete")
    expect(his.locator("#log .msg").first).to_contain_text("This message was deleted.", timeout=10_000)
    assert "Good evening" not in his.content()
    assert his.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_where_sockets_are_blocked_http_does_the_same(window, lead, member):
    hers, his = window(lead), window(member)
    hers.add_init_script(
        "window.WebSocket = class { constructor() { setTimeout(() => this.onclose({ code: 1006 }), 10) } close() {} }"
    )
    enter(his)
    hers.goto(PAGE)
    expect(hers.locator("#net")).to_contain_text("Live connections are blocked", timeout=30_000)
    say(his, "By socket")
    expect(last(hers)).to_contain_text("By socket", timeout=20_000)
    say(hers, "By HTTP")
    expect(last(his)).to_contain_text("By HTTP", timeout=20_000)
    expect(hers.locator("#log .is-sending")).to_have_count(0, timeout=20_000)


@pytest.mark.parametrize("way", ["socket", "polling"])
def test_the_place_to_write_in_goes_and_comes_while_the_window_is_open(window, lead, member, supply_chains, way):
    room = Room.objects.get(group=supply_chains)
    his = window(member)
    if way == "polling":
        his.add_init_script(
            "window.WebSocket = class { constructor() { setTimeout(() => this.onclose({ code: 1006 }), 10) } close() {} }"
        )
        his.goto(PAGE)
        expect(his.locator("#net")).to_contain_text("Live connections are blocked", timeout=30_000)
    else:
        enter(his)
    field = his.get_by_label("Message", exact=True)
    said = services.send_message(room.pk, by=lead, key=uuid.uuid4(), body="Listen to me")
    expect(last(his)).to_contain_text("Listen to me", timeout=30_000)
    field.fill("Half written")
    his.evaluate("window.sameWindow = true")

    services.change_rights(room, by=lead, rights=RoomRights(writers=Writers.LEADS))
    expect(his.locator("#refusal")).to_have_text("Leads write in this room. You read along.", timeout=30_000)
    expect(field).to_be_hidden()
    message = his.locator(f'[data-id="{said.id}"]')
    message.hover()
    expect(message.get_by_role("link", name="Reply")).to_be_hidden()
    services.change_rights(room, by=lead, rights=RoomRights())
    expect(field).to_be_visible(timeout=30_000)
    expect(field).to_have_value("Half written")
    expect(his.locator("#refusal")).to_be_hidden()
    field.press("Enter")
    expect(last(his)).to_contain_text("Half written")
    expect(his.locator("#log .is-sending")).to_have_count(0, timeout=20_000)
    assert his.evaluate("window.sameWindow"), "the page was not loaded anew"


def test_who_opened_a_closed_room_writes_when_it_is_open_again(window, lead, member, supply_chains):
    further = services.open_room(supply_chains, by=lead, name="Preparation")
    services.close_room(further, by=lead)
    his = window(member)
    his.goto(f"{PAGE}{further.pk}/")
    expect(his.locator("#chat")).to_have_attribute("data-connection", "live", timeout=20_000)
    expect(his.locator("#refusal")).to_contain_text("This room is closed")
    services.reopen_room(further, by=lead)
    expect(his.get_by_label("Message", exact=True)).to_be_visible(timeout=30_000)
    services.close_room(further, by=lead)
    expect(his.locator("#refusal")).to_contain_text("This room is closed", timeout=30_000)


def test_how_many_conversations_wait_is_live(window, lead, member, supply_chains):
    talk = services.start_conversation(by=lead, people=[member.pk])
    hers, his = window(lead), window(member)
    enter(his)
    link = his.locator("[data-conversations]").first
    expect(link).to_have_text("Conversations")
    hers.goto(talk.get_absolute_url())
    expect(hers.locator("#chat")).to_have_attribute("data-connection", "live", timeout=20_000)
    say(hers, "A word between us")
    expect(link).to_have_text("Conversations 1 unread", timeout=20_000)
    reading = his.context.new_page()
    reading.goto(talk.get_absolute_url())
    reading.get_by_role("button", name="To the newest").click()
    expect(link).to_have_text("Conversations", timeout=20_000)


def test_a_text_that_is_too_long_stays_in_the_field_with_the_reason(window, member):
    his = window(member)
    enter(his)
    field = his.get_by_label("Message", exact=True)
    for text in ("é" * 9000, "x" * 70_000):
        say(his, text)
        expect(his.locator("#too-long")).to_contain_text("at most 16 KB")
        expect(field).to_have_value(text)
    field.fill("Shorter")
    expect(his.locator("#too-long")).to_be_hidden()
    field.press("Enter")
    expect(last(his)).to_contain_text("Shorter")
    expect(last(his)).not_to_have_class(re.compile("is-sending"))


def test_what_no_socket_may_carry_is_refused_and_what_waits_behind_it_is_sent(window, member):
    his = window(member)
    enter(his)
    room = Room.objects.get().pk
    queue = [
        {"frame": {"type": "send", "room": room, "key": str(uuid.uuid4()), "body": body}, "failed": False}
        for body in ("x" * 70_000, "Behind it")
    ]
    his.evaluate(
        "([place, queue]) => sessionStorage.setItem(place, JSON.stringify(queue))",
        [f"kept:{member.pk}:outbox:{room}", queue],
    )
    enter(his)
    expect(his.locator("#log .msg", has_text="Behind it")).not_to_have_class(re.compile("is-sending"))
    refused = his.locator("#log .is-failed")
    expect(refused).to_contain_text("at most 16 KB")
    refused.get_by_role("button", name="Discard").click()
    expect(his.locator("#log .msg")).to_have_count(1)


def test_what_is_half_written_outlives_the_change_of_another_message(window, member):
    his = window(member)
    enter(his)
    say(his, "On Tuesday")
    expect(last(his)).not_to_have_class(re.compile("is-sending"))
    field = his.get_by_label("Message", exact=True)
    field.fill("Half a sen")
    choose(his, last(his), "Edit")
    expect(field).to_have_value("On Tuesday")
    say(his, "On Thursday")
    expect(last(his)).to_contain_text("On Thursday")
    expect(field).to_have_value("Half a sen")
    his.reload()
    expect(field).to_have_value("Half a sen")


class Pretended:
    """The server's end of a socket, in the hands of the test."""

    def __init__(self, page):
        self.page = page
        self.joins, self.acts = [], []
        self.answers = []
        self.opened_times, self.heartbeat = 0, 25
        page.route_web_socket("**/ws/", self.opened)

    def opened(self, socket):
        self.socket = socket
        self.opened_times += 1
        socket.on_message(self.asked)
        self.say(type="hello", user=self.user, epoch=self.epoch, heartbeat=self.heartbeat)

    def asked(self, text):
        frame = json.loads(text)
        if frame["type"] == "join":
            self.joins.append(frame)
            if self.answers:
                self.say(room=frame["room"], **self.answers.pop(0))
        elif "key" in frame:
            self.acts.append(frame)

    def act(self, kind):
        """Wait for an act of this kind, and return its frame."""
        while not (found := [frame for frame in self.acts if frame["type"] == kind]):
            self.page.wait_for_timeout(50)
        return found[-1]

    def say(self, **frame):
        self.socket.send(json.dumps(frame))


@pytest.fixture
def pretended(window, member):
    """His window, and the server's end of its socket."""
    page = window(member)
    server = Pretended(page)
    server.user, server.epoch = member.pk, Deployment.current_epoch()
    return page, server


def test_below_the_floor_nothing_is_waited_for(pretended):
    his, server = pretended
    server.answers = [{"type": "joined", "head": 80, "floor": 71}]
    enter(his)
    room = Room.objects.get()
    server.say(type="events", room=room.pk, events=[{"seq": seq, "kind": "hidden"} for seq in range(71, 81)])
    server.say(type="heads", rooms={str(room.pk): 80})
    server.say(type="heads", rooms={str(room.pk): 81})
    his.wait_for_timeout(500)
    assert [join["since"] for join in server.joins] == [3, 80]


def test_words_that_came_too_late_stand_below_what_is_being_written(pretended, member, room):
    his, server = pretended
    services.send_message(room.pk, by=member, key=uuid.uuid4(), body="On Tuesday")
    server.answers = [{"type": "joined", "head": 4, "floor": 1}]
    enter(his)
    field = his.get_by_label("Message", exact=True)
    choose(his, last(his), "Edit")
    say(his, "On Thursday")
    edit = server.act("edit")
    field.fill("Half a sen")
    # It was deleted meanwhile: there is no newer text to go on with.
    server.say(type="error", code="conflict", room=edit["room"], key=edit["key"], version=2)
    expect(field).to_have_value("Half a sen\n\nOn Thursday")
    his.reload()
    expect(field).to_have_value("Half a sen\n\nOn Thursday")


def test_a_room_that_is_too_busy_for_a_moment_comes_back(pretended):
    his, server = pretended
    server.answers = [
        {"type": "error", "code": "busy", "retry_after": 1},
        {"type": "reset"},
        {"type": "joined", "head": 3, "floor": 1},
    ]
    refused = []

    def busy_once(route):
        if refused:
            route.continue_()
        else:
            refused.append(route)
            route.fulfill(status=503, json={"type": "error", "code": "busy", "retry_after": 1})

    his.route("**/events?limit=100", busy_once)
    enter(his)
    assert (len(server.joins), len(refused)) == (3, 1)
    server.say(type="error", code="not_found")
    expect(his.get_by_label("Message", exact=True)).to_be_enabled()


def test_a_server_that_hangs_is_asked_once_and_left(pretended):
    his, server = pretended
    server.heartbeat = 1
    server.answers = [{"type": "joined", "head": 3, "floor": 1}] * 2
    enter(his)
    his.wait_for_timeout(2000)
    assert (len(server.joins), server.opened_times) == (2, 1), "it asked when nothing came, and was answered"
    his.wait_for_timeout(12_500)
    assert server.opened_times == 2, "it asked again, and was not"


def test_what_was_written_too_fast_is_sent_again_after_retry_after(pretended):
    """Each with its own key, in the order of writing; nothing is shown as refused, and nothing waits in the end."""
    his, server = pretended
    server.answers = [{"type": "joined", "head": 3, "floor": 1}]
    sent, kept = [], []

    def asked(text):
        frame = json.loads(text)
        if frame["type"] != "send":
            Pretended.asked(server, text)
            return
        sent.append((frame["key"], frame["body"], time.monotonic()))
        if frame["body"] not in kept and len(sent) % 3:
            server.say(type="error", code="rate_limited", room=frame["room"], key=frame["key"], retry_after=1)
        else:
            kept.append(frame["body"])
            seq = 3 + len(kept)
            server.say(type="ack", room=frame["room"], key=frame["key"], seq=seq, id=seq, version=1)

    server.asked = asked
    enter(his)
    said = ["First", "Second", "Third"]
    for text in said:
        say(his, text)
    expect(his.locator(".is-sending")).to_have_count(0, timeout=20_000)
    expect(his.locator(".is-failed")).to_have_count(0)
    assert kept == said
    for text in said:
        tries = [(key, at) for key, body, at in sent if body == text]
        assert len(tries) == 3
        assert len({key for key, _ in tries}) == 1
        assert all(later - earlier >= 0.95 for (_, earlier), (_, later) in itertools.pairwise(tries))
    assert his.evaluate("Object.keys(sessionStorage).filter((name) => name.includes('outbox')).length") == 0


def test_without_a_script(window, lead, member):
    his = window(member, java_script_enabled=False)
    his.goto(PAGE)
    his.get_by_label("Message", exact=True).fill("By a plain form")
    his.get_by_role("button", name="Send").click()
    expect(last(his)).to_contain_text("By a plain form")
    last(his).hover()
    last(his).get_by_role("link", name="More").click()
    his.get_by_role("link", name="Edit").click()
    his.get_by_label("Message", exact=True).fill("By another plain form")
    his.get_by_role("button", name="Save").click()
    expect(last(his)).to_contain_text("By another plain form")
