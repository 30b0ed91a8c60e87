"""Notices on a device, in a real browser: asked for on a click only, shown by the worker, without a word of content.

Chromium without a window has no push service: pushes are handed to the worker by the browser's own tools, and the subscription
is one that a page's script was given.
"""

import json

import pytest
from django.conf import settings as site_settings
from playwright.sync_api import expect, sync_playwright

from notifications.push import services, webpush
from notifications.push.models import Subscription

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BROWSER = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
PAGE = "/notifications/devices/"

# What a browser with a push service would do, as far as the page can tell.
WITH_A_PUSH_SERVICE = """
(() => {
  const made = (key) => ({
    endpoint: "http://127.0.0.1:9/push/of-this-browser",
    options: { applicationServerKey: key.buffer },
    toJSON() { return { endpoint: this.endpoint, keys: { p256dh: "%s", auth: "c2l4dGVlbiBieXRlcyBvaw" } }; },
    async unsubscribe() { localStorage.removeItem("pushed"); return true; },
  });
  PushManager.prototype.subscribe = async ({ applicationServerKey, userVisibleOnly }) => {
    if (!userVisibleOnly) throw new Error("must be seen");
    localStorage.setItem("pushed", JSON.stringify([...applicationServerKey]));
    return made(applicationServerKey);
  };
  PushManager.prototype.getSubscription = async () => {
    const kept = localStorage.getItem("pushed");
    return kept && made(new Uint8Array(JSON.parse(kept)));
  };
})();
"""


@pytest.fixture
def open_as_member(chromium, live_server, client, member, settings, monkeypatch):
    """Open a tab of the member's; what breaks the policy or a script fails the test."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    settings.OUTGOING_LOOPBACK = True
    client.force_login(member)
    name = site_settings.SESSION_COOKIE_NAME
    troubles = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER)

        def window(*, allowed=True, **options):
            context = browser.new_context(base_url=live_server.url, **options)
            context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
            if allowed:
                context.grant_permissions(["notifications"], origin=live_server.url)
            page = context.new_page()
            page.on("pageerror", lambda error: troubles.append(str(error)))
            page.on("console", lambda line: troubles.append(line.text) if "Content Security" in line.text else None)
            return page

        yield window
        browser.close()
        assert troubles == []


@pytest.fixture
def switched_on(open_as_member):
    """The member's tab in a browser with a push service, where they have pressed the button."""
    page = open_as_member()
    page.add_init_script(WITH_A_PUSH_SERVICE % webpush.encoded(webpush.point_of(webpush.new_private_key())))
    page.goto(PAGE)
    page.get_by_role("button", name="Switch on for this device").click()
    expect(page.get_by_text("Switched on. It ends when you sign out here.")).to_be_visible()
    return page


def deliver(page, data):
    """Hand a push to the worker as the browser would."""
    session = page.context.new_cdp_session(page)
    found = []
    session.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(event["registrations"]))
    session.send("ServiceWorker.enable")
    page.wait_for_timeout(200)
    (registration,) = [
        one for one in found if one["scopeURL"].endswith("/notifications/worker.js") and not one["isDeleted"]
    ]
    origin = registration["scopeURL"].removesuffix("/notifications/worker.js")
    session.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": origin, "registrationId": registration["registrationId"], "data": data},
    )


def shown(page):
    """What the browser shows by now."""
    notifications = (
        "(await (await navigator.serviceWorker.getRegistration('/notifications/worker.js')).getNotifications())"
    )
    page.wait_for_function(f"async () => {notifications}.length")
    return page.evaluate(
        f"async () => {notifications}.map(({{title, body, tag, lang, dir}}) => ({{title, body, tag, lang, dir}}))"
    )


def test_it_is_switched_on_by_a_click_and_listed_and_off_again(switched_on, member):
    page = switched_on
    subscription = Subscription.objects.get()
    assert (subscription.user, subscription.key) == (member, services.current_key())
    page.reload()
    assert page.evaluate("navigator.serviceWorker.controller === null"), "the worker governs no page"
    expect(page.get_by_text("Switched on. It ends when you sign out here.")).to_be_visible()
    page.get_by_role("button", name="Switch off").click()
    expect(page.get_by_text("On no device yet.")).to_be_visible()
    expect(page.get_by_role("button", name="Switch on for this device")).to_be_visible()


def test_nothing_is_asked_before_the_click(open_as_member):
    page = open_as_member(allowed=False)
    page.add_init_script("Notification.requestPermission = async () => { window.asked = true; return 'denied'; };")
    page.goto(PAGE)
    # Chromium without a window denies by itself what was not granted.
    expect(page.locator("[data-push-says]:not([hidden])")).to_be_visible()
    assert page.evaluate("window.asked") is None


def test_a_browser_without_a_push_service_says_so(open_as_member):
    page = open_as_member()
    page.goto(PAGE)
    page.get_by_role("button", name="Switch on for this device").click()
    expect(page.get_by_text("It could not be switched on.")).to_be_visible()
    assert not Subscription.objects.exists()


def test_a_push_shows_one_neutral_sentence_and_the_next_takes_its_place(switched_on):
    deliver(switched_on, json.dumps({"text": "شيء جديد بانتظارك.", "lang": "ar", "dir": "rtl"}) + " " * 400)
    assert shown(switched_on) == [
        {"title": "شيء جديد بانتظارك.", "body": "", "tag": "notices", "lang": "ar", "dir": "rtl"}
    ]
    deliver(switched_on, json.dumps({"text": "Something new waits for you.", "lang": "en", "dir": "ltr"}))
    switched_on.wait_for_timeout(500)
    assert [one["title"] for one in shown(switched_on)] == ["Something new waits for you."]


def test_a_push_that_cannot_be_read_is_shown_all_the_same(switched_on):
    deliver(switched_on, "no json")
    assert [one["title"] for one in shown(switched_on)] == ["localhost"] or shown(switched_on)[0]["title"]


def test_pressing_it_opens_the_notices(switched_on):
    deliver(switched_on, json.dumps({"text": "Something new waits for you."}))
    shown(switched_on)
    (worker,) = switched_on.context.service_workers
    opened = worker.evaluate(
        """async () => {
          const [notification] = await registration.getNotifications();
          return new Promise((resolve) => {
            clients.openWindow = async (url) => resolve(url);
            dispatchEvent(new NotificationEvent("notificationclick", { notification }));
          });
        }"""
    )
    assert opened == "/notifications/"
    assert worker.evaluate("async () => (await registration.getNotifications()).length") == 0


def test_without_scripts_the_page_says_what_is_needed(open_as_member):
    page = open_as_member(java_script_enabled=False)
    page.goto(PAGE)
    expect(page.get_by_text("Your browser runs no scripts here")).to_be_visible()
    expect(page.get_by_role("button", name="Switch on for this device")).to_be_hidden()
