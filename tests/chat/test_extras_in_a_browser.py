"""What people add to messages, in a real browser: signs, pins, the menu of a message, links, who has read; live on both sides."""

import re
import uuid

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from core.realtime import limits
from discussions.chat import services
from discussions.chat.models import Audience, Message, Room
from discussions.models import Thread
from discussions.services import start_thread
from groups.standing import Standing
from tests.chat.test_in_a_browser import PAGE, choose, enter, last, running_site, say, window

__all__ = ["running_site", "window"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
PHONE = {"viewport": {"width": 360, "height": 700}, "has_touch": True, "is_mobile": True}


def say_now(room, person, body):
    """Say something without a browser, however often."""
    limits.pace.forget()
    services.send_message(room.pk, by=person, key=uuid.uuid4(), body=body)


def take_back(room, person, number):
    """Delete a message without a browser."""
    message = Message.objects.get(room=room, number=number)
    services.delete_message(room.pk, message.pk, by=person, key=uuid.uuid4())


def react(page, message, meaning):
    """Choose a sign for a message."""
    message.hover()
    message.get_by_role("link", name="React").click()
    page.locator("#signs").get_by_role("button", name=meaning).click()


def faults(page):
    """Return what axe finds: the rule, and where."""
    found = Axe().run(page, options={"rules": {"target-size": {"enabled": True}}}).response["violations"]
    return [f"{rule['id']} at {node['target']}" for rule in found for node in rule["nodes"]]


def test_a_sign_is_given_seen_named_and_taken_back(window, lead, member):
    hers, his = window(lead), window(member, **PHONE)
    enter(hers)
    enter(his)
    say(hers, "The venue is booked")
    expect(last(hers)).not_to_have_class(re.compile("is-sending"))
    last(his).locator(".msg__body").tap()
    last(his).get_by_role("link", name="React").tap()
    his.locator("#signs").get_by_role("button", name="Agreed").tap()
    chip = last(hers).locator(".sign")
    expect(chip).to_have_text(re.compile(r"👍\s*1"), timeout=10_000)
    expect(chip).to_have_attribute("aria-pressed", "false")
    expect(last(his).locator(".sign")).to_have_attribute("aria-pressed", "true")
    chip.hover()
    expect(chip).to_have_attribute("aria-label", "Agreed (1): Marco Silva")
    chip.click()
    expect(last(his).locator(".sign")).to_have_text(re.compile(r"👍\s*2"), timeout=10_000)
    last(his).locator(".sign").tap()
    expect(chip).to_have_text(re.compile(r"👍\s*1"), timeout=10_000)
    hers.reload()
    expect(last(hers).locator(".sign")).to_have_attribute("aria-label", "Agreed (1): Lina Okafor")
    assert his.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_sign_given_offline_is_given_once_afterwards(window, lead, member, room):
    say_now(room, member, "Before the tunnel")
    hers = window(lead)
    enter(hers)
    hers.context.set_offline(True)
    hers.evaluate("dispatchEvent(new Event('offline'))")
    react(hers, last(hers), "Thank you")
    expect(last(hers).locator(".sign")).to_have_count(1)
    hers.context.set_offline(False)
    hers.reload()
    expect(last(hers).locator(".sign")).to_have_attribute("aria-pressed", "true", timeout=20_000)
    expect(hers.locator("#log .is-sending")).to_have_count(0)
    assert Message.objects.get().reactions.get().emoji == "❤️"


def test_a_pin_is_live_and_leads_to_its_message(window, lead, member, room):
    for number in range(1, 31):
        say_now(room, lead, f"Message {number}.")
    hers, his = window(lead), window(member)
    enter(hers)
    enter(his)
    expect(his.locator("#pins")).to_be_hidden()
    first = hers.locator("#message-3")
    first.scroll_into_view_if_needed()
    choose(hers, first, "Pin to the top")
    expect(his.locator("#pins summary")).to_contain_text("Pinned: 1", timeout=10_000)
    his.locator("#pins summary").click()
    his.locator("#pins a", has_text="Message 3.").click()
    expect(his).to_have_url(re.compile("#message-3$"))
    expect(his.locator("#message-3")).to_be_in_viewport()
    expect(his.locator("#message-3")).to_contain_text("pinned")
    choose(hers, first, "Unpin")
    expect(his.locator("#pins")).to_be_hidden(timeout=10_000)
    his.locator("#message-3").hover()
    his.locator("#message-3").get_by_role("link", name="More").click()
    expect(his.locator("#menu")).to_be_visible()
    expect(his.locator("#menu").get_by_text("Pin to the top")).to_be_hidden()


def test_nothing_of_a_room_stays_with_somebody_who_has_lost_it(window, lead, member, room, supply_chains):
    rights = services.RoomRights(Audience.MEMBERS)
    further = services.open_room(supply_chains, by=lead, name="Drafting", rights=rights)
    say_now(further, lead, "canary")
    first = Message.objects.get(room=further)
    services.pin_message(further.pk, first.pk, by=lead, key=uuid.uuid4(), on=True)
    his = window(member)
    his.goto(f"{PAGE}{further.pk}/")
    expect(his.locator("#chat")).to_have_attribute("data-connection", "live", timeout=20_000)
    his.locator("#pins summary").click()
    expect(his.locator("#pins li")).to_contain_text("canary")
    services.change_rights(further, by=lead, rights=services.RoomRights(Audience.LEADS))
    expect(his.locator("#net")).to_contain_text("You no longer take part in this room.", timeout=20_000)
    expect(his.locator("#pins")).to_be_hidden()
    assert "canary" not in his.locator("#chat").inner_html()


def test_a_link_is_copied_and_opens_an_earlier_page_that_stays_live(window, lead, member, room):
    for number in range(1, 81):
        say_now(room, lead, f"Message {number}.")
    his, hers = window(member), window(lead)
    his.context.grant_permissions(["clipboard-read", "clipboard-write"])
    his.goto(f"{PAGE}?from=5#message-5")
    expect(his.locator("#chat")).to_have_attribute("data-connection", "live", timeout=20_000)
    choose(his, his.locator("#message-5"), "Copy link")
    expect(his.locator("#menu")).to_be_hidden()
    assert his.evaluate("navigator.clipboard.readText()").endswith(f"{PAGE}{room.pk}/?from=5#message-5")
    jump = his.locator("#jump")
    expect(jump).to_have_text("To the newest")
    enter(hers)
    say(hers, "Said meanwhile")
    expect(jump).to_have_text("New messages: 1", timeout=10_000)
    expect(his.locator("#log .msg")).to_have_count(50)
    take_back(room, lead, 6)
    expect(his.locator("#message-6")).to_contain_text("This message was deleted.", timeout=20_000)
    jump.click()
    expect(last(his)).to_contain_text("Said meanwhile")
    expect(his.locator("#chat")).to_have_attribute("data-newest", "1")
    # In the newest page the link leads to its message, and the room goes on from there.
    his.goto(f"{PAGE}?from=60#message-60")
    expect(his.locator("#message-60")).to_be_in_viewport()
    expect(his.locator("#log .msg")).to_have_count(50)
    assert his.evaluate("document.querySelector('.msg:target').id") == "message-60"


@pytest.mark.parametrize("options", [{}, PHONE, {"color_scheme": "dark"}], ids=["desk", "phone", "dark"])
def test_what_opens_shuts_nobody_out(window, lead, member, room, options):
    Room.objects.update(shows_readers=True)
    say_now(room, lead, "Please read this")
    hers = window(lead, reduced_motion="reduce", **options)
    for way in ("React", "More", "Who has read this"):
        enter(hers)
        last(hers).locator(".msg__body").click()
        last(hers).get_by_role("link", name="React" if way == "React" else "More").click()
        if way == "Who has read this":
            hers.locator("#menu").get_by_text(way).click()
            expect(hers.locator("#readers")).to_be_visible()
        assert faults(hers) == [], way
        box = hers.locator(":popover-open").bounding_box()
        size = hers.viewport_size
        assert box["x"] >= 0 and box["x"] + box["width"] <= size["width"]
        assert box["y"] >= 0 and box["y"] + box["height"] <= size["height"]


def test_the_menu_by_keyboard(window, lead, room):
    say_now(room, lead, "By keyboard")
    hers = window(lead)
    enter(hers)
    more = last(hers).get_by_role("link", name="More")
    more.focus()
    hers.keyboard.press("Enter")
    expect(hers.locator("#menu").get_by_text("Copy link")).to_be_visible()
    assert hers.evaluate("document.activeElement.dataset.act") == "copy"
    hers.keyboard.press("ArrowDown")
    assert hers.evaluate("document.activeElement.dataset.act") == "pin"
    hers.keyboard.press("Escape")
    expect(hers.locator("#menu")).to_be_hidden()
    expect(more).to_be_focused()
    hers.keyboard.press("Enter")
    hers.keyboard.press("ArrowUp")
    assert hers.evaluate("document.activeElement.dataset.act") == "delete"


def test_who_has_read_is_asked_when_somebody_wants_to_know(window, lead, member, room):
    Room.objects.update(shows_readers=True)
    hers, his = window(lead), window(member)
    enter(hers)
    say(hers, "Please read this")
    expect(last(hers)).not_to_have_class(re.compile("is-sending"))
    choose(hers, last(hers), "Who has read this")
    readers = hers.locator("#readers")
    expect(readers).to_contain_text("Read by 0 of 2 organisations")
    hers.keyboard.press("Escape")
    enter(his)
    expect(his.locator("#log")).to_contain_text("Please read this")
    his.wait_for_timeout(1500)
    choose(hers, last(hers), "Who has read this")
    expect(readers).to_contain_text("Read by 1 of 2 organisations")
    expect(readers).to_contain_text("Weavers’ Union")
    assert "Marco" not in readers.inner_text()


def press_until(page, key, selector):
    """Press a key until what has the focus is this."""
    for _ in range(12):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} does not lead to {selector}")


