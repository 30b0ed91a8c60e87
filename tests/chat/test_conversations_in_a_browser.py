"""Two people write to each other in browsers of their own: first contact, accepting, talking, blocking, without a script too."""

import re
import uuid

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from core.realtime import limits
from discussions.chat import services
from tests.chat.test_in_a_browser import choose, last, running_site, say, window

__all__ = ["running_site", "window"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
PHONE = {"viewport": {"width": 360, "height": 700}, "has_touch": True, "is_mobile": True}


def say_now(room, person, body):
    """Say something without a browser, however often."""
    limits.pace.forget()
    services.send_message(room.pk, by=person, key=uuid.uuid4(), body=body)


def open_live(page, address):
    page.goto(address)
    expect(page.locator("#chat")).to_have_attribute("data-connection", "live", timeout=20_000)


def faults(page):
    found = Axe().run(page, options={"rules": {"target-size": {"enabled": True}}}).response["violations"]
    return [f"{rule['id']} at {node['target']}" for rule in found for node in rule["nodes"]]


def test_first_contact_accepted_and_talked_on(window, lead, member):
    his, hers = window(member), window(lead, **PHONE)
    # He finds her in the group's list of members, and begins.
    his.goto("/groups/supply-chains/members/")
    his.get_by_role("link", name="Write to Lina Okafor").click()
    his.get_by_role("button", name="Begin").first.click()
    expect(his.locator("#chat")).to_have_attribute("data-connection", "live", timeout=20_000)
    for words in ("May I ask you something?", "About the visit", "In March"):
        say(his, words)
        expect(last(his)).to_contain_text(words)
        expect(last(his)).not_to_have_class(re.compile("is-sending"))
    # A fourth is refused in words; the page, opened anew, says so before anything is typed.
    say(his, "Hello?")
    expect(last(his)).to_contain_text("Not sent: nothing can be sent here now", timeout=10_000)
    last(his).get_by_role("button", name="Discard").click()
    his.reload()
    expect(his.locator(".composer")).to_contain_text("You have sent 3 messages")

    # On her phone she sees that somebody wrote, who it is, and accepts.
    hers.goto("/")
    hers.get_by_role("link", name="Conversations").tap()
    expect(hers.locator(".row")).to_contain_text("First contact")
    hers.get_by_role("link", name="Marco Silva").tap()
    notice = hers.locator("#first-contact")
    expect(notice.get_by_role("heading")).to_be_in_viewport()
    expect(notice).to_contain_text("Research officer")
    expect(notice).to_contain_text("Supply Chains")
    expect(hers.locator("#chat")).to_have_attribute("data-connection", "live", timeout=20_000)
    notice.get_by_role("button", name="Accept").tap()
    expect(hers.locator("#first-contact")).to_have_count(0)

    # His page notices by itself that he may write again.
    expect(his.get_by_label("Message", exact=True)).to_be_visible(timeout=20_000)
    expect(hers.locator("#chat")).to_have_attribute("data-connection", "live", timeout=20_000)
    hers.get_by_label("Message", exact=True).fill("In March it is, @Marco Silva")
    hers.get_by_role("button", name="Send").tap()
    expect(last(his)).to_contain_text("In March it is", timeout=20_000)
    expect(last(his)).to_have_class(re.compile("is-mention"))
    say(his, "Thank you")
    expect(last(hers)).to_contain_text("Thank you", timeout=20_000)
    assert hers.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_answering_takes_the_notice_away(window, lead, member):
    room = services.start_conversation(by=member, people=[lead.pk])
    say_now(room, member, "Good morning")
    hers = window(lead)
    open_live(hers, room.get_absolute_url())
    expect(hers.locator("#first-contact")).to_be_visible()
    say(hers, "And to you")
    expect(hers.locator("#first-contact")).to_have_count(0, timeout=10_000)


def test_a_block_holds_on_the_page_that_is_open(window, lead, member):
    room = services.start_conversation(by=member, people=[lead.pk])
    say_now(room, member, "Good morning")
    say_now(room, lead, "And to you")
    his, hers = window(member), window(lead)
    open_live(his, room.get_absolute_url())
    # By the service, so that his page has not asked yet whether he may write when he does.
    services.block_person(member.pk, by=lead)
    say(his, "Are you there?")
    expect(last(his)).to_contain_text("Not sent: nothing can be sent here now", timeout=10_000)
    hers.goto("/conversations/blocked/")
    hers.get_by_role("button", name="Unblock Marco Silva").click()
    expect(hers.get_by_role("button", name="Unblock Marco Silva")).to_be_hidden()
    last(his).get_by_role("button", name="Try again").click()
    expect(last(his)).not_to_contain_text("Not sent", timeout=10_000)
    hers.goto(room.get_absolute_url())
    hers.get_by_label("More about this conversation").click()
    hers.get_by_role("link", name="Block somebody").click()
    hers.get_by_role("button", name="Block Marco Silva").click()
    expect(hers.locator("main")).to_contain_text("They are not told")
    expect(his.get_by_label("Message", exact=True)).to_be_hidden(timeout=20_000)
    his.on("dialog", lambda dialog: dialog.accept())
    choose(his, last(his), "Delete")
    expect(last(his)).to_contain_text("deleted", timeout=10_000)


def test_what_a_blocked_person_says_among_several_comes_folded(window, lead, member, observer):
    room = services.start_conversation(by=member, people=[lead.pk, observer.pk])
    say_now(room, lead, "Good morning")
    services.block_person(member.pk, by=lead)
    hers = window(lead)
    open_live(hers, room.get_absolute_url())
    his = window(member)
    open_live(his, room.get_absolute_url())
    say(his, "Loud words")
    expect(last(hers).locator("summary")).to_have_text("A message of somebody you blocked or muted", timeout=10_000)
    expect(last(hers).get_by_text("Loud words")).to_be_hidden()
    last(hers).locator("summary").click()
    expect(last(hers).get_by_text("Loud words")).to_be_visible()


def test_a_message_is_reported_from_its_menu_and_decided(window, lead, member, observer, room):
    say_now(room, member, "Hurtful words")
    hers, theirs = window(lead), window(observer)
    open_live(theirs, "/groups/supply-chains/chat/")
    choose(theirs, last(theirs), "Report")
    theirs.get_by_label("What is wrong with it").fill("It attacks a colleague.")
    theirs.get_by_role("button", name="Report").click()
    expect(theirs.locator("main")).to_contain_text("Reported. You are told what is decided.")
    hers.goto("/")
    hers.get_by_role("link", name="1 report waits in Supply Chains").click()
    expect(hers.locator("article")).to_contain_text("Hurtful words")
    hers.get_by_role("button", name="Delete the message").click()
    expect(hers.locator("main")).to_contain_text("Nothing is reported")
    expect(last(theirs)).to_contain_text("This message was deleted.", timeout=20_000)


def test_without_a_script(window, lead, member):
    his, hers = window(member, java_script_enabled=False), window(lead, java_script_enabled=False)
    his.goto(lead.get_absolute_url())
    his.get_by_role("link", name="Write to Lina Okafor").click()
    his.get_by_label("Find others").fill("olga")
    his.get_by_role("button", name="Find").click()
    expect(his.get_by_label("Lina Okafor")).to_be_checked()
    his.get_by_role("button", name="Begin").first.click()
    his.get_by_label("Message", exact=True).fill("Good morning")
    his.get_by_role("button", name="Send").click()
    hers.goto("/conversations/")
    hers.get_by_role("link", name="Marco Silva").click()
    hers.get_by_role("button", name="Accept").click()
    hers.get_by_label("Message", exact=True).fill("And to you")
    hers.get_by_role("button", name="Send").click()
    his.reload()
    expect(his.locator("#log")).to_contain_text("And to you")


@pytest.mark.parametrize("options", [{}, PHONE, {"color_scheme": "dark"}], ids=["desk", "phone", "dark"])
def test_nobody_is_shut_out(window, lead, member, options):
    talk = services.start_conversation(by=member, people=[lead.pk])
    say_now(talk, member, "Good morning")
    first = talk.messages.get()
    hers = window(lead, reduced_motion="reduce", **options)
    base = talk.get_absolute_url()
    for address in (
        "/conversations/",
        "/conversations/new/",
        base,
        f"{base}block/",
        f"{base}messages/{first.pk}/report/",
    ):
        hers.goto(address)
        hers.evaluate("() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null)))")
        assert faults(hers) == [], address
        assert hers.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    hers.goto(base)
    hers.evaluate("document.documentElement.dir = 'rtl'")
    assert faults(hers) == []
    assert hers.evaluate("document.documentElement.scrollWidth <= innerWidth")
