"""Every kind of page: accessible in light and dark, no wider than a small phone, at home in Arabic, asking nobody else."""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings

from tests.e2e.conftest import GROUP, LEAD, MEMBER, NEWCOMER, SECRETARIAT, first_link

RULES = {"rules": {"target-size": {"enabled": True}}}
CONTRAST = {"runOnly": ["color-contrast"]}
NOWHERE = "/nowhere/"
PHONES = [(360, 740), (320, 640)]

# Who looks; addresses, or an address and what the link on it looks like that leads to the page.
PAGES = {
    None: [
        "/",
        "/about/",
        "/danger/",
        "/account/login/",
        "/account/signup/",
        "/account/password/reset/",
        "/account/password/reset/done/",
        "/groups/",
        "/partners/",
        ("/partners/", r"/partners/[^/]+/$"),
        GROUP,
        GROUP + "members/",
        "/demo/outbox/",
        "/search/",
        NOWHERE,
    ],
    NEWCOMER: [
        "/",
        "/account/welcome/",
        "/account/organisations/",
        "/account/organisations/request/",
        "/account/organisations/propose/",
        "/groups/propose/",
        GROUP,
        GROUP + "join/",
        ("/", r"/partners/[^/]+/$"),
        "/partners/clean-kilns-network-fictional/edit/",
        "/partners/clean-kilns-network-fictional/people/",
        "/notifications/",
    ],
    MEMBER: [
        "/",
        GROUP,
        GROUP + "threads/",
        GROUP + "threads/new/",
        (GROUP + "threads/", r"/threads/\d+/$"),
        GROUP + "chat/",
        GROUP + "chat/?q=minister",
        GROUP + "chat/?from=9999",
        (GROUP + "chat/", r"/chat/\d+/messages/\d+/$"),
        (GROUP + "chat/", r"/chat/\d+/thread/$"),
        GROUP + "documents/",
        (GROUP + "documents/", r"/documents/folders/\d+/$", r"/documents/\d+/$"),
        (GROUP + "documents/", r"/documents/folders/\d+/$"),
        GROUP + "documents/upload/",
        GROUP + "documents/pages/new/",
        GROUP + "documents/folders/new/",
        GROUP + "documents/trash/",
        GROUP + "documents/pages/templates/",
        (GROUP + "documents/", r"/documents/folders/\d+/$", r"/documents/\d+/$", r"/documents/\d+/record/$"),
        GROUP + "publications/",
        (GROUP + "publications/", r"/publications/\d+/$"),
        (GROUP + "publications/", r"/publications/\d+/$", r"/clearance/\d+/$"),
        GROUP + "members/",
        (GROUP + "chat/", r"/chat/\d+/messages/\d+/$", r"/messages/\d+/report/$"),
        "/conversations/",
        "/conversations/new/",
        ("/conversations/", r"/conversations/\d+/$"),
        (GROUP + "members/", r"/people/\d+/$"),
        "/search/?q=webinar",
        "/search/?q=zzzzzz",
        "/notifications/",
        "/notifications/devices/",
        "/account/profile/",
        "/account/security/",
        "/account/email/",
        "/account/password/change/",
        "/account/2fa/",
        "/account/2fa/totp/activate/",
        "/account/2fa/webauthn/add/",
        "/account/sessions/",
        "/account/logout/",
    ],
    LEAD: [
        "/",
        GROUP,
        GROUP + "members/",
        GROUP + "settings/",
        GROUP + "settings/access/",
        GROUP + "settings/invitations/",
        GROUP + "settings/working-groups/",
        GROUP + "settings/state/",
        GROUP + "settings/record/",
        GROUP + "settings/clearance/",
        (GROUP + "documents/", r"/documents/folders/\d+/$", r"/folders/\d+/rights/$"),
        (GROUP + "publications/", r"/publications/\d+/$", r"/clearance/\d+/$"),
        GROUP + "chat/new/",
        GROUP + "threads/reports/",
        "/conversations/",
        "/conversations/blocked/",
        ("/conversations/", r"/conversations/\d+/$"),
        ("/conversations/", r"/conversations/\d+/$", r"/conversations/\d+/block/$"),
        (GROUP + "chat/", r"/chat/\d+/settings/$"),
        (GROUP + "chat/", r"/chat/\d+/messages/\d+/$"),
        (GROUP + "threads/", r"/threads/\d+/$"),
    ],
    SECRETARIAT: ["/", "/queue/", "/figures/", GROUP, ("/queue/", r"/partners/[^/]+/$")],
}


def at(page, where):
    """Open a page of the table and return its address."""
    answer = page.goto(where if isinstance(where, str) else first_link(page, *where))
    assert answer.status == (404 if where == NOWHERE else 200), where
    return page.evaluate("location.pathname + location.search")


def faults(page, rules):
    """What axe finds once the page has come to rest: the rule, and where."""
    page.evaluate("() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null)))")
    found = Axe().run(page, options=rules).response["violations"]
    return [f"{rule['id']} at {node['target']}" for rule in found for node in rule["nodes"]]


def width(page):
    """How wide the page is, beyond the window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize("who", PAGES)
def test_no_page_shuts_anybody_out(open_as, who):
    page = open_as(who)
    found = []
    for where in PAGES[who]:
        address = at(page, where)
        found += [f"{address}: {fault}" for fault in faults(page, RULES)]
        page.emulate_media(color_scheme="dark")
        found += [f"{address} in the dark: {fault}" for fault in faults(page, CONTRAST)]
        page.emulate_media(color_scheme="light")

    assert found == []


@pytest.mark.parametrize("who", PAGES)
def test_no_page_is_wider_than_a_phone(open_as, who):
    page = open_as(who, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    found = []
    for where in PAGES[who]:
        address = at(page, where)
        for wide, high in PHONES:
            page.set_viewport_size({"width": wide, "height": high})
            if more := width(page):
                found.append(f"{address} is {more} px wider than {wide}")

    assert found == []


@pytest.mark.parametrize("who", PAGES)
def test_every_page_is_at_home_in_arabic(open_as, who):
    page = open_as(who, locale="ar")
    page.goto("/")
    page.get_by_role("contentinfo").get_by_role("button", name="العربيّة").click()
    found = []
    for where in PAGES[who]:
        address = at(page, where)
        name = f"ar-{(who or 'visitor').partition('@')[0]}{address.partition('?')[0].replace('/', '-').rstrip('-')}"
        if page.locator("html[dir=rtl][lang=ar]").count() != 1:
            found.append(f"{address} is not written from right to left")
        for wide, high in [(1280, 800), PHONES[0]]:
            page.set_viewport_size({"width": wide, "height": high})
            if more := width(page):
                found.append(f"{address} is {more} px wider than {wide}")
            if os.environ.get("SCREENSHOTS") == "1":
                page.screenshot(path=settings.BASE_DIR / "var" / "screenshots" / f"{name}-{wide}.png")

    assert found == []
