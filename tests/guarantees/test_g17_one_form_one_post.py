"""G17. A form is one act, however often it is sent: double click, back button, a proxy that tries again.

Every sending is answered as the first was, by the way to what it made.
"""

import time
import uuid

import pytest
from django.core.cache import cache
from django.test import Client

from discussions.chat.models import Message
from discussions.models import Post, Thread
from tests.discussions.conftest import address, capacity, start, thread  # noqa: F401 - fixtures
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)

COPIES = 50


def submitted(person, url, form, copies=COPIES):
    """Send a form so often at once, and again while the answer is that it is busy; return where the answers lead."""

    def submit(_index):
        client = Client(raise_request_exception=False)
        client.force_login(person)
        for _ in range(20):
            answer = client.post(url, form)
            if answer.status_code != 503:
                break
            time.sleep(min(int(answer["Retry-After"]), 1))
        return answer

    answers = at_once(copies, submit)
    return {(answer.status_code, answer.url) for answer in answers}


def test_fifty_sends_of_one_answer_make_one_post(thread, member, address):  # noqa: F811
    sent = {"key": str(uuid.uuid4()), "body": "Once, please"}
    assert submitted(member, address("post/"), sent) == {(302, address("?post=2#post-2"))}
    assert Post.objects.filter(body="Once, please").count() == 1
    assert Thread.objects.get().last_number == 2


def test_the_same_form_after_others_have_posted_leads_to_the_same_post(thread, member, lead, address):  # noqa: F811
    sent = {"key": str(uuid.uuid4()), "body": "Once, please"}
    first = submitted(member, address("post/"), sent, copies=1)
    for number in range(3):
        submitted(lead, address("post/"), {"key": str(uuid.uuid4()), "body": f"Since then {number}"}, copies=1)
    cache.clear()
    assert submitted(member, address("post/"), sent, copies=1) == first
    assert Post.objects.filter(body="Once, please").count() == 1


def test_fifty_sends_of_a_new_thread_make_one_thread(supply_chains, member):
    url = f"{supply_chains.get_absolute_url()}threads/"
    sent = {"key": str(uuid.uuid4()), "title": "Recruitment fees", "kind": "discussion", "body": "Who has figures?"}
    answers = submitted(member, f"{url}new/", sent)
    made = Thread.objects.get()
    assert answers == {(302, made.get_absolute_url())}
    assert Post.objects.get().number == 1


def test_twenty_sends_of_a_rooms_plain_form_make_one_message(room, member):
    url = f"{room.group.get_absolute_url()}chat/"
    sent = {"key": str(uuid.uuid4()), "body": "Once, please"}
    # So many as one may say at once: what comes before the first is committed counts as a message of its own until then.
    assert submitted(member, f"{url}{room.pk}/send/", sent, copies=20) == {(302, f"{url}#say")}
    assert Message.objects.get().number == 1
