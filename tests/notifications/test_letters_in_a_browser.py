"""Letters as mail programmes show them, and the pages where one chooses them: light, dark, on a phone, right to left."""

import re
import uuid
from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as site_settings
from django.template.loader import render_to_string
from django.utils import translation
from playwright.sync_api import expect, sync_playwright

from core.letters import as_html
from discussions import services
from groups.models import Group
from groups.standing import Standing
from notifications import levels
from notifications.levels import Levels
from notifications.models import Channel, Level
from tests.letters import parts

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BROWSER = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
LOOKS = {
    "a desk": {"viewport": {"width": 900, "height": 800}},
    "a phone in the dark": {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"},
}


@pytest.fixture
def chrome(chromium, monkeypatch):
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER)
        yield browser
        browser.close()


@pytest.fixture
def letters(member, lead, supply_chains, deliver, digest):
    """Return the HTML of a letter about a post and of a digest, in a language."""
    Group.objects.filter(pk=supply_chains.pk).update(mail_content=True)
    supply_chains.refresh_from_db()
    body = (
        "# Figures\n\nWho has **them**?\n\n* one\n* two\n\n> as was said\n\n`code` and a [link](https://example.org/)"
    )

    def letters(language):
        member.language = language
        member.save()
        levels.choose(member, channel=Channel.MAIL, level=Level.AT_ONCE)
        by = Standing.of(lead, supply_chains).speak()
        services.start_thread(supply_chains, by=by, title="Recruitment fees", body=body, key=uuid.uuid4())
        at_once = [message for message in deliver() if message.to == [member.email]]
        levels.choose(member, channel=Channel.MAIL, level=Level.DAILY)
        services.start_thread(supply_chains, by=by, title="رسوم التوظيف", body=body, key=uuid.uuid4())
        daily = [message for message in digest() if message.to == [member.email]]
        return [parts(message)[1] for message in at_once + daily]

    return letters


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("look", LOOKS)
def test_letters_can_be_read_everywhere(chrome, letters, look, language):
    made = letters(language)
    assert len(made) == 2
    for html in made:
        page = chrome.new_context(**LOOKS[look]).new_page()
        page.set_content(html)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert page.evaluate("getComputedStyle(document.body).direction") == ("rtl" if language == "ar" else "ltr")
        dark = "dark" in look
        paper = page.evaluate("getComputedStyle(document.querySelector('.letter')).backgroundColor")
        assert paper == ("rgb(24, 34, 31)" if dark else "rgb(255, 255, 255)")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


ADDRESS = f"{site_settings.SITE_URL}/invitations/{'x7Y' * 16}/"
KINDS = sorted(
    str(path.relative_to(site_settings.BASE_DIR / "templates")).removesuffix("_message.txt")
    for path in (site_settings.BASE_DIR / "templates").glob("**/*_message.txt")
    if path.name != "base_message.txt"
)


def plain_letter(kind, language):
    """Return the HTML of a letter that one template writes."""
    links = ("activate_url", "password_reset_url", "signup_url", "login_url", "reset_url", "url")
    said = {
        "site_name": "Action Groups",
        "site_url": site_settings.SITE_URL,
        "user": SimpleNamespace(display_name="Zainab Oduya"),
        "email": "zainab@example.org",
        "letter": "An organisation asks to join a group that you lead.",
        "reason": "It is longer than a letter may be.",
        **dict.fromkeys(links, ADDRESS),
    }
    with translation.override(language):
        subject = " ".join(render_to_string(f"{kind}_subject.txt", said).split())
        return as_html(render_to_string(f"{kind}_message.txt", said).strip() + "\n", subject)


@pytest.mark.parametrize(("look", "language"), [("a desk", "en"), ("a phone in the dark", "ar")])
def test_every_other_letter_can_be_read_everywhere(chrome, look, language):
    """What is sent about accounts, invitations, mail that came: a heading, an address as a button, nothing too wide."""
    page, found = chrome.new_context(**LOOKS[look]).new_page(), []
    for kind in KINDS:
        page.set_content(plain_letter(kind, language))
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{kind} is too wide")
        found += [f"{kind}: {one['id']}" for one in Axe().run(page).response["violations"]]
        if ADDRESS in page.locator("body").inner_text():
            found.append(f"{kind} shows an address that fills the letter")
    assert len(KINDS) > 20
    other = as_html("Look here:\nhttps://elsewhere.example.org/trap/\n")
    assert "letter-button" not in other.partition("</head>")[2]
    assert ">https://elsewhere.example.org/trap/</a>" in other
    assert found == []


def test_a_letter_is_stopped_by_its_link_without_signing_in(
    chrome, live_server, letters, member, supply_chains, settings
):
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    link = re.search(r"/letters/stop/[^\"<]+", letters("en")[0])[0]
    page = chrome.new_context(base_url=live_server.url, viewport={"width": 360, "height": 740}).new_page()
    page.goto(link)
    assert Axe().run(page).violations_count == 0
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.get_by_role("button", name=re.compile("^(Mute it|Save)$")).click()
    expect(page.locator("h1")).to_have_text("Saved")
    assert "Lina" not in page.content() and "Supply Chains" not in page.content()


def test_without_a_style_sheet_the_look_stands_on_the_parts(letters):
    for html in letters("en"):
        head, _, body = html.partition("</head>")
        assert "<link" not in head and "<script" not in html and " src=" not in html
        assert "style=" in body


def test_levels_are_chosen_by_keyboard_and_without_scripts(
    chrome, live_server, client, member, supply_chains, settings
):
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    client.force_login(member)
    name = site_settings.SESSION_COOKIE_NAME
    context = chrome.new_context(
        base_url=live_server.url, java_script_enabled=False, viewport={"width": 360, "height": 740}
    )
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    page = context.new_page()
    page.goto("/account/notifications/")
    page.get_by_role("radio", name="Once a week").check()
    page.get_by_label("Mail: Supply Chains").select_option("at-once")
    page.get_by_role("button", name="Save").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("It holds from the next letter on.")).to_be_visible()
    now = Levels.of([member.pk], Channel.MAIL)
    assert (now.at(member.pk, supply_chains.pk), now.default(member.pk)) == (Level.AT_ONCE, Level.WEEKLY)


@pytest.mark.parametrize("address", ["/account/notifications/", "/groups/supply-chains/notifications/"])
@pytest.mark.parametrize("look", LOOKS)
def test_the_pages_keep_the_rules(chrome, live_server, client, member, supply_chains, settings, address, look):
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    client.force_login(member)
    name = site_settings.SESSION_COOKIE_NAME
    context = chrome.new_context(base_url=live_server.url, **LOOKS[look])
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    page = context.new_page()
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
