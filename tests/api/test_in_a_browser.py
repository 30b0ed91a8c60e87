"""Letting a program in, reading how it works and adding a webhook, in a real browser: large, small, dark, right to left."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as site_settings
from playwright.sync_api import expect, sync_playwright

from api.models import Token
from groups.webhooks.models import Webhook
from tests.api.conftest import just_proven

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BROWSER = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]


@pytest.fixture
def open_as_lead(chromium, live_server, client, lead, supply_chains, settings, monkeypatch):
    """Open a tab of the lead's, who has just signed in; what breaks the policy or a script fails the test."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    client.force_login(lead)
    just_proven(client, lead)
    troubles = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER)

        def window(language="en", **options):
            context = browser.new_context(base_url=live_server.url, **options)
            cookies = {site_settings.SESSION_COOKIE_NAME: client.cookies[site_settings.SESSION_COOKIE_NAME].value}
            cookies[site_settings.LANGUAGE_COOKIE_NAME] = language
            context.add_cookies(
                [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
            )
            page = context.new_page()
            page.on("pageerror", lambda error: troubles.append(str(error)))
            page.on("console", lambda line: troubles.append(line.text) if "Content Security" in line.text else None)
            return page

        yield window
        browser.close()
        assert troubles == []


LOOKS = [
    {"viewport": {"width": 1280, "height": 900}},
    {"viewport": {"width": 360, "height": 740}, "has_touch": True},
    {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    {"viewport": {"width": 360, "height": 740}, "language": "ar"},
]


def faults(page):
    """Return what axe finds, and whether the page is wider than the window."""
    found = Axe().run(page, options={"rules": {"target-size": {"enabled": True}}}).response["violations"]
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{rule['id']} at {node['target']}" for rule in found for node in rule["nodes"]] + [wide] * (wide > 0)


def test_a_program_is_let_in_and_taken_back(open_as_lead, lead, client):
    page = open_as_lead()
    page.goto("/account/programs/")
    expect(page.get_by_text("No program acts for you")).to_be_visible()
    page.get_by_role("link", name="Let a program in").click()
    page.get_by_role("button", name="Make the token").press("Enter")
    expect(page.get_by_text("Choose at least one thing the program may do.").first).to_be_visible()
    page.get_by_label("Name").fill("Reader at home")
    page.get_by_role("group", name="Threads and posts").get_by_label("Read", exact=True).check()
    page.get_by_role("button", name="Make the token").press("Enter")
    secret = page.get_by_label("Token for Reader at home").input_value()
    assert secret.startswith("agt_")
    assert faults(page) == []
    asked = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/groups/supply-chains/threads", headers=asked).status_code == 200
    page.get_by_role("link", name="I have copied it").click()
    expect(page.get_by_text("Reader at home")).to_be_visible()
    assert secret not in page.content()
    page.get_by_text("Revoke", exact=True).first.click()
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("The token is revoked")).to_be_visible()
    assert client.get("/api/v1/groups/supply-chains/threads", headers=asked).status_code == 401
    assert Token.objects.get(user=lead).revoked_at


def test_a_webhook_is_added_tested_and_removed(open_as_lead):
    page = open_as_lead()
    page.goto("/groups/supply-chains/settings/webhooks/")
    page.get_by_role("link", name="Add a webhook").click()
    page.get_by_label("Address").fill("https://10.0.0.1/hook")
    page.get_by_label("A thread is started").check()
    page.get_by_role("button", name="Add it").press("Enter")
    expect(page.get_by_text("This address is not in the public network.").first).to_be_visible()
    page.get_by_label("Address").fill("https://hooks.example.org/hook")
    page.get_by_role("button", name="Add it").press("Enter")
    assert page.get_by_label("Secret for hooks.example.org").input_value() == Webhook.objects.get().secret
    assert faults(page) == []
    page.get_by_role("link", name="I have copied it").click()
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_role("rowheader", name="1")).to_be_visible()
    assert faults(page) == []
    page.get_by_text("Remove", exact=True).first.click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The webhook is removed.")).to_be_visible()
    assert not Webhook.objects.exists()


@pytest.mark.parametrize("looks", LOOKS, ids=["desktop", "phone", "dark", "right to left"])
def test_pages_shut_nobody_out(open_as_lead, lead, program_of, looks, tmp_path):
    program_of(lead)
    lead.is_secretariat = True
    lead.save()
    page = open_as_lead(**looks)
    found = {}
    for path in (
        "/account/programs/",
        "/account/programs/new/",
        "/api/v1/docs/",
        "/groups/supply-chains/settings/webhooks/",
        "/groups/supply-chains/settings/webhooks/new/",
        "/figures/background/",
    ):
        page.goto(path)
        if path.endswith("docs/"):
            for one in page.locator("details > summary").all()[:3]:
                one.click()
        name = path.strip("/").replace("/", "-")
        page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
        found[path] = faults(page)
    assert found == {path: [] for path in found}
