"""The same way with scripts switched off: every step is a page and a form."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import GROUP, LEAD, MEMBER, NEWCOMER


@pytest.fixture
def plain(open_as):
    """Open a window in which no script runs."""
    return lambda who: open_as(who, java_script_enabled=False)


def test_joining_answering_uploading_and_talking_by_forms(plain, tmp_path):
    newcomer, lead, member = plain(NEWCOMER), plain(LEAD), plain(MEMBER)

    newcomer.goto(GROUP)
    newcomer.get_by_role("link", name="Ask to join").click()
    newcomer.get_by_label("What your organisation brings").fill("Forty kilns that let researchers in.")
    newcomer.get_by_role("button", name="Ask to join").click()
    lead.goto(GROUP + "members/")
    request = lead.locator("article", has_text="Forty kilns that let researchers in.")
    request.get_by_role("button", name="Accept", exact=True).click()

    newcomer.goto(GROUP + "threads/")
    newcomer.locator(".row__title a").filter(has_text=re.compile("mapping", re.I)).first.click()
    newcomer.locator("article.post").last.get_by_role("link", name=re.compile("^Reply")).click()
    answer = newcomer.get_by_role("textbox", name="Your answer")
    answer.fill("Our kilns can be *asked* twice a year.")
    newcomer.get_by_role("button", name="Preview").click()
    expect(newcomer.locator("[data-preview] em")).to_have_text("asked")
    expect(answer).to_have_value("Our kilns can be *asked* twice a year.")
    newcomer.get_by_role("button", name="Post", exact=True).click()
    expect(newcomer.locator("article.post").last).to_contain_text("Our kilns can be asked twice a year.")
    expect(newcomer.locator("article.post", has_text="Our kilns can be asked")).to_have_count(1)
    expect(newcomer.locator("article.post").last.locator(".post__to")).to_be_attached()

    paper = tmp_path / "Kiln calendar.txt"
    paper.write_text("Firing begins after the rains.\n", encoding="utf-8")
    newcomer.goto(GROUP + "documents/")
    newcomer.locator("[data-upload] input[type=file]").set_input_files(paper)
    newcomer.get_by_role("button", name="Upload").click()
    newcomer.goto(GROUP + "documents/")
    newcomer.locator("[data-files]").get_by_role("link", name=re.compile("Kiln calendar")).first.click()
    with newcomer.expect_download() as download:
        newcomer.get_by_role("link", name=re.compile("Download")).first.click()
    assert download.value.path().read_bytes() == paper.read_bytes()

    newcomer.goto(GROUP + "chat/")
    newcomer.get_by_label("Message", exact=True).fill("Good morning from the kilns")
    newcomer.get_by_role("button", name="Send", exact=True).click()
    expect(newcomer.locator("#log article", has_text="Good morning from the kilns")).to_have_count(1)
    expect(newcomer.get_by_label("Message", exact=True)).to_have_value("")
    member.goto(GROUP + "chat/")
    heard = member.locator("#log article", has_text="Good morning from the kilns")
    expect(heard).to_contain_text("Priya Raghunathan")
    heard.hover()
    heard.get_by_role("link", name="Reply").click()
    member.get_by_label("Message", exact=True).fill("Welcome, Priya!")
    member.get_by_role("button", name="Send", exact=True).click()
    newcomer.reload()
    reply = newcomer.locator("#log article", has_text="Welcome, Priya!")
    expect(reply.locator(".msg__quote")).to_contain_text("Good morning from the kilns")


def test_a_form_that_is_wrong_keeps_what_was_typed(plain):
    member = plain(MEMBER)
    member.goto(GROUP + "threads/new/")
    member.get_by_label("Text").fill("A text without a title")
    member.locator("main").get_by_role("button", name=re.compile("^(Start|Post)")).click()
    expect(member.get_by_label("Title")).to_have_attribute("aria-invalid", "true")
    expect(member.get_by_label("Text")).to_have_value("A text without a title")