def test_a_stretch_of_two_people_becomes_a_thread_by_keyboard(window, lead, member, room):
    for person, body in ((lead, "Before"), (member, "One"), (lead, "Two"), (member, "Three")):
        say_now(room, person, body)
    hers = window(lead)
    enter(hers)
    keys, bar, chosen = hers.keyboard, hers.locator("#stretching"), hers.locator(".msg.is-chosen .msg__body")
    # From where one writes back to the newest message, and in its menu to the end.
    hers.locator("#say textarea").focus()
    press_until(hers, "Shift+Tab", "#log .msg:last-child [data-act=more]")
    keys.press("Enter")
    press_until(hers, "ArrowDown", "[data-act=stretch]")
    assert faults(hers) == []
    keys.press("Enter")
    expect(chosen).to_have_text(["Three"])
    expect(hers.locator("#say")).to_be_hidden()
    assert hers.evaluate("document.activeElement.dataset.stretch") == "more"
    expect(hers.locator(":focus")).to_have_attribute("aria-disabled", "true")
    keys.press("Enter")
    expect(chosen).to_have_text(["Three"])

    # The menu of an earlier one says where it begins; the bar takes the last one out, and in again.
    press_until(hers, "Shift+Tab", "#log .msg:nth-last-child(3) [data-act=more]")
    keys.press("Enter")
    press_until(hers, "ArrowDown", "[data-act=begins]")
    keys.press("Enter")
    expect(chosen).to_have_text(["One", "Two", "Three"])
    press_until(hers, "Tab", "[data-stretch=less]")
    keys.press("Enter")
    expect(chosen).to_have_text(["One", "Two"])
    press_until(hers, "Tab", "[data-stretch=more]")
    keys.press("Enter")
    expect(chosen).to_have_text(["One", "Two", "Three"])
    assert faults(hers) == []

    # What is said and taken back meanwhile is seen there too.
    say_now(room, member, "Meanwhile")
    take_back(room, lead, 3)
    expect(chosen).to_have_text(["One", "Three"], timeout=20_000)
    expect(bar.get_by_role("status")).to_contain_text("2")
    press_until(hers, "Tab", "[data-stretch=make]")
    keys.press("Enter")
    expect(hers.locator(".stretch__row .prose")).to_have_text(["One", "Three"])
    assert faults(hers) == []
    expect(hers.get_by_label("Title of the thread")).to_be_focused()
    keys.type("What we said")
    keys.press("Enter")
    expect(hers).to_have_url(re.compile(r"/threads/\d+/"))
    thread = Thread.objects.get()
    assert thread.title == "What we said"
    assert [post.body for post in thread.posts.order_by("number")] == ["One", "Three"]


