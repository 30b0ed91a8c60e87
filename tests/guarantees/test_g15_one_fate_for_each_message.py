"""G15. Each message that is written ends as sent or as refused, and the page says which.

Text never vanishes: not when the network goes in mid-send, not by a reload, not on a slow line. It waits in the tab and nowhere
else, and signing out empties it.
"""

import json

import pytest
from playwright.sync_api import expect

from discussions.chat.models import Message, Room
from tests.chat.test_in_a_browser import (  # noqa: F401 - fixtures
    enter,
    last,
    pretended,
    running_site,
    say,
    window,
)
from tests.guarantees.conftest import size

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def texts(page):
    return [text.strip() for text in page.locator("#log .msg__body").all_inner_texts()]


def test_offline_in_mid_sentence_and_a_reload_lose_and_double_nothing(window, lead, member):  # noqa: F811
    hers, his = window(lead), window(member)
    enter(hers)
    enter(his)
    hers.context.set_offline(True)
    hers.evaluate("dispatchEvent(new Event('offline'))")
    written = [f"Written on the train {number}" for number in range(3)]
    for text in written:
        say(hers, text)
    expect(hers.locator("#log .is-sending")).to_have_count(3)
    hers.wait_for_timeout(size(1, 30) * 1000)
    expect(hers.locator("#log .is-sending")).to_have_count(3)
    hers.context.set_offline(False)
    hers.reload()
    expect(his.locator("#log .msg")).to_have_count(3, timeout=60_000)
    assert texts(his) == written
    expect(hers.locator("#log .is-sending")).to_have_count(0, timeout=60_000)
    expect(hers.locator("#log .msg")).to_have_count(3)
    assert Message.objects.count() == 3


def test_on_a_slow_line_that_breaks_while_one_writes_everything_arrives_once(window, lead, member):  # noqa: F811
    hers, his = window(lead), window(member)
    slow = hers.context.new_cdp_session(hers)
    slow.send("Network.enable")
    line = {"offline": False, "latency": 300, "downloadThroughput": 50_000, "uploadThroughput": 8_000}
    slow.send("Network.emulateNetworkConditions", line)
    enter(hers)
    enter(his)
    written = [f"By a slow line {number} {'x' * 500}" for number in range(6)]
    for number, text in enumerate(written):
        say(hers, text)
        if number % 3 == 1:
            slow.send("Network.emulateNetworkConditions", line | {"offline": True})
            hers.wait_for_timeout(size(500, 5000))
            slow.send("Network.emulateNetworkConditions", line)
    expect(his.locator("#log .msg")).to_have_count(6, timeout=60_000)
    assert texts(his) == written
    expect(hers.locator("#log .is-sending")).to_have_count(0, timeout=60_000)
    assert Message.objects.count() == 6


def waiting(page):
    """Return what the tab, and what outlives the tab, keep."""
    held = "({ tab: Object.values({ ...sessionStorage }).join(), browser: Object.values({ ...localStorage }).join() })"
    return page.evaluate(held)


def test_what_waits_stays_in_the_tab_and_signing_out_empties_it(window, member):  # noqa: F811
    his = window(member)
    enter(his)
    his.context.set_offline(True)
    his.evaluate("dispatchEvent(new Event('offline'))")
    say(his, "kestrel waits")
    his.get_by_label("Message", exact=True).fill("kestrel half written")
    expect(his.locator("#log .is-sending")).to_have_count(1)
    held = waiting(his)
    assert "kestrel waits" in held["tab"]
    assert "kestrel" not in held["browser"], "nothing outlives the tab"
    his.context.set_offline(False)
    his.goto("/account/logout/")
    if not his.url.endswith("/account/login/"):
        his.get_by_role("button", name="Sign out").last.click()
    his.wait_for_load_state()
    held = waiting(his)
    assert "kestrel" not in held["tab"] + held["browser"]


def test_a_connection_that_has_come_back_is_not_given_up_for_what_the_lost_one_owed(pretended):  # noqa: F811
    """What was under way on a lost connection waits for the new one, and does not end it ten seconds later."""
    his, server = pretended
    his.clock.install()
    server.answers = [{"type": "joined", "head": 3, "floor": 1}]
    his.goto("/groups/supply-chains/chat/")
    expect(his.locator("#chat")).to_have_attribute("data-connection", "live", timeout=20_000)
    say(his, "Under way")
    server.socket.close(code=1012)
    his.clock.run_for(2_000)
    expect(his.locator("#log .is-sending")).to_have_count(1)
    his.wait_for_timeout(300)
    assert len(server.joins) == 2, "it is back, and waits for an answer"
    his.clock.run_for(15_000)
    his.wait_for_timeout(300)
    assert len(server.joins) == 2
    server.say(type="joined", room=Room.objects.get().pk, head=3, floor=1)
    expect(his.locator("#log .is-sending")).to_have_count(1)


def test_where_the_network_is_gone_the_page_says_so_and_where_the_server_answers_it_does_not(pretended):  # noqa: F811
    his, server = pretended
    server.answers = [{"type": "joined", "head": 3, "floor": 1}] * 2
    enter(his)
    his.context.set_offline(True)
    his.wait_for_function("!navigator.onLine")
    his.wait_for_timeout(4_000)
    expect(his.locator("#net")).to_be_hidden()
    assert len(server.joins) == 2, "a server on this machine was asked, and is there"
    his.context.set_offline(False)
    his.wait_for_function("navigator.onLine")
    his.context.set_offline(True)
    expect(his.locator("#net")).to_contain_text("You are offline. What you write is kept", timeout=8_000)


def test_what_is_refused_says_so_and_can_be_sent_again_or_dropped(pretended):  # noqa: F811
    his, server = pretended
    server.answers = [{"type": "joined", "head": 3, "floor": 1}]
    enter(his)
    room, keys = Room.objects.get().pk, []

    def heard(text, before=server.asked):
        frame = json.loads(text)
        if frame["type"] == "send":
            keys.append(frame["key"])
        before(text)

    def sendings(count):
        for _ in range(100):
            if len(keys) >= count:
                break
            his.wait_for_timeout(100)
        return len(keys)

    server.asked = heard
    server.socket.on_message(heard)
    say(his, "Once more")
    assert sendings(1) == 1
    server.say(type="error", code="forbidden", room=room, key=keys[0])
    failed = his.locator("#log .is-failed")
    expect(failed).to_contain_text("Once more")
    failed.get_by_role("button", name="Try again").click()
    assert sendings(2) == 2
    assert keys[1] == keys[0], "it is the same act"
