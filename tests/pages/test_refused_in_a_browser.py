"""What the server does not take of a page, in a real browser: shown, copied, and never sent again."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from groups.pages.services import text_of
from tests.chat.test_in_a_browser import running_site, window  # noqa: F401 - fixtures

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class Line:
    """The way between a browser and the site. Once it is cut short, what the browser writes waits here."""

    def __init__(self, page):
        self.waits, self.waiting, self.sockets = False, [], []
        page.route_web_socket(re.compile("/ws/pages/"), self.begin)

    def begin(self, socket):
        self.server = socket.connect_to_server()
        socket.on_message(self.hand_on)
        self.sockets.append([])

    def hand_on(self, frame):
        self.sockets[-1].append(frame)
        if self.waits and frame[:1] == b"\x00":
            self.waiting.append(frame)
        else:
            self.server.send(frame)

    def let_go(self):
        """Hand on what waits as a browser would say it whose pages have a part that these have not."""
        for frame in self.waiting:
            self.server.send(frame.replace(b"\x09paragraph", b"\x09paragrams"))
        self.waits = False


def opened(page, draft):
    page.goto(reverse("pages:write", args=[draft.document.group.slug, draft.pk]))
    expect(page.locator(".write__text")).to_be_visible(timeout=20_000)
    expect(page.locator("#page-editor")).to_have_attribute("data-connection", "saved")


def test_what_is_refused_can_be_copied_and_is_not_sent_again(window, begin, member):  # noqa: F811
    draft = begin(member, text="To agree.\n")
    page = window(member, permissions=["clipboard-read", "clipboard-write"])
    line = Line(page)
    opened(page, draft)
    page.locator(".write__text > p").first.click()
    page.wait_for_timeout(250)
    page.keyboard.press("End")
    line.waits = True
    page.keyboard.press("Enter")
    page.keyboard.type("The fees of May")
    page.wait_for_timeout(400)  # what is kept is written down a moment after the last key
    line.let_go()

    # The words stand there, nothing more can be written, and a reload keeps them until they are put away.
    refused = page.get_by_role("region", name="Not saved")
    expect(refused.get_by_role("textbox")).to_have_value("The fees of May")
    expect(page.locator(".write__text")).to_have_attribute("contenteditable", "false")
    assert text_of(draft.pk) == "To agree.\n"
    refused.get_by_role("button", name="Copy").click()
    expect(page.locator("[data-say]")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "The fees of May"
    refused.get_by_role("button", name="Load the page again").click()
    expect(page.locator(".write__text")).to_have_text("To agree.")
    expect(refused.get_by_role("textbox")).to_have_value("The fees of May")

    # The page takes what is written now, and no more of what it refused.
    page.locator(".write__text > p").first.click()
    page.wait_for_timeout(250)
    page.keyboard.press("End")
    page.keyboard.type(" In May.")
    expect(page.locator("#page-editor")).to_have_attribute("data-connection", "saved")
    assert text_of(draft.pk) == "To agree. In May.\n"
    refused.get_by_role("button", name="Discard").click()
    expect(refused).to_be_hidden()
    page.reload()
    expect(page.locator(".write__text")).to_have_text("To agree. In May.")
    expect(refused).to_be_hidden()
    assert not any(b"paragraph" in frame for frames in line.sockets[1:] for frame in frames)