def test_a_stretch_is_let_go_with_escape_and_the_focus_is_where_it_was(window, lead, room):
    say_now(room, lead, "One")
    hers = window(lead)
    enter(hers)
    hers.get_by_label("More about this room").focus()
    hers.keyboard.press("Enter")
    press_until(hers, "Tab", "[data-stretch=start]")
    hers.keyboard.press("Enter")
    expect(hers.locator("#stretching [role=status]")).to_contain_text("Where does the thread begin?")
    expect(hers.locator("#stretching").get_by_role("button", name="Cancel")).to_be_focused()
    hers.keyboard.press("Escape")
    expect(hers.locator("#stretching")).to_be_hidden()
    expect(hers.locator("#say")).to_be_visible()
    expect(hers.get_by_label("More about this room")).to_be_focused()


def test_a_name_is_offered_after_an_at_and_taken_by_enter(window, lead, member):
    hers, his = window(lead), window(member, **PHONE)
    enter(hers)
    enter(his)
    field = hers.get_by_label("Message", exact=True)
    field.press_sequentially("Please look, @mar")
    expect(hers.get_by_role("listbox", name="People").get_by_role("option", selected=True)).to_contain_text(
        "Marco Silva"
    )
    assert faults(hers) == []
    hers.keyboard.press("Enter")
    expect(field).to_have_value("Please look, @Marco Silva ")
    expect(hers.locator("#log .msg")).to_have_count(0)
    hers.keyboard.press("Enter")
    expect(last(his)).to_have_class(re.compile("is-mention"), timeout=20_000)

    # With a thumb, and on a phone: it fits, and what is let go of by Escape sends nothing and leaves nothing behind.
    his.get_by_label("Message", exact=True).press_sequentially("@Li")
    name = his.get_by_role("listbox", name="People").get_by_role("option")
    expect(name).to_contain_text("Lina Okafor")
    box = name.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 360
    his.keyboard.press("Escape")
    expect(name).to_have_count(0)
    his.keyboard.press("n")
    name.tap()
    expect(his.get_by_label("Message", exact=True)).to_have_value("@Lina Okafor ")
    expect(his.locator("#log .msg")).to_have_count(1)


