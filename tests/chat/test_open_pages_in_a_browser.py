"""A room's page that stays open while things happen: what it shows goes with what is deleted, what it has to tell arrives."""

import re
import uuid

import pytest
from playwright.sync_api import expect

from core.realtime import limits
from discussions.chat import services
from tests.chat.test_in_a_browser import enter, running_site, window

__all__ = ["running_site", "window"]
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
