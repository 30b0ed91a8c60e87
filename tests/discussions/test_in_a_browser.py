"""Writing in a browser: what was begun survives a reload and nothing else; nobody finds what somebody else began."""

import pytest
from django.conf import settings as site_settings
from playwright.sync_api import expect, sync_playwright

from discussions import services
from discussions.models import Draft, Thread
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BROWSER = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
NEW = "/groups/supply-chains/threads/new/"
STORED = "JSON.stringify(Object.entries(sessionStorage))"


@pytest.fixture
def page(chromium, live_server, client, member, thread, settings, monkeypatch):
    """The member's tab; what breaks the policy or a script fails the test."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    client.force_login(member)
    name = site_settings.SESSION_COOKIE_NAME
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER)
        context = browser.new_context(base_url=live_server.url)
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        window = context.new_page()
        troubles = []
        window.on("pageerror", lambda error: troubles.append(str(error)))
        window.on("console", lambda line: troubles.append(line.text) if "Content Security" in line.text else None)
        yield window
        browser.close()
        assert troubles == []


def body(page):
    return page.locator("[data-body]")


def test_a_text_that_was_begun_survives_a_reload(page, address, member):
    page.goto(address())
    body(page).fill("Half a tho")
    page.reload()
    expect(body(page)).to_have_value("Half a tho")
    body(page).press_sequentially("ught")
    expect(page.locator("[data-draft-state]")).to_have_text("Draft kept")
    assert Draft.objects.get(user=member).body == "Half a thought"


def test_a_draft_that_is_discarded_stays_away(page, address, thread, member):
    services.save_draft(user=member, group=thread.group, thread=thread, body="Better not")
    page.goto(address())
    body(page).press_sequentially(" said")
    page.get_by_role("button", name="Discard the draft").click()
    page.wait_for_url(address())
    expect(body(page)).to_have_value("")
    page.goto(address())
    expect(body(page)).to_have_value("")
    assert not Draft.objects.exists()


def test_a_cancelled_edit_never_replaces_a_newer_text(page, address, thread, member, capacity):
    page.goto(address("posts/1/edit/"))
    body(page).fill("A longer text than the first one, and then somebody thought better of it.")
    page.get_by_role("link", name="Cancel").click()
    post = thread.posts.get()
    services.edit_post(post, by=capacity(member, thread.group), body="Version 2", base=1)
    page.goto(address("posts/1/edit/"))
    expect(body(page)).to_have_value("Version 2")


def test_a_thread_that_was_started_is_not_begun_again(page):
    page.goto(NEW)
    page.get_by_label("Title").fill("Fees in fishing")
    body(page).fill("Who knows?")
    page.get_by_role("button", name="Start the thread").click()
    expect(page.locator("h1")).to_have_text("Fees in fishing")
    page.goto(NEW)
    expect(page.get_by_label("Title")).to_have_value("")
    expect(body(page)).to_have_value("")


def test_a_thread_whose_answer_was_lost_is_started_once(page):
    def lose(route):
        if route.request.method == "POST":
            route.fetch(max_redirects=0)
            route.abort()
        else:
            route.continue_()

    page.goto(NEW)
    page.get_by_label("Title").fill("Fees in fishing")
    body(page).fill("Who knows?")
    page.route(f"**{NEW}", lose)
    with page.expect_event("requestfailed"):
        page.get_by_role("button", name="Start the thread").click()
    page.unroute(f"**{NEW}")
    page.goto(NEW)
    expect(body(page)).to_have_value("Who knows?")
    page.get_by_role("button", name="Start the thread").click()
    expect(page.locator("h1")).to_have_text("Fees in fishing")
    assert Thread.objects.filter(title="Fees in fishing").count() == 1


def sign_in(page, person):
    page.goto("/account/login/")
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("/")


def test_signing_out_takes_along_what_was_not_sent(page, address, lead):
    page.goto(address())
    body(page).fill("For my eyes only")
    page.goto("/account/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url("/")
    assert "For my eyes only" not in page.evaluate(STORED)
    sign_in(page, lead)
    page.goto(address())
    expect(body(page)).to_have_value("")


def test_whoever_signs_in_next_finds_nothing_even_where_nobody_signed_out(page, address, lead):
    page.goto(address())
    body(page).fill("For my eyes only")
    page.context.clear_cookies()
    sign_in(page, lead)
    page.goto(address())
    expect(body(page)).to_have_value("")
    assert "For my eyes only" not in page.evaluate(STORED)


def test_leaving_quickly_takes_along_what_was_not_sent(page, address):
    page.context.route("https://www.wikipedia.org/**", lambda route: route.fulfill(body="Neutral"))
    page.goto(address())
    body(page).fill("For my eyes only")
    page.get_by_role("link", name="Leave quickly").click()
    page.wait_for_url("https://www.wikipedia.org/")
    page.goto("/about/")
    assert "For my eyes only" not in page.evaluate(STORED)
