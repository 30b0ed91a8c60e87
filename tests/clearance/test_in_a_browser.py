"""The way of a document in a real browser: a lead, a member of another organisation, a visitor; on a phone, without scripts."""

import hashlib
import os
import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect, sync_playwright

from groups.clearance import services
from groups.clearance.models import Answer, Publication, Round, Stage
from tests.clearance.conftest import DAY, asked, capacity, over, published, put, reviewed, say

pytestmark = [pytest.mark.browser, pytest.mark.slow]
RULES = {"rules": {"target-size": {"enabled": True}}}


@pytest.fixture
def open_as(chromium, live_server, settings, monkeypatch):
    """Open a page for a person or a visitor, with the options of a browser's context."""
    # Playwright's synchronous interface runs a loop in this thread, which Django takes for its own.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])

        def open_as(person=None, **options):
            context = browser.new_context(
                base_url=live_server.url, **{"viewport": {"width": 1280, "height": 900}} | options
            )
            if person:
                client = Client()
                client.force_login(person)
                cookie = client.cookies[settings.SESSION_COOKIE_NAME]
                context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
            return context.new_page()

        yield open_as
        browser.close()


def later(days):
    return (timezone.now() + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_lead_a_member_and_a_visitor(open_as, draft, lead, member, scripts, tmp_path):
    options = {"java_script_enabled": scripts}
    document = f"/groups/supply-chains/documents/{draft.document_id}/"
    leading, colleague, visitor = open_as(lead, **options), open_as(member, **options), open_as(**options)

    colleague.goto(document)
    colleague.get_by_role("link", name="Begin the review").click()
    colleague.get_by_label("Review until").fill(later(1))
    colleague.get_by_label("What to look at").fill("Section 3")
    colleague.get_by_role("button", name="Begin the review").click()
    colleague.get_by_label("Your remark").fill("Mind the table.")
    colleague.get_by_role("button", name="Add the remark").click()
    expect(colleague.get_by_text("Mind the table.")).to_be_visible()

    Round.objects.update(review_until=timezone.now())
    round_ = Round.objects.select_related("group").get()
    leading.goto(round_.get_absolute_url())
    leading.get_by_role("link", name="Ask for clearance").click()
    leading.get_by_label("Answers until").fill(later(9))
    leading.get_by_role("button", name="Ask them").click()
    leading.get_by_label("Clear", exact=True).check()
    leading.get_by_role("button", name="Answer", exact=True).click()
    expect(leading.get_by_text("This is the answer of Dockers’ Federation now.")).to_be_visible()

    colleague.goto("/")
    colleague.get_by_role("link", name=re.compile("Weavers’ Union is asked to clear")).click()
    colleague.get_by_label("Object", exact=True).check()
    colleague.get_by_role("button", name="Answer", exact=True).click()
    expect(colleague.get_by_text("a comment and an objection need words").first).to_be_visible()
    expect(colleague.get_by_label("Object", exact=True)).to_be_checked()
    colleague.get_by_label("Clear, with a comment").check()
    colleague.get_by_label("Comment or reason").fill("A footnote would help.")
    colleague.get_by_role("button", name="Answer", exact=True).click()
    expect(colleague.get_by_text("This is the answer of Weavers’ Union now.")).to_be_visible()
    assert sorted(Answer.objects.values_list("says", flat=True)) == ["clear", "comment"]

    visitor.goto(document)
    expect(visitor.get_by_text("In clearance")).to_have_count(0)
    assert over(round_).stage == Stage.CLEARED
    leading.goto(round_.get_absolute_url())
    leading.get_by_role("link", name="Publish", exact=True).click()
    leading.get_by_label("Title").fill("Fees of recruiters")
    leading.get_by_label("CC BY-SA 4.0").check()
    leading.get_by_role("button", name="Publish").click()
    expect(leading.get_by_role("heading", name="Fees of recruiters")).to_be_visible()

    visitor.goto("/groups/supply-chains/")
    visitor.get_by_role("link", name="Fees of recruiters").click()
    expect(visitor.get_by_role("link", name="Weavers’ Union")).to_be_visible()
    expect(visitor.get_by_text("Marco Silva")).to_have_count(0)
    with visitor.expect_download() as file:
        visitor.get_by_role("link", name=re.compile("^Download")).click()
    kept = tmp_path / "file"
    file.value.save_as(kept)
    made = Publication.objects.get()
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == made.sha256
    expect(visitor.get_by_text(made.sha256)).to_be_visible()
    with visitor.expect_download() as citation:
        visitor.get_by_role("link", name="BibTeX").click()
    assert citation.value.suggested_filename == f"publication-{made.pk}.bib"

    leading.locator("summary", has_text="Withdraw the publication").click()
    leading.get_by_label("Why").fill("Table 2 was wrong.")
    leading.locator(".confirm__box button").click()
    visitor.reload()
    expect(visitor.get_by_text("This publication was withdrawn")).to_be_visible()
    expect(visitor.get_by_text("Table 2 was wrong.")).to_be_visible()
    expect(visitor.get_by_role("link", name=re.compile("^Download"))).to_have_count(0)


@pytest.fixture
def pages(publication, supply_chains, lead, member, dockers, weavers):
    """The addresses of everything that stands on the way, at each of its stages."""
    second = put(member, supply_chains, name="Survey.pdf")
    running = asked(reviewed(second, lead, note="Section 3"), lead, dockers, weavers)
    services.prolong(running, by=capacity(lead, supply_chains), until=running.until + DAY)
    say(running, lead, "object", "Table 1 counts one mapping twice.")
    say(running, lead, "comment", "Explained.", base=1)
    third = put(member, supply_chains, name="Draft.pdf")
    review = reviewed(third, member)
    fourth = put(member, supply_chains, name="Plan.pdf")
    waiting = asked(reviewed(fourth, lead), lead, dockers)
    say(waiting, lead)
    over(waiting)
    fifth = put(member, supply_chains, name="New.pdf")
    document = "/groups/supply-chains/documents/"
    return {
        "document": f"{document}{second.document_id}/",
        "start": f"{document}{fifth.document_id}/clearance/new/",
        "review": review.get_absolute_url(),
        "ask": f"{review.get_absolute_url()}ask/",
        "running": running.get_absolute_url(),
        "cleared": waiting.get_absolute_url(),
        "publish": f"{waiting.get_absolute_url()}publish/",
        "publication": publication.get_absolute_url(),
        "publications": "/groups/supply-chains/publications/",
        "rule": "/groups/supply-chains/settings/clearance/",
        "home": "/",
        "group": "/groups/supply-chains/",
    }


def test_pages_are_accessible_on_a_phone_in_the_dark_and_from_right_to_left(open_as, pages, lead):
    found, pictures = {}, os.environ.get("PICTURES")
    page = open_as(lead, viewport={"width": 360, "height": 740}, color_scheme="dark")
    wide_page = open_as(lead)

    def wide(name):
        if page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") > 0:
            found[name, "wide"] = True

    for name, address in pages.items():
        page.goto(address)
        result = Axe().run(page, options=RULES)
        if result.violations_count:
            found[name] = [(one["id"], one["nodes"][0]["html"][:120]) for one in result.response["violations"]]
        wide(name)
        wide_page.goto(address)
        if pictures:
            page.screenshot(path=f"{pictures}/{name}-phone.png", full_page=True)
            wide_page.screenshot(path=f"{pictures}/{name}.png", full_page=True)
    lead.language = "ar"
    lead.save()
    for name, address in pages.items():
        page.goto(address)
        assert page.evaluate("document.documentElement.dir") == "rtl"
        wide(f"{name} in Arabic")
        if pictures:
            page.screenshot(path=f"{pictures}/{name}-rtl.png", full_page=True)
    assert found == {}


def test_a_visitor_reads_a_publication_on_a_phone(open_as, publication, lead, cleared):
    assert published(cleared, lead) == publication
    for scheme in ("light", "dark"):
        page = open_as(viewport={"width": 360, "height": 740}, color_scheme=scheme)
        for address in (publication.get_absolute_url(), "/groups/supply-chains/publications/"):
            page.goto(address)
            assert Axe().run(page, options=RULES).response["violations"] == []
            assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
