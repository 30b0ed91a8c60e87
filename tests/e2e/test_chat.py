"""Talking in a browser: over a line that comes and goes, with a page that is left and found again, until one is removed."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.e2e.conftest import GROUP, LEAD, MEMBER, remove_the_harbour_workers

ROOM = GROUP + "chat/"


def enter(page):
    """Open the room and wait until it is live."""
    page.goto(ROOM)
    expect(page.locator("#chat")).to_have_attribute("data-connection", "live")
    return page


def say(page, text):
    """Send a message from the composer."""
    page.get_by_label("Message", exact=True).fill(text)
    page.get_by_role("button", name="Send", exact=True).click()


def speaks(page, language):
    """Have the pages of who is signed in speak another language."""
    page.goto("/")
    page.get_by_role("contentinfo").get_by_role("button", name=language).click()


def message(page, text):
    """The message with this text, wherever it stands."""
    return page.locator("#log article").filter(has_text=text)


def faults(page):
    """What axe finds: the rule, and where."""
    found = Axe().run(page, options={"rules": {"target-size": {"enabled": True}}}).response["violations"]
    return [f"{rule['id']} at {node['target']}" for rule in found for node in rule["nodes"]]


@pytest.fixture
def lead(open_as):
    return enter(open_as(LEAD))


@pytest.fixture
def member(open_as):
    return enter(open_as(MEMBER))


def test_two_people_talk(lead, member):
    say(member, "Does the cooperative list have the port's own numbers?")
    expect(message(lead, "the port's own numbers")).to_contain_text("João Semedo")

    lead.get_by_label("Message", exact=True).fill("It does, since **March**")
    lead.keyboard.press("Enter")
    expect(message(member, "It does, since March").locator("strong")).to_have_text("March")
    expect(message(lead, "It does, since March")).not_to_contain_text("Sending")


def test_only_those_who_wish_it_are_seen_here_and_writing(open_as, lead, member):
    lead.get_by_label("Message", exact=True).press_sequentially("Un")
    say(lead, "Unseen so far")
    expect(message(member, "Unseen so far")).to_be_visible()
    expect(member.locator("#people li")).to_have_count(0)
    expect(member.locator("#typing")).to_have_text("")

    lead.goto("/account/profile/")
    lead.get_by_label("Show others when I am in a room").check()
    lead.get_by_role("button", name="Save").click()
    enter(lead)
    expect(member.locator("#people li")).to_contain_text(["Marta Quintela"])
    lead.get_by_label("Message", exact=True).press_sequentially("Here now, and writing")
    expect(member.locator("#typing")).to_have_text("Marta Quintela is writing…")
    lead.keyboard.press("Enter")
    expect(message(member, "Here now, and writing")).to_have_count(1)
    expect(member.locator("#typing")).to_have_text("")


def test_a_message_is_changed_and_taken_back_before_the_others_eyes(lead, member):
    say(member, "The meeting is on Tuesday")
    expect(message(lead, "on Tuesday")).to_be_visible()

    member.get_by_label("Message", exact=True).press("ArrowUp")
    say(member, "The meeting is on Thursday")
    expect(message(lead, "on Thursday")).to_contain_text("edited")
    expect(message(lead, "on Tuesday")).to_have_count(0)

    number = message(lead, "on Thursday").get_attribute("id")
    member.on("dialog", lambda dialog: dialog.accept())
    mine = message(member, "on Thursday")
    mine.hover()
    mine.get_by_role("link", name="More").click()
    member.locator("#menu").get_by_text("Delete").click()
    expect(lead.locator(f"#{number}")).to_have_class(re.compile("msg--gone"))
    expect(message(lead, "on Thursday")).to_have_count(0)


def test_what_is_written_offline_is_sent_once_afterwards(lead, member):
    member.context.set_offline(True)
    say(member, "Written in a tunnel")
    expect(message(member, "Written in a tunnel")).to_contain_text("Sending")
    expect(member.locator("#net")).to_be_visible()
    expect(message(lead, "Written in a tunnel")).to_have_count(0)

    say(lead, "Said while you were away")
    expect(message(lead, "Said while you were away")).not_to_contain_text("Sending")
    member.context.set_offline(False)

    expect(message(member, "Said while you were away")).to_have_count(1, timeout=40_000)
    expect(message(lead, "Written in a tunnel")).to_have_count(1, timeout=40_000)
    expect(message(member, "Written in a tunnel")).not_to_contain_text("Sending")
    for page in (lead, member):
        enter(page)
        expect(message(page, "Written in a tunnel")).to_have_count(1)
        expect(message(page, "Said while you were away")).to_have_count(1)


def test_a_reload_loses_nothing_that_was_not_sent(lead, member):
    member.get_by_label("Message", exact=True).fill("Half a sentence")
    member.reload()
    expect(member.get_by_label("Message", exact=True)).to_have_value("Half a sentence")

    # The line is there, but no answer comes: what was sent is not known to be kept.
    member.route_web_socket("**/ws/", lambda socket: socket.close())
    member.route("**/chat/*/messages", lambda route: route.abort())
    member.reload()
    say(member, "Never acknowledged")
    expect(message(member, "Never acknowledged")).to_contain_text("Sending")
    member.unroute("**/chat/*/messages")
    with member.context.expect_page() as opened:
        member.evaluate("open(location.href)")
    member.reload()
    expect(message(lead, "Never acknowledged")).to_have_count(1, timeout=60_000)
    opened.value.close()


def test_a_stretch_is_chosen_with_a_thumb_from_right_to_left(open_as, member):
    """Others than the group's people read its threads: only one's own messages are copied, and the bar says why."""
    for number in range(1, 4):
        say(member, f"Tide tables, part {number}")
        expect(message(member, f"Tide tables, part {number}")).not_to_contain_text("Sending")
    page = open_as(MEMBER, viewport={"width": 360, "height": 700}, has_touch=True, is_mobile=True)
    speaks(page, "العربيّة")
    enter(page)
    others = page.locator("#log .msg:not(.msg--own, .msg--gone)").last
    others.locator(".msg__body").tap()
    others.locator("[data-act=more]").tap()
    expect(page.locator("#menu [data-act=stretch]")).to_be_hidden()
    page.keyboard.press("Escape")
    first, last = message(page, "Tide tables, part 1"), message(page, "Tide tables, part 3")
    first.locator(".msg__body").tap()
    first.locator("[data-act=more]").tap()
    page.locator("#menu [data-act=stretch]").tap()
    last.locator(".msg__body").tap()
    others.locator(".msg__body").tap()
    expect(page.locator(".msg.is-chosen")).to_have_count(3)
    bar = page.locator("#stretching")
    expect(bar).to_be_in_viewport(ratio=1)
    expect(bar.locator(".meta")).to_be_visible()
    expect(page.locator("#say")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert faults(page) == []
    bar.locator("[data-stretch=make]").tap()
    expect(page.locator("li.stretch__row")).to_have_count(3)
    assert faults(page) == []
    speaks(page, "English")


def test_the_title_tells_of_what_was_said_meanwhile(lead, member):
    title = member.title()
    member.evaluate("""() => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
      document.dispatchEvent(new Event("visibilitychange"));
    }""")
    say(lead, "First of two")
    say(lead, "Second of two")
    expect(message(member, "Second of two")).to_have_count(1)
    expect(member).to_have_title(f"(2) {title}")
    expect(member.locator("#unread")).to_have_text("New")

    member.evaluate("""() => {
      delete document.hidden;
      document.dispatchEvent(new Event("visibilitychange"));
    }""")
    expect(member).to_have_title(title)


def test_the_past_comes_when_one_scrolls_up(member):
    first = member.locator("#log article").first
    oldest = first.get_attribute("id")
    member.locator("#scroll").evaluate("box => box.scrollTo(0, 0)")
    expect(member.locator("#log article").first).not_to_have_id(oldest)
    numbers = member.locator("#log article").evaluate_all("all => all.map(one => Number(one.dataset.number))")
    assert numbers == list(range(numbers[0], numbers[-1] + 1))


def test_who_is_removed_loses_the_room_at_once(open_as, lead, member):
    """The last story of this file: nobody of the harbour workers comes back."""
    say(member, "We land the first boats at four")
    expect(message(lead, "the first boats at four")).to_be_visible()

    remove_the_harbour_workers(open_as(LEAD))

    expect(member.locator("#net")).to_have_text("You no longer take part in this room.")
    expect(member.locator("#log article")).to_have_count(0)
    expect(member.get_by_label("Message", exact=True)).to_be_disabled()
    say(lead, "After they left")
    expect(message(lead, "After they left")).not_to_contain_text("Sending")
    assert "After they left" not in member.content()
    assert member.goto(ROOM).status == 404
