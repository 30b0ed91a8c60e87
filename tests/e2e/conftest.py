"""The demonstration in a browser. It is built once for a run of the tests; each file of tests gets a copy and a server.

Everybody here is one of the demonstration's people. Whatever a story is about, a page that breaks the
Content-Security-Policy, complains on the console or asks another site for anything fails it.
"""

import fcntl
import os
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from benchmarks.demonstration import running

BROWSER = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "action-groups"
LEAD, MEMBER = "lead@example.org", "member@example.org"
NEWCOMER, SECRETARIAT = "newcomer@example.org", "secretariat@example.org"
GROUP = "/groups/supply-chains/"

expect.set_options(timeout=15_000)


def pytest_collection_modifyitems(items):
    """Everything in this folder drives Chromium and takes its time."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def seeded(tmp_path_factory):
    """A folder with the demonstration's data, built by whichever process of the run comes first.

    $DEMONSTRATION names one that is there already: what `benchmarks.demonstration.running(folder)` has left.
    """
    if ready := os.environ.get("DEMONSTRATION"):
        return Path(ready)
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder = shared / "demonstration"
    with (shared / "demonstration.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "demonstration.ready").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            with running(folder):
                pass
            (shared / "demonstration.ready").touch()
    return folder


@pytest.fixture(scope="module")
def site(seeded, tmp_path_factory):
    """The address of a running demonstration that nobody has touched before this file of tests."""
    folder = tmp_path_factory.mktemp("site") / "data"
    shutil.copytree(seeded, folder)
    with running(folder) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    """A Chromium for this file: its driver runs a loop, which must have ended before other tests run theirs."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=BROWSER)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def signed_in(browser, site):
    """Sign somebody in once for all stories of this file; return the cookies."""
    kept = {}

    def cookies(who, password=PASSWORD):
        if who not in kept:
            context = browser.new_context(base_url=site)
            sign_in(context.new_page(), who, password)
            kept[who] = context.storage_state()
            context.close()
        return kept[who]

    return cookies


def sign_in(page, who, password=PASSWORD):
    """Sign in by the form, as `who`."""
    page.goto("/account/login/")
    page.get_by_label("E-mail address").fill(who)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("/")


def remove_the_harbour_workers(desk):
    """End their place in the group, in a lead's window. Nothing brings them back: only the last story of a file may."""
    desk.goto(GROUP + "members/")
    row = desk.locator("li.row", has=desk.get_by_role("link", name="João Semedo"))
    row.get_by_text("Change the place of").click()
    row.locator("summary", has_text="Remove the organisation").click()
    question = row.locator("details.confirm[open]")
    question.get_by_label("Reason").fill("The union asked us to end its place.")
    question.get_by_role("button", name="Remove the organisation").click()


@pytest.fixture
def troubles():
    """What the pages of this test complained of."""
    return []


@pytest.fixture
def open_as(browser, site, signed_in, troubles):
    """Open a window of one's own for a person, or for a visitor: `open_as(LEAD, java_script_enabled=False)`."""
    contexts = []

    def window(who=None, **options):
        if who:
            options["storage_state"] = signed_in(who)
        settled = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce"}
        context = browser.new_context(base_url=site, **settled | options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        watch(context, site, troubles)
        return context.new_page()

    yield window
    for context in contexts:
        context.close()
    assert troubles == []


def watch(context, site, troubles):
    """Note every complaint of a page, and every request that would leave the site."""
    documents = set()

    def asked(request):
        if not request.url.startswith((site, "data:", "blob:")):
            troubles.append(f"asks for {request.url}")

    def answered(response):
        if response.request.is_navigation_request():
            documents.add(response.url)

    def said(message):
        # The browser notes a document that is not there as an error; which status a page has is the story's matter.
        is_document = message.text.startswith("Failed to load resource") and message.location["url"] in documents
        is_offline = "ERR_INTERNET_DISCONNECTED" in message.text
        # Nor is a page that one leaves before its socket has come up.
        is_left = "WebSocket is closed before the connection is established" in message.text
        if message.type in ("error", "warning") and not (is_document or is_offline or is_left):
            troubles.append(f"{message.page.url if message.page else ''} says: {message.text}")

    context.on("request", asked)
    context.on("response", answered)
    context.on("console", said)
    context.on("weberror", lambda error: troubles.append(f"{error.page.url if error.page else ''}: {error.error}"))


def first_link(page, address, *patterns):
    """The address one comes to by following, from a page on, the first link that looks like each pattern."""
    for pattern in patterns:
        page.goto(address)
        paths = page.locator("main a[href]").evaluate_all("links => links.map(link => link.pathname + link.search)")
        address = next((path for path in paths if re.search(pattern, path)), None)
        assert address, f"{page.url} has no link like {pattern}"
    return address
