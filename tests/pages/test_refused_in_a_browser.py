"""What the server has not taken of a page, in a real browser: sent after a reload, or refused, shown and never sent again."""

import re
import uuid

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from groups.documents.models import Rights
from groups.documents.services import create_folder, set_rights
from groups.pages.services import save_text, text_of
from groups.standing import Standing
from tests.chat.test_in_a_browser import running_site, window  # noqa: F401 - fixtures

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class Line:
    """The way between a browser and the site. Once it is cut short, what the browser writes waits here."""

    def __init__(self, page):
        self.waits, self.waiting, self.sockets = False, [], []
        page.route_web_socket(re.compile("/ws/pages/"), self.begin)

    def begin(self, socket):
        self.browser, self.server = socket, socket.connect_to_server()
        socket.on_message(self.hand_on)
        self.sockets.append([])

    def hand_on(self, frame):
        self.sockets[-1].append(frame)
        if self.waits and frame[:1] == b"\x00":
            self.waiting.append(frame)
        else:
            self.server.send(frame)

    def let_go(self, *, part=b"paragrams"):
        """Hand on what waits, as a browser would say it whose pages have a part that these have not."""
        for frame in self.waiting:
            self.server.send(frame.replace(b"\x09paragraph", b"\x09" + part))
        self.waits = False


def opened(page, draft):
    page.goto(reverse("pages:write", args=[draft.document.group.slug, draft.pk]))
    expect(page.locator(".write__text")).to_be_visible(timeout=20_000)
    expect(page.locator("#page-editor")).to_have_attribute("data-connection", "saved")


def written_on_its_way(page, line):
    """Write a paragraph that does not reach the site."""
    page.locator(".write__text > p").first.click()
    page.wait_for_timeout(250)
    page.keyboard.press("End")
    line.waits = True
    page.keyboard.press("Enter")
    page.keyboard.type("The fees of May")
    page.wait_for_timeout(400)  # what is kept is written down a moment after the last key


def plain_form(page):
    """Open the plain form and return its field."""
    page.get_by_text("Write in a plain form").click()
    return page.locator("[data-plain] textarea").first


def test_what_is_refused_can_be_copied_and_is_not_sent_again(window, begin, member):  # noqa: F811
    draft = begin(member, text="To agree.\n")
    page = window(member, permissions=["clipboard-read", "clipboard-write"])
    line = Line(page)
    opened(page, draft)
    written_on_its_way(page, line)
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


@pytest.mark.parametrize("comes_back", [False, True], ids=["stays", "comes_back"])
def test_what_was_written_when_the_right_to_write_ended_can_be_copied(
    window,  # noqa: F811
    begin, member, lead, supply_chains, comes_back,
):  # fmt: skip
    by = Standing.of(lead, supply_chains).act()
    folder = create_folder(supply_chains, parent=None, name="Drafts", by=by, key=uuid.uuid4())
    draft = begin(member, text="To agree.\n", folder=folder)
    page = window(member)
    line = Line(page)
    opened(page, draft)
    written_on_its_way(page, line)
    set_rights(folder, rights=Rights.LEADS, by=by)
    if comes_back:
        line.waits = False
        page.reload()
    else:
        line.let_go(part=b"paragraph")

    refused = page.get_by_role("region", name="Not saved")
    expect(refused.get_by_role("textbox")).to_have_value("The fees of May", timeout=20_000)
    expect(page.locator("[data-net-text]")).to_contain_text("Your last change was not saved.")
    refused.get_by_role("button", name="Load the page again").click()
    expect(page.locator(".write__text")).to_have_text("To agree.", timeout=20_000)
    expect(page.locator(".write__text")).to_have_attribute("contenteditable", "false")
    expect(refused.get_by_role("textbox")).to_have_value("The fees of May")
    assert text_of(draft.pk) == "To agree.\n"


def test_what_was_not_saved_before_a_reload_is_sent_after_it(window, begin, member):  # noqa: F811
    draft = begin(member, text="To agree.\n")
    page = window(member)
    line = Line(page)
    opened(page, draft)
    written_on_its_way(page, line)
    line.waits = False
    page.reload()
    expect(page.locator(".write__text")).to_contain_text("The fees of May")
    expect(page.locator("#page-editor")).to_have_attribute("data-connection", "saved")
    page.wait_for_timeout(500)
    assert text_of(draft.pk) == "To agree.\n\nThe fees of May\n"


def test_what_was_not_saved_is_sent_though_somebody_has_begun_in_the_plain_form(window, begin, member):  # noqa: F811
    draft = begin(member, text="To agree.\n")
    page = window(member)
    line = Line(page)
    opened(page, draft)
    written_on_its_way(page, line)
    page.reload()
    form = plain_form(page)
    form.press("Control+End")
    form.type("By hand")
    # The first time it does not get through.
    line.browser.close(code=1012)
    line.waits = False

    for _ in range(100):
        if "The fees of May" in text_of(draft.pk):
            break
        page.wait_for_timeout(100)
    assert text_of(draft.pk) == "To agree.\n\nThe fees of May\n"
    expect(form).to_be_visible()
    expect(form).to_have_value(re.compile("By hand$"))
    connected = len(line.sockets)
    page.wait_for_timeout(3000)
    assert len(line.sockets) == connected


def test_what_is_refused_is_shown_to_whoever_has_begun_in_the_plain_form(window, begin, member):  # noqa: F811
    draft = begin(member, text="To agree.\n")
    page = window(member)
    line = Line(page)
    opened(page, draft)
    written_on_its_way(page, line)
    line.waiting.clear()
    page.reload()
    form = plain_form(page)
    form.press("Control+End")
    form.type("By hand")
    line.let_go()

    refused = page.get_by_role("region", name="Not saved")
    expect(refused.get_by_role("textbox")).to_have_value("The fees of May", timeout=20_000)
    expect(form).to_have_value(re.compile("By hand$"))


def test_what_was_refused_in_the_plain_form_stands_there_beside_what_is_there_now(
    window,  # noqa: F811
    begin, member, lead, supply_chains,
):  # fmt: skip
    draft = begin(member, text="To agree.\n")
    page = window(member)
    line = Line(page)
    line.waits = True
    page.goto(reverse("pages:write", args=[draft.document.group.slug, draft.pk]))
    form = plain_form(page)
    form.fill("To agree in May.")
    save_text(draft, by=Standing.of(lead, supply_chains).speak(), base="To agree.\n", text="To agree in June.\n")
    line.waits = False
    page.locator("[data-plain] form").get_by_role("button", name="Save").click()

    expect(page.get_by_role("heading", name="As it is now")).to_be_visible()
    page.wait_for_timeout(2000)  # in which the editor would have come
    expect(page.get_by_text("To agree in June.").first).to_be_visible()
    expect(form).to_have_value("To agree in May.")
    expect(form).to_be_visible()
