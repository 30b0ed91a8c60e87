"""What stories of threads have in common: starting one, answering, choosing from the menus."""

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from tests.e2e.conftest import GROUP

THREADS = GROUP + "threads/"


def start(page, title, body="What do we know so far?", kind="discussion", **more):
    """Start a thread and return its address; `more` are fields by their names."""
    page.goto(THREADS + "new/")
    page.get_by_label("Title", exact=True).fill(title)
    page.get_by_label("Kind").select_option(kind)
    for name, value in more.items():
        field = page.locator(f"[name={name}]")
        field.check() if value is True else field.fill(value)
    page.get_by_label("Text", exact=True).fill(body)
    page.get_by_role("button", name="Start the thread").click()
    expect(page.locator("h1")).to_have_text(title)
    return page.evaluate("location.pathname")


def answer(page, body):
    """Add a post to the thread that is open."""
    page.get_by_role("textbox", name="Your answer").fill(body)
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator("article.post").last).to_contain_text(body)


def act(page, word):
    """Choose something from the menu of the thread that is open."""
    page.locator("summary", has_text="This thread").click()
    page.locator(".thread-menu").get_by_text(word, exact=True).click()


def act_on(page, number, word):
    """Choose something from the menu of a post."""
    page.get_by_role("link", name=f"More #{number}", exact=True).click()
    page.locator("#post-menu").get_by_text(word, exact=True).click()


def in_days(days):
    """Return a moment as a field for date and time takes it."""
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


def ask(page, question, options, voices):
    """Ask the thread that is open by a poll."""
    act(page, "Ask by a poll")
    page.get_by_label("Question").fill(question)
    page.get_by_role("textbox", name="Options").fill("\n".join(options))
    page.get_by_label(voices).check()
    page.get_by_label("Open until").fill(in_days(4))
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".asked h2")).to_have_text(question)


def vote(page, option):
    """Cast a vote in the thread that is open, or change it."""
    page.locator(".asked").get_by_label(option).check()
    page.locator(".asked form button").click()
    expect(page.locator("main")).to_contain_text(re.compile("Your vote (counts|is changed)|The vote of .* is changed"))


def result_of(page, address):
    """Open the page of a thread's only poll and return how many voices each option has."""
    page.goto(address)
    page.get_by_role("link", name=re.compile("^Who voted, and by stakeholder type")).click()
    words = "row => [...row.querySelectorAll(':scope > span')].map(one => one.firstChild.textContent.trim())"
    return dict(row.evaluate(words) for row in page.locator(".poll__option").all())
