"""From a letter to the page: somebody answers by mail, over SMTP, and everybody reads it in a browser."""

import email
import email.policy
import re
import smtplib
from email.message import EmailMessage

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as site_settings
from django.test import Client
from playwright.sync_api import expect, sync_playwright

from notifications import levels
from notifications.models import Channel, Level
from tests.mail_in.conftest import PDF, work, write

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BROWSER = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]


@pytest.fixture
def open_as(chromium, live_server, settings, monkeypatch):
    """Open a tab of a person; what breaks the policy or a script fails the test."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    settings.SITE_URL = live_server.url
    name = site_settings.SESSION_COOKIE_NAME
    troubles = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER)

        def start(person=None, **how):
            context = browser.new_context(base_url=live_server.url, **how)
            if person:
                client = Client()  # of their own: who signs in on another's ends that session
                client.force_login(person)
                context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
            window = context.new_page()
            window.on("pageerror", lambda error: troubles.append(str(error)))
            window.on("console", lambda line: troubles.append(line.text) if "Content Security" in line.text else None)
            return window

        yield start
        browser.close()
        assert troubles == []


def sound(page):
    """Fail where the page keeps somebody out."""
    found = Axe().run(page)
    assert [one["id"] for one in found.response["violations"]] == []


def test_a_letter_is_answered_by_mail_and_read_by_everybody(
    open_as,
    listening,
    deliver,
    thread,
    supply_chains,
    member,
    lead,
    mailoutbox,
):
    levels.choose(member, channel=Channel.MAIL, level=Level.AT_ONCE, group_id=supply_chains.pk)
    reader = open_as(lead)
    reader.goto(thread.get_absolute_url())
    reader.locator("[data-body]").fill("Who has figures for March?")
    reader.get_by_role("button", name="Post").first.click()
    expect(reader.get_by_text("Who has figures for March?")).to_be_visible()

    letter = [one for one in deliver() if one.to == [member.email]][-1]
    came = email.message_from_bytes(letter.message().as_bytes(), policy=email.policy.default)
    reply_to = came["Reply-To"]
    text = came.get_body(("plain",)).get_content()
    assert text.startswith("=-=-=")

    answer = EmailMessage()
    answer["From"], answer["To"], answer["Subject"] = member.email, reply_to, f"Re: {came['Subject']}"
    answer["Message-ID"], answer["In-Reply-To"] = "<answer@example.org>", came["Message-ID"]
    quoted = "\n".join(f"> {line}" for line in text.splitlines())
    answer.set_content(
        f"We have them.\n\nMarco\n\nOn Mon, 3 Mar 2025 at 10:11, Groups <{reply_to}> wrote:\n\n{quoted}\n"
    )
    answer.add_attachment(PDF, maintype="application", subtype="pdf", filename="March.pdf")
    with smtplib.SMTP("127.0.0.1", listening("smtp"), timeout=20) as server:
        server.sendmail(member.email, [re.search(r"[\w.+-]+@[\w.-]+", reply_to)[0]], answer.as_bytes())
    work()

    reader.goto(thread.get_absolute_url())
    post = reader.locator("article.post").last
    expect(post.locator(".post__body")).to_contain_text("We have them.")
    expect(post.locator(".post__body")).not_to_contain_text("wrote:")
    expect(post.get_by_text("By mail")).to_be_visible()
    expect(post.get_by_text("Marco Silva")).to_be_visible()
    post.get_by_role("link", name="March").click()
    expect(reader.get_by_role("heading", name="March")).to_be_visible()

    author = open_as(member, viewport={"width": 360, "height": 740})
    author.goto(f"{thread.get_absolute_url()}posts/3/mail/")
    expect(author.locator("pre")).to_contain_text("wrote:")
    sound(author)
    assert author.evaluate("document.documentElement.scrollWidth") <= 360


def test_what_was_refused_is_seen_and_what_is_held_is_confirmed(
    open_as,
    listening,
    thread,
    to_thread,
    member,
    lead,
    secretariat,
    mailoutbox,
    settings,
    tmp_path,
):
    with smtplib.SMTP("127.0.0.1", listening("smtp"), timeout=20) as server:
        server.sendmail(member.email, [to_thread], write(""))
        server.sendmail("m@home.example", [to_thread], write("From home.", sender="m@home.example"))
    work()
    leads = open_as(lead, color_scheme="dark")
    leads.goto(f"/groups/{thread.group.slug}/mail/")
    expect(leads.get_by_text("Nothing is written above the quotation")).to_be_visible()
    sound(leads)
    leads.screenshot(path=str(tmp_path / "leads.png"))
    arabic = open_as(member, viewport={"width": 360, "height": 740}, locale="ar")
    arabic.goto(f"/groups/{thread.group.slug}/mail/")
    sound(arabic)
    assert arabic.evaluate("document.documentElement.scrollWidth") <= 360
    arabic.screenshot(path=str(tmp_path / "arabic.png"), full_page=True)
    office = open_as(secretariat)
    office.goto("/queue/mail/")
    sound(office)

    letter = next(one for one in mailoutbox if "/mail/confirm/" in one.body)
    anybody = open_as()
    anybody.goto("/mail/confirm/" + letter.body.split("/mail/confirm/")[1].split()[0])
    expect(anybody.locator("pre")).to_contain_text("From home.")
    sound(anybody)
    anybody.screenshot(path=str(tmp_path / "confirm.png"))
    anybody.get_by_role("button", name="Yes, post it").click()
    expect(anybody.get_by_text("The mail is posted in a moment")).to_be_visible()
    work()
    leads.goto(thread.get_absolute_url())
    expect(leads.get_by_text("From home.")).to_be_visible()
