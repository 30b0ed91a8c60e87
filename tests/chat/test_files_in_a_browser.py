"""A room in a real browser: documents sent up, dropped, taken out again; pictures on demand; muted; old messages gone."""

import base64
import re
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from discussions.chat import services
from discussions.chat.models import Message, Room
from groups.documents.models import Document
from tests.chat.test_attachments import PNG
from tests.chat.test_in_a_browser import PAGE, enter, last, running_site, say, window  # noqa: F401 - fixtures

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PICTURE = {"name": "Site visit.png", "mimeType": "image/png", "buffer": PNG}
PAPER = {"name": "Minutes.txt", "mimeType": "text/plain", "buffer": b"What was said.\n" * 50}
DROP = """([selector, name, type, data]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], name, { type }));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    const event = new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true });
    document.querySelector(selector).dispatchEvent(event);
  }
}"""


def test_files_go_up_and_pictures_come_on_demand(window, lead, member, room, supply_chains):  # noqa: F811
    hers, his = window(lead), window(member, viewport={"width": 360, "height": 700})
    loaded = []
    his.on("request", lambda request: loaded.append(request.url) if "/versions/" in request.url else None)
    enter(hers)
    enter(his)
    # One chosen, one dropped; one of them is taken out again, a message with the other goes without a word.
    hers.locator("#attach-files").set_input_files([PICTURE])
    expect(hers.locator(".attached__item")).to_have_count(1)
    hers.evaluate(DROP, ["#log", PAPER["name"], PAPER["mimeType"], base64.b64encode(PAPER["buffer"]).decode()])
    expect(hers.locator(".attached__item")).to_have_count(2)
    expect(hers.locator(".attached__item progress")).to_have_count(0, timeout=20_000)
    hers.locator(".attached__item").last.get_by_role("button", name="Remove").click()
    hers.get_by_role("button", name="Send").click()
    expect(last(hers).locator(".file")).to_contain_text("Site visit")
    expect(hers.locator(".attached__item")).to_have_count(0)

    file = last(his).locator(".file")
    expect(file).to_contain_text("Site visit", timeout=15_000)
    expect(file).to_contain_text("PNG")
    assert loaded == []
    button = file.get_by_role("button", name="Show image")
    button.focus()
    his.keyboard.press("Enter")
    picture = file.get_by_role("img", name="Site visit")
    expect(picture).to_be_visible()
    his.wait_for_function("document.querySelector('.file__picture').naturalWidth > 0")
    assert len(loaded) == 1
    his.keyboard.press("Enter")
    expect(picture).to_have_count(0)
    expect(file.get_by_role("button", name="Show image")).to_be_visible()
    assert his.evaluate("document.documentElement.scrollWidth <= innerWidth")

    # What was sent up is in the library, in the folder of what comes from the chat.
    assert [one.folder.name for one in Document.objects.present()] == ["From the chat", "From the chat"]

    # A document that is there already, after a reload that shows the picture's button again.
    his.reload()
    expect(his.locator("#chat")).to_have_attribute("data-connection", "live", timeout=20_000)
    expect(last(his).get_by_role("button", name="Show image")).to_be_visible()
    his.locator("#attach > summary").click()
    his.locator("[data-attach]").filter(has_text="Minutes").click()
    say(his, "The minutes")
    expect(last(hers).locator(".file")).to_contain_text("Minutes", timeout=15_000)
    expect(last(hers)).to_contain_text("The minutes")
    expect(last(his)).not_to_have_class(re.compile("is-sending"))
    message = Message.objects.latest("number")
    assert [one.document.title for one in message.attachments.all()] == ["Minutes"]


def test_a_message_waits_for_its_files_and_a_refused_one_says_why(window, lead, room):  # noqa: F811
    page = window(lead)
    enter(page)
    page.locator("#attach-files").set_input_files(
        [{"name": "tool.exe", "mimeType": "application/x-msdownload", "buffer": b"MZ" + b"\0" * 64}]
    )
    chip = page.locator(".attached__item")
    expect(chip).to_have_class(re.compile("is-failed"), timeout=15_000)
    expect(chip).to_contain_text("tool.exe")
    chip.get_by_role("button", name="Remove").click()
    # The line is held up: the message is sent once, when the file has arrived.
    held = []
    page.route("**/finish/*", lambda route: held.append(route))
    page.locator("#attach-files").set_input_files([PAPER])
    expect(page.locator("#attached")).to_contain_text("Checking the file", timeout=15_000)
    say(page, "With the minutes")
    expect(page.locator("#context")).to_contain_text("The message goes when the files are there.")
    assert not Message.objects.exists()
    held[0].continue_()
    expect(last(page).locator(".file")).to_contain_text("Minutes", timeout=15_000)
    expect(last(page)).to_contain_text("With the minutes")
    expect(last(page)).not_to_have_class(re.compile("is-sending"))
    assert Message.objects.count() == 1


def test_a_room_is_muted_and_its_old_messages_go_while_somebody_looks(window, lead, member, room, say_now):  # noqa: F811
    say_now(member, "Long ago")
    say_now(member, "Today")
    page = window(lead)
    enter(page)
    page.get_by_label("More about this room").click()
    button = page.get_by_role("button", name="No notices from this room")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    services.set_retention(room, by=lead, days=30)
    Message.objects.filter(number=1).update(created_at=timezone.now() - timedelta(days=31))
    services.purge()
    expect(page.get_by_text("Long ago")).to_have_count(0, timeout=20_000)
    expect(page.get_by_text("Today", exact=True)).to_be_visible()
    assert Room.objects.get(pk=room.pk).floor > 1


@pytest.fixture
def say_now(room, transactional_db):
    """Say something in the room from outside of the browser."""
    return lambda person, body: services.send_message(room.pk, by=person, key=uuid.uuid4(), body=body)
