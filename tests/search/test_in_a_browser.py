"""Looking for something, in a real browser: from every page's head, by suggestions, through filters and pages."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.discussions.conftest import open_as  # noqa: F401 - a fixture

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WIDE = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True}
expect.set_options(timeout=15_000)
HEAD = ".top__search input"
PAGES = ["/", "/groups/", "/groups/supply-chains/", "/notifications/", "/search/"]


@pytest.fixture
def said(supply_chains, hidden_group, lead, member, start):
    """Twenty-five threads about fees by two people, and one in a group that hides."""
    for number in range(25):
        start(
            supply_chains,
            (lead, member)[number % 2],
            f"Recruitment fees {number}",
            body="Who has figures of the fees?",
        )
    start(hidden_group, lead, "Recruitment fees in secret")
    return start(supply_chains, lead, "Cocoa prices", body="Nothing of fees is said here.")


def look(page, name):
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_the_box_of_every_page_suggests_what_one_may_read(open_as, said, observer):  # noqa: F811
    page = open_as(observer, **WIDE)
    box, options = page.locator(HEAD), page.locator("#top-search-list [role=option]")
    for address in PAGES:
        page.goto(address)
        box.fill("recr")
        expect(options).to_have_count(8)
        expect(box).to_have_attribute("aria-expanded", "true")
        assert "secret" not in page.locator("#top-search-list").inner_text()
        box.press("ArrowDown")
        expect(options.first).to_have_attribute("aria-selected", "true")
        assert box.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
        look(page, f"suggested-{PAGES.index(address)}")
        box.press("Escape")
        expect(page.locator("#top-search-list")).to_be_hidden()
        assert box.input_value() == "recr"
    box.fill("cocoa")
    expect(options).to_have_count(1)
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_url(f"**{said.get_absolute_url()}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Cocoa prices")


def test_filters_narrow_and_pages_go_on(open_as, said, observer, lead):  # noqa: F811
    page = open_as(observer, **WIDE)
    page.goto("/groups/")
    page.locator(HEAD).fill("fees")
    page.locator(HEAD).press("Enter")
    page.wait_for_url("**/search/?q=fees")
    everything = page.get_by_role("navigation", name="Kinds").get_by_role("link", name="Everything")
    expect(everything).to_contain_text("51")
    hits = page.locator(".search__hits > li")
    expect(hits).to_have_count(20)
    expect(hits.first.locator("mark").first).to_have_text("fees")
    assert "secret" not in page.locator("main").inner_text()
    page.get_by_role("link", name="Next").click()
    page.get_by_role("link", name="Next").click()
    expect(hits).to_have_count(11)
    page.get_by_role("link", name="To the beginning").click()
    page.get_by_role("navigation", name="Kinds").get_by_role("link", name="Threads").click()
    expect(page.locator(".search__hits .search__kind").first).to_have_text("Threads")
    page.get_by_text("Narrow it").click()
    page.get_by_label("Person", exact=True).fill(lead.name)
    look(page, "narrowed")
    page.locator("details").get_by_role("button", name="Search").click()
    expect(hits).to_have_count(13)
    expect(page.get_by_label("Person", exact=True)).to_have_value(lead.name)
    expect(page.get_by_label("Person", exact=True)).to_be_visible()
    page.get_by_label("Group", exact=True).fill("Nowhere at all")
    page.locator("details").get_by_role("button", name="Search").click()
    expect(page.locator(".field--error")).to_have_count(1)
    expect(page.get_by_label("Group", exact=True)).to_have_value("Nowhere at all")
    page.get_by_role("link", name="Clear").click()
    expect(hits).to_have_count(20)


def test_without_scripts_the_box_leads_to_the_page(open_as, said, member):  # noqa: F811
    page = open_as(member, java_script_enabled=False, **WIDE)
    page.goto("/groups/")
    page.locator(HEAD).fill("cocoa")
    page.locator(HEAD).press("Enter")
    expect(page.locator(".search__hits > li")).to_have_count(1)


@pytest.mark.parametrize(
    ("screen", "language", "scheme"),
    [("wide", "en", "light"), ("wide", "ar", "dark"), ("phone", "en", "dark"), ("phone", "ar", "light")],
)
def test_open_lists_shut_nobody_out(open_as, said, member, screen, language, scheme):  # noqa: F811
    member.language = language
    member.save()
    page = open_as(member, color_scheme=scheme, **(WIDE if screen == "wide" else PHONE))
    page.goto("/search/?q=fees")
    box = page.locator(HEAD) if screen == "wide" else page.locator(".search__box input[type=search]")
    box.fill("recr")
    options = page.locator(".suggestions:visible [role=option]")
    expect(options).to_have_count(8)
    box.press("ArrowDown")
    look(page, f"list-{screen}-{language}-{scheme}")
    found = Axe().run(page, options={"rules": {"target-size": {"enabled": True}}}).response["violations"]
    assert [f"{rule['id']} at {node['target']}" for rule in found for node in rule["nodes"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
