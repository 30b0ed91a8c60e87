"""Second factors in a real browser, under the site's Content-Security-Policy: the app's code, recovery codes, passkeys."""

import re

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import expect, sync_playwright

from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BROWSER = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}


@pytest.fixture
def site(live_server, settings, monkeypatch):
    """The address of the running site, by name, because passkeys refuse numbers; the browser's driver runs a loop here."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    return live_server.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def page(chromium, site):
    """A window with a device that holds passkeys; what breaks the policy or a script fails the test."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER)
        context = browser.new_context(base_url=site)
        window = context.new_page()
        troubles = []
        window.on("pageerror", lambda error: troubles.append(str(error)))
        window.on("console", lambda line: troubles.append(line.text) if "Content Security" in line.text else None)
        session = context.new_cdp_session(window)
        session.send("WebAuthn.enable")
        session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        yield window
        browser.close()
        assert troubles == []


def sign_in(page, person):
    page.goto("/account/login/")
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page):
    page.goto("/account/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()


def test_a_passkey_replaces_the_password(page, stranger):
    sign_in(page, stranger)
    page.goto("/account/2fa/webauthn/add/")
    if page.get_by_label("Password").count():
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
    expect(page.locator("[name=passwordless]")).to_be_checked()
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("h1")).to_have_text("Recovery codes")
    page.goto("/account/2fa/webauthn/")
    expect(page.locator(".row")).to_contain_text("signs in without a password")

    sign_out(page)
    page.goto("/account/login/?next=/account/profile/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(re.compile("/account/profile/"))
    expect(page.locator("[name=name]")).to_have_value("Sana Haddad")


def test_an_authenticator_app_and_its_recovery_codes(page, stranger):
    sign_in(page, stranger)
    page.goto("/account/2fa/totp/activate/")
    if page.get_by_label("Password").count():
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
    expect(page.locator(".qr svg")).to_be_visible()
    secret = page.get_by_label("Authenticator secret").input_value()
    page.locator("[name=code]").fill(
        format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    )
    page.get_by_role("button", name="Activate").click()
    expect(page.locator("h1")).to_have_text("Recovery codes")
    codes = page.locator(".codes code").all_inner_texts()
    assert len(codes) == 10
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert download.value.path().read_text().split() == codes
    page.reload()
    expect(page.locator(".codes")).to_have_count(0)

    sign_out(page)
    sign_in(page, stranger)
    expect(page.locator("h1")).to_have_text("Second step")
    page.locator("[name=code]").fill(codes[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto("/account/profile/")
    expect(page.locator("[name=name]")).to_have_value("Sana Haddad")
