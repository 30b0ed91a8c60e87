"""A room's page that stays open while things happen: what it shows goes with what is deleted, what it has to tell arrives."""

import json
import re
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from core.realtime import limits
from discussions.chat import services
from discussions.chat.models import Message
from notifications.models import MutedPerson
from tests.chat.test_in_a_browser import PAGE, Pretended, choose, enter, last, pretended, running_site, say, window

__all__ = ["pretended", "running_site", "window"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def say_now(room, person, body, **more):
    """Say something without a browser, however often."""
    limits.pace.forget()
    return services.send_message(room.pk, by=person, key=uuid.uuid4(), body=body, **more)


def test_what_is_deleted_stays_in_no_answer_and_in_no_list_of_pins(window, lead, member, observer, room):
    """Also where the page came from the server, and where what was answered stands on an earlier page."""
    old = say_now(room, lead, "An old secret")
    first = say_now(room, lead, "A secret")
    services.pin_message(room.pk, first.id, by=lead, key=uuid.uuid4(), on=True)
    for number in range(48):
        say_now(room, member, f"Line {number}")
    for answered in (old, first):
        say_now(room, member, "I see", reply_to=answered.id)
    page = window(observer)
    enter(page)
    answers = page.locator("#log .msg").filter(has_text="I see")
    expect(answers.first.locator(".msg__quote")).to_contain_text("An old secret")
    expect(answers.last.locator(".msg__quote")).to_contain_text("A secret")
    expect(answers.last).not_to_have_class(re.compile("msg--follow"))
    expect(page.locator("#pins li")).to_contain_text("A secret")
    for deleted in (old, first):
        services.delete_message(room.pk, deleted.id, by=lead, key=uuid.uuid4())
    for answer in answers.all():
        expect(answer.locator(".msg__quote")).to_contain_text("deleted", timeout=30_000)
    expect(page.locator("#pins li")).to_have_count(0)
    assert "secret" not in page.content()


def test_a_mark_of_reading_that_was_lost_is_sent_again(pretended):
    """By a server that was busy for a moment, or with a connection that was gone already."""
    his, server = pretended
    server.answers = [{"type": "joined", "head": 3, "floor": 1}] * 3
    read = []

    def asked(text):
        frame = json.loads(text)
        if frame["type"] == "read":
            read.append(frame["seq"])
        else:
            Pretended.asked(server, text)

    def wait_for(marks):
        for _ in range(100):
            if read == marks:
                return
            his.wait_for_timeout(100)
        assert read == marks

    server.asked = asked
    enter(his)
    wait_for([3])
    server.say(type="error", code="busy", retry_after=1)
    his.evaluate("dispatchEvent(new Event('focus'))")
    wait_for([3, 3])
    server.socket.close(code=1012)
    wait_for([3, 3, 3])


def test_a_mark_of_reading_that_http_refuses_is_sent_again(window, member):
    his = window(member)
    his.add_init_script(
        "window.WebSocket = class { constructor() { setTimeout(() => this.onclose({ code: 1006 }), 10) } close() {} }"
    )
    asked = []

    def busy_once(route):
        asked.append(route.request.post_data_json["seq"])
        if len(asked) > 1:
            route.continue_()
        else:
            route.fulfill(status=503, json={"type": "error", "code": "busy", "retry_after": 1})

    his.route("**/read", busy_once)
    his.goto(PAGE)
    expect(his.locator("#net")).to_contain_text("Live connections are blocked", timeout=30_000)
    for _ in range(100):
        if len(asked) > 1:
            break
        his.wait_for_timeout(100)
    his.wait_for_timeout(6000)
    assert asked == [3, 3], "it is sent until it is kept, and not once more"


def test_what_a_muted_person_says_comes_folded_in_a_group_as_well(window, lead, member, room):
    MutedPerson.objects.create(user=lead, muted=member)
    hers, his = window(lead), window(member)
    enter(hers)
    enter(his)
    say(his, "Loud words")
    expect(last(hers).locator("summary")).to_have_text("A message of somebody you blocked or muted", timeout=10_000)
    expect(last(hers).get_by_text("Loud words")).to_be_hidden()


def test_what_is_wrong_with_a_message_is_told_where_it_is_written(window, lead):
    page = window(lead)
    enter(page)
    field = page.get_by_label("Message", exact=True)
    say(page, "x" * 17_000)
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("Shorter")
    expect(field).not_to_have_attribute("aria-invalid", "true")


def test_who_speaks_for_two_is_told_to_choose_until_they_have(
    window, lead, make_organisation, affiliate, join, supply_chains
):
    second = make_organisation()
    affiliate(lead, second)
    join(second, supply_chains, lead)
    page = window(lead)
    enter(page)
    choice = page.locator("#say [name=as]")
    say(page, "Good morning")
    expect(choice).to_have_attribute("aria-invalid", "true")
    choice.select_option(str(second.pk))
    expect(choice).not_to_have_attribute("aria-invalid", "true")


def test_the_answer_of_a_plain_form_is_tied_to_its_field(signed_in, lead, room):
    page = signed_in(lead).post(f"{PAGE}{room.pk}/send/", {"key": str(uuid.uuid4()), "body": ""}).content.decode()
    (described,) = re.findall(r'<textarea[^>]* aria-describedby="([^"]+)"', page)
    assert f'<p class="field__error" id="{described}">' in page


def test_only_what_is_said_is_added_to_the_log(window, lead, member, room):
    """A screen reader reads what is added: no day line, and no time, that stood there before."""
    for text in ("Long ago", "Yesterday", "Today"):
        say_now(room, member, text)
    for days, number in ((9, 1), (1, 2)):
        at = timezone.now() - timedelta(days=days)
        Message.objects.filter(room=room, number=number).update(created_at=at)
    page = window(lead)
    enter(page)
    page.evaluate("""() => {
      window.added = [];
      new MutationObserver((changes) => {
        for (const { addedNodes, target } of changes) for (const node of addedNodes) window.added.push([node, target]);
      }).observe(document.getElementById("log"), { childList: true, subtree: true });
    }""")
    days = page.locator("#log .day").all_inner_texts()
    assert len(days) == 3
    said = say_now(room, member, "Just now")
    expect(last(page)).to_contain_text("Just now", timeout=30_000)
    page.wait_for_timeout(200)
    assert page.locator("#log .day").all_inner_texts() == days
    inside = "(parts) => (parts.find((part) => part.closest?.('.msg')) ?? parts[0]).closest?.('.msg')?.dataset.id"
    assert set(page.evaluate(f"window.added.map({inside})")) == {str(said.id)}


def test_a_change_of_another_message_is_sent_by_nobody_but_its_author(window, lead, room):
    """Also where a message waits for its files."""
    first = say_now(room, lead, "As it was")
    page = window(lead)
    enter(page)
    held = []
    page.route("**/finish/*", lambda route: held.append(route))
    paper = {"name": "Minutes.txt", "mimeType": "text/plain", "buffer": b"What was said.\n" * 50}
    page.locator("#attach-files").set_input_files([paper])
    expect(page.locator("#attached")).to_contain_text("Checking the file", timeout=15_000)
    say(page, "With the minutes")
    expect(page.locator("#context")).to_contain_text("The message goes when the files are there.")
    choose(page, page.locator("#log .msg").first, "Edit")
    field = page.get_by_label("Message", exact=True)
    field.fill("Half a chan")
    held[0].continue_()
    expect(page.locator(".attached__item progress")).to_have_count(0, timeout=15_000)
    page.wait_for_timeout(500)
    expect(field).to_have_value("Half a chan")
    expect(page.locator("#context")).to_contain_text("You are changing your message")
    assert Message.objects.get(pk=first.id).body == "As it was"
    field.press("Escape")
    expect(field).to_have_value("With the minutes")
    field.press("Enter")
    expect(last(page).locator(".file")).to_contain_text("Minutes", timeout=15_000)


def test_a_list_of_pins_that_cannot_be_asked_now_is_asked_when_it_is_opened_again(window, lead, room):
    pinned = [say_now(room, lead, text) for text in ("The venue", "The agenda")]
    services.pin_message(room.pk, pinned[0].id, by=lead, key=uuid.uuid4(), on=True)
    page = window(lead)
    enter(page)
    asked = []

    def busy_once(route):
        asked.append(route)
        if len(asked) > 1:
            route.continue_()
        else:
            route.fulfill(status=503, json={"type": "error", "code": "busy", "retry_after": 1})

    page.route("**/pins", busy_once)
    services.pin_message(room.pk, pinned[1].id, by=lead, key=uuid.uuid4(), on=True)
    expect(page.locator("#pins-count")).to_have_text("2", timeout=30_000)
    summary = page.locator("#pins > summary")
    summary.click()
    page.wait_for_timeout(500)
    expect(page.locator("#pins")).to_be_visible()
    expect(page.locator("#pins li")).to_have_text([re.compile("The venue")])
    summary.click()
    summary.click()
    expect(page.locator("#pins li")).to_have_text([re.compile("The agenda"), re.compile("The venue")])
