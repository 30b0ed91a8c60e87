"""Notices while a page is open, in a real browser: the numbers, the word when something comes, the list beside the bell."""

import re
import uuid

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from discussions.services import start_thread
from groups.standing import Standing
from notifications.services import mark_read
from tests.chat.test_in_a_browser import running_site, window

__all__ = ["running_site", "window"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
PHONE = {"viewport": {"width": 360, "height": 700}, "has_touch": True, "is_mobile": True}
SOON = 20_000


def mention(lead, group, body="Ask @Marco Silva", title="Fees"):
    return start_thread(group, by=Standing.of(lead, group).speak(), title=title, body=body, key=uuid.uuid4())


def mention_there(page):
    """Have the lead mention the member through the site, so that its process rings the bell."""
    page.goto("/groups/supply-chains/threads/new/")
    page.get_by_label("Title").fill("Fees")
    page.locator("[data-body]").fill("Ask @Marco Silva")
    page.get_by_role("button", name="Start the thread").click()
    expect(page.locator("h1")).to_have_text("Fees")


def faults(page):
    return [rule["id"] for rule in Axe().run(page).response["violations"]]


def test_what_comes_is_counted_said_and_listed_without_loading(window, lead, member, supply_chains):
    page = window(member)
    with page.expect_websocket(timeout=90_000):
        page.goto("/groups/")
    page.wait_for_timeout(1000)
    mention_there(window(lead))
    bell = page.locator("[data-notices]")
    expect(bell.locator(".count")).to_have_text("1", timeout=SOON)
    expect(page).to_have_title(re.compile(r"^\(1\) "))
    toast = page.locator("#toast")
    expect(toast).to_contain_text("Lina Okafor mentioned you in “Fees”")
    expect(page.get_by_role("status").filter(has_text="mentioned you")).to_have_count(1)
    assert faults(page) == []
    bell.click()
    box = page.get_by_role("dialog", name="Notifications")
    expect(box.get_by_role("button", name="Lina Okafor mentioned you")).to_be_focused()
    assert faults(page) == []
    page.keyboard.press("Escape")
    expect(bell).to_be_focused()
    bell.click()
    box.get_by_role("button", name="Mark all as read").click()
    expect(bell.locator(".count")).to_have_count(0)
    expect(page).to_have_title(re.compile(r"^Groups"))
    box.get_by_role("button", name="Lina Okafor mentioned you").click()
    page.wait_for_url(re.compile(r"/threads/\d+/"))


def test_a_list_that_is_asked_for_again_takes_away_nothing_that_is_being_pressed(window, lead, member, supply_chains):
    mention(lead, supply_chains)
    page = window(member)
    page.goto("/groups/")
    page.locator("[data-notices]").click()
    line = page.get_by_role("dialog", name="Notifications").get_by_role("button", name="Lina Okafor mentioned you")
    expect(line).to_be_focused()
    line.hover()
    page.mouse.down()
    with page.expect_response("**/notifications/newest/"):
        page.evaluate("document.dispatchEvent(new CustomEvent('notice', { detail: { unread: 1 } }))")
    page.wait_for_timeout(200)
    page.mouse.up()
    page.wait_for_url(re.compile(r"/threads/\d+/"))


def test_what_was_read_in_the_meantime_is_not_said(window, lead, member, supply_chains):
    page = window(member)
    asked = []
    page.route("**/notifications/newest/", lambda route: (asked.append(1), mark_read(member), route.continue_())[2])
    with page.expect_websocket(timeout=90_000):
        page.goto("/groups/")
    page.wait_for_timeout(1000)
    mention_there(window(lead))
    expect(page.locator("[data-notices] .count")).to_have_text("1", timeout=SOON)
    page.wait_for_timeout(1500)
    assert asked
    expect(page.locator("#toast")).to_be_hidden()


def test_where_sockets_are_blocked_the_page_asks(window, lead, member, supply_chains):
    page = window(member)
    page.add_init_script(
        "window.WebSocket = class { constructor() { setTimeout(() => this.onclose({ code: 1006 }), 10); } };"
    )
    page.clock.install()
    page.goto("/groups/")
    mention(lead, supply_chains)
    for _ in range(12):
        page.clock.run_for(10_000)
        page.wait_for_timeout(100)
    expect(page.locator("[data-notices] .count")).to_have_text("1", timeout=SOON)


def test_on_a_phone_the_list_lies_at_the_foot(window, lead, member, supply_chains):
    mention(lead, supply_chains)
    page = window(member, **PHONE)
    page.goto("/groups/")
    page.locator("[data-notices]").tap()
    box = page.get_by_role("dialog", name="Notifications").bounding_box()
    assert (round(box["x"]), round(box["width"])) == (0, 360)
    assert round(box["y"] + box["height"]) == 700
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_scripts_the_bell_leads_to_the_page(window, lead, member, supply_chains):
    mention(lead, supply_chains)
    page = window(member, java_script_enabled=False)
    page.goto("/groups/")
    page.locator("[data-notices]").click()
    expect(page).to_have_url(re.compile("/notifications/$"))
    page.get_by_role("button", name="Mark these as read").click()
    expect(page.get_by_role("button", name="Mark these as read")).to_have_count(0)