def test_addresses_that_come_over_the_socket_read_as_titles_to_those_who_may_read_them(
    window,
    running_site,
    member, lead, observer, supply_chains, hidden_group,
):  # fmt: skip
    def at(group, title):
        by = Standing.of(lead, group).speak()
        thread = start_thread(group, by=by, title=title, body="Words", key=uuid.uuid4())
        return f"{running_site.url}{thread.get_absolute_url()}"

    known, secret = at(supply_chains, "What all may read"), at(hidden_group, "What few know of")
    hers, his = window(member), window(observer)
    enter(hers)
    enter(his)
    say(hers, f"See {known} and {secret}")
    titles = ".msg__body bdi"
    expect(last(hers).locator(titles)).to_have_text(["What all may read", "What few know of"], timeout=10_000)
    expect(last(his).locator(titles)).to_have_text(["What all may read"], timeout=10_000)
    expect(last(his)).to_contain_text(secret)
    assert "What few know of" not in his.content()

    hers.get_by_label("Message", exact=True).press("ArrowUp")
    say(hers, f"Only {secret}")
    expect(last(hers).locator(titles)).to_have_text(["What few know of"], timeout=10_000)
    expect(last(hers)).to_contain_text("Only")
    expect(last(his)).to_contain_text(f"Only {secret}", timeout=10_000)
    his.wait_for_timeout(1500)
    assert "What few know of" not in his.content()
