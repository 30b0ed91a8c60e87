"""F14 and G15 in a browser: the room's page over a wire that loses one packet in ten, is pulled out, and stalls."""

import contextlib
import time

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.chaos.hostile.conftest import figure
from tests.chaos.hostile.test_poor_links import FarStage
from tests.chaos.hostile.wires import Link, Relay, is_possible
from tests.chat.test_in_a_browser import BROWSER, say
from tests.guarantees.conftest import size

pytestmark = [pytest.mark.embedded, pytest.mark.browser, pytest.mark.slow]

POOR = {"delay": 0.15, "loss": 0.1, "rate": 8000}
THIRD_GENERATION = {"delay": 0.15, "loss": 0.02, "rate": 50_000}
"""300 ms there and back, one packet in fifty lost, 400 kbit/s: a telephone of the third generation with little reception."""

USEFUL, WEIGHT = 10, 150 * 1024
PULLED = size(1, 30)
STALLED = size(3, 30)
BACK = 60_000
"""Milliseconds after which, by G15, nothing waits any more."""


@pytest.fixture
def stage(tmp_path):
    """A site at the far end of a wire that is good until the test makes it poor."""
    wire = Link if is_possible() else Relay
    good = {"delay": 0.01, "loss": 0, "rate": 10_000_000}
    with (
        wire(**good) as link,
        FarStage(link, tmp_path, STATIC_FILES="collected") as stage,
    ):  # compressed, as they are served
        yield stage


@contextlib.contextmanager
def windows(chromium, stage):
    """Give what opens a window of a person's, with nothing kept from before, at the near end; a broken script fails the test."""
    troubles, door = [], stage.doors[0]
    with stage.link.at("near"), sync_playwright() as playwright:
        # Pages of "localhost" may make keys (crypto.randomUUID), and the site knows itself by that name only.
        way = f"--host-resolver-rules=MAP localhost:{stage.sockets[0].port} {door.host}:{door.port}"
        browser = playwright.chromium.launch(executable_path=chromium, args=[*BROWSER, way])

        def open_one(person):
            context = browser.new_context(base_url=door.origin)
            context.add_cookies([{"name": f"{door.cookies}session", "value": person["session"], "url": door.origin}])
            page = context.new_page()
            page.on("pageerror", lambda error: troubles.append(str(error)))
            return page

        yield open_one
        browser.close()
    assert troubles == []


@pytest.fixture
def rooms(chromium, stage):
    """The same room in the windows of two people."""
    made = stage.site.ask("make", people=2)
    with windows(chromium, stage) as open_one:
        pages = [open_one(person) for person in made["people"]]
        for page in pages:
            page.goto(f"/groups/{made['slug']}/chat/")
            expect(page.locator("#chat")).to_have_attribute("data-connection", "live", timeout=20_000)
        yield pages


def shown(page):
    """Return the messages from top to bottom: number, author, and what is said."""
    every = """all => all.map(one =>
      [Number(one.dataset.number), one.dataset.author, one.querySelector(".msg__body").innerText.trim()])"""
    return page.locator("#log .msg").evaluate_all(every)


def test_two_people_write_while_the_wire_loses_is_pulled_out_and_stalls(stage, rooms):
    hers, his = rooms
    link = stage.link
    for name, value in POOR.items():
        setattr(link, name, value)
    written = []

    def both_say(text):
        written.append(text)
        for page in rooms:
            say(page, text)
            expect(page.locator("#log .msg", has_text=text).last).to_contain_text("Sending…")

    both_say("Over a poor line")
    with link.pulled_out():
        for page in rooms:
            expect(page.locator("#net")).to_contain_text("What you write is kept and sent", timeout=20_000)
        both_say("With the wire out")
        hers.wait_for_timeout(PULLED * 1000)
        for page in rooms:
            expect(page.locator("#log .is-sending", has_text="With the wire out")).to_have_count(1)
    for page in rooms:
        expect(page.locator("#chat")).to_have_attribute("data-connection", "live", timeout=BACK)
    link.cut = True
    both_say("Into a wire that says nothing")
    his.get_by_label("Message", exact=True).fill("Half a sen")
    his.wait_for_timeout(STALLED * 1000)
    link.cut = False

    begun = time.monotonic()
    for page in rooms:
        expect(page.locator("#log .msg")).to_have_count(2 * len(written), timeout=BACK)
        expect(page.locator("#log .is-sending")).to_have_count(0, timeout=BACK)
        expect(page.locator("#net")).to_be_hidden()
    assert time.monotonic() - begun < BACK / 1000
    expect(his.get_by_label("Message", exact=True)).to_have_value("Half a sen")
    seen = shown(hers)
    assert shown(his) == seen
    assert [number for number, _, _ in seen] == list(range(1, 2 * len(written) + 1))
    for author in {author for _, author, _ in seen}:
        assert [text for _, who, text in seen if who == author] == written
    assert not isinstance(link, Link) or sum(way.lost for way in link.ways) > 0


@pytest.mark.parametrize(
    ("how", "line"),
    [("400 kbit/s, 2 % loss", THIRD_GENERATION), ("64 kbit/s, 10 % loss", POOR)],
    ids=["third generation", "poor"],
)
def test_the_first_page_of_a_room_takes_text_within_10_s_and_weighs_at_most_150_kb(stage, chromium, how, line):
    """With nothing in the browser's cache and forty messages in the room; weighed on the wire, with the heads of packets."""
    made = stage.site.ask("make", people=2)
    stage.site.ask("burst", made["room"], 40, [person["id"] for person in made["people"]], size=120)
    with windows(chromium, stage) as open_one:
        page = open_one(made["people"][0])
        for name, value in line.items():
            setattr(stage.link, name, value)
        before, begun = stage.link.bytes, time.monotonic()
        page.goto(f"/groups/{made['slug']}/chat/", wait_until="commit")
        field = page.get_by_label("Message", exact=True)
        field.fill("Here")
        useful = time.monotonic() - begun
        expect(page.locator("#chat")).to_have_attribute("data-connection", "live", timeout=60_000)
        live = time.monotonic() - begun
        expect(page.locator("#log .msg")).to_have_count(40)
        expect(field).to_have_value("Here")
        page.wait_for_timeout(3000)
        weight = stage.link.bytes - before
    figure(
        "F14",
        f"a room's first page with an empty cache, {how}, 300 ms there and back",
        "takes text within 10 s, 150 KB in all",
        f"takes text after {useful:.1f} s, is live after {live:.1f} s; {weight / 1024:.0f} KB on the wire",
    )
    assert useful <= USEFUL
    assert weight <= WEIGHT
