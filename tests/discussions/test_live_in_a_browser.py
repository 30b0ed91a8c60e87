"""A thread that grows while somebody has it open and writes: told quietly, shown when they ask, and nothing moves before."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from discussions.addresses import reply_address
from discussions.mail import services as mail
from discussions.models import Post, Reading
from tests.chat.test_in_a_browser import running_site, window
from tests.mail_in.conftest import _mail_comes_in, work, write

__all__ = ["_mail_comes_in", "running_site", "window"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
SOON = 20_000
PLACES = "() => ['#answer', '#posts'].map((one) => document.querySelector(one).getBoundingClientRect().top + scrollY)"


def wait_for_posts(page, address):
    """Open the thread and wait until its page waits for posts."""

    def waits(socket):
        return socket.wait_for_event("framesent", lambda sent: '"watch"' in str(sent), timeout=SOON)

    with page.expect_websocket(timeout=SOON) as opened:
        page.goto(address)
    waits(opened.value)


def test_what_others_say_meanwhile_is_told_and_shown_beside_what_one_types(
    window, thread, lead, member, supply_chains
):
    address = thread.get_absolute_url()
    page = window(lead)
    wait_for_posts(page, address)
    box = page.get_by_role("textbox", name="Your answer")
    box.type("Half a sentence")
    before = page.evaluate(PLACES)
    line = page.get_by_role("status").filter(has_text="New posts")

    other = window(member)
    other.goto(address)
    other.get_by_role("textbox", name="Your answer").fill("I have some for *March*.")
    other.get_by_role("button", name="Post", exact=True).click()
    expect(line).to_have_text("New posts: 1 – show", timeout=SOON)
    assert page.evaluate(PLACES) == before
    expect(box).to_be_focused()
    expect(page.locator("article.post")).to_have_count(1)

    # By mail, in another process: no bell rings here, and the poll finds it.
    mail.receive(write("And I for April."), recipient=reply_address(member.pk, thread.pk), sender=member.email)
    work()
    assert Post.objects.filter(thread=thread).count() == 3
    expect(line).to_have_text("New posts: 2 – show", timeout=SOON)
    assert page.evaluate(PLACES) == before
    assert [one["id"] for one in Axe().run(page).response["violations"]] == []

    with page.expect_request(re.compile("/newer/")) as asked:
        line.get_by_role("link").press("Enter")
    assert asked.value.url.endswith(f"{address}newer/?after=1")
    expect(page.locator("article.post")).to_have_count(3)
    expect(page.locator("#post-2")).to_be_focused()
    expect(page.locator("#post-2 em")).to_have_text("March")
    expect(page.locator("#post-3")).to_contain_text("And I for April.")
    expect(line).to_have_count(0)
    expect(box).to_have_value("Half a sentence")
    page.get_by_role("link", name="More #3", exact=True).click()
    expect(page.locator("#post-menu")).to_contain_text("Quote")
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator("#post-4")).to_contain_text("Half a sentence")
    mark = Reading.objects.get(user=lead, thread=thread)
    assert mark.last_read + mark.own_since == 4


def test_on_an_earlier_page_it_leads_to_where_they_stand(window, thread, lead, member, say):
    for _ in range(20):
        say(thread, lead)
    page = window(lead)
    wait_for_posts(page, thread.get_absolute_url() + "?page=1")
    say(thread, member, "At the end")
    page.get_by_role("status").get_by_role("link", name="New posts: 1 – show").click(timeout=SOON)
    page.wait_for_url(re.compile(r"post=22#post-22$"))
    expect(page.locator("#post-22")).to_contain_text("At the end")
