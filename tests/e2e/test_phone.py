"""With a thumb: what one writes with is in reach, what one taps is large enough, and nothing needs a pointer that hovers."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import GROUP, LEAD, MEMBER

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
LEAST = 24
BARS = ".top a, .top summary, nav a, nav button, .chat__bar summary, .composer button, .foot button"
SMALL = """([bars, least]) => [...document.querySelectorAll(bars)]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && getComputedStyle(one).display !== "inline")
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([one, box]) => box.width < least || box.height < least)
  .map(([one, box]) => `${one.textContent.trim() || one.ariaLabel} (${Math.round(box.width)} x ${Math.round(box.height)})`)
"""


@pytest.fixture
def phone(open_as):
    return lambda who: open_as(who, **PHONE)


@pytest.mark.parametrize("height", [740, 560])
def test_talking(phone, height):
    page = phone(MEMBER)
    page.set_viewport_size({"width": 360, "height": height})
    page.goto(GROUP + "chat/")
    composer, send = page.get_by_label("Message", exact=True), page.get_by_role("button", name="Send", exact=True)
    expect(composer).to_be_in_viewport(ratio=1)
    expect(send).to_be_in_viewport(ratio=1)
    composer.tap()
    page.keyboard.type(f"From a phone of {height}")
    page.keyboard.press("Enter")
    page.keyboard.type("in two lines")
    send.tap()
    own = page.locator("#log article").last
    expect(own.locator(".msg__body")).to_have_text(re.compile(f"From a phone of {height}\\s*in two lines"))
    expect(own).not_to_contain_text("Sending")
    expect(own).to_be_in_viewport()
    expect(composer).to_be_in_viewport(ratio=1)


def test_answering(phone):
    page = phone(MEMBER)
    page.goto(GROUP)
    page.get_by_role("navigation").get_by_role("link", name="Threads").tap()
    page.locator(".row__title a").first.tap()
    page.wait_for_url(
        re.compile(r"/threads/\d+/")
    )  # and its scripts: without them the link leads to a page of its own
    page.locator("article.post").first.get_by_role("link", name=re.compile("^Reply")).tap()
    answer = page.get_by_role("textbox", name="Your answer")
    expect(answer).to_be_in_viewport()
    expect(answer).to_be_focused()
    page.keyboard.type("Typed with thumbs.")
    page.get_by_role("button", name="Post", exact=True).tap()
    expect(page.locator("article.post").last).to_contain_text("Typed with thumbs.")
    expect(page.locator("article.post").last).to_be_in_viewport()


@pytest.mark.parametrize(
    "where", ["/", GROUP, GROUP + "threads/", GROUP + "chat/", GROUP + "documents/", "/partners/"]
)
def test_what_one_goes_by_is_large_enough_for_a_thumb(phone, where):
    page = phone(LEAD)
    page.goto(where)
    assert page.evaluate(SMALL, [BARS, LEAST]) == []


def test_the_way_round(phone):
    page = phone(LEAD)
    page.goto("/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Groups").tap()
    page.wait_for_url("**/groups/")
    page.locator(f"main a[href='{GROUP}']").first.tap()
    expect(page.locator("h1")).to_have_text("Supply Chains")
    page.get_by_label("Your account").tap()
    page.get_by_role("link", name="Profile and settings").tap()
    page.wait_for_url("**/account/profile/")
    page.get_by_role("link", name="Search", exact=True).tap()
    page.locator("main").get_by_role("combobox").fill("webinar")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(re.compile("webinar", re.I))
