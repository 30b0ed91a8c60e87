"""Threads and posts by a program: as its person could, under their name, once, and against the version that was seen."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from core.audit import AuditEntry
from discussions.models import Post, Thread
from groups.models import Group
from tests.api.conftest import wrong
from tests.together import at_once

AT = "/groups/supply-chains/threads"


@pytest.fixture
def program(program_of, member, supply_chains):
    return program_of(member)


@pytest.fixture
def thread(program):
    """Return a thread that the member started by their program."""
    return program.make(AT, {"title": "Recruitment fees", "body": "Who has **figures**?"}).json()


def posts(thread):
    return f"{AT}/{thread['id']}/posts"


def test_a_thread_is_started_read_and_listed(program, program_of, lead, thread):
    row = Thread.objects.get()
    assert (row.title, row.author_id, row.pk) == ("Recruitment fees", program.token.user_id, thread["id"])
    assert thread["by"]["name"] == "Marco Silva"
    seen = program_of(lead).get(f"{AT}/{thread['id']}")
    assert seen.json() == thread
    assert seen["ETag"] == '"v1"'
    assert program_of(lead).get(AT).json() == {"items": [thread], "next": None}
    (post,) = program_of(lead).get(posts(thread)).json()["items"]
    assert (post["number"], post["body"]) == (1, "Who has **figures**?")
    assert "<strong>figures</strong>" in post["html"]


def test_what_is_sent_again_is_done_once(program, thread):
    key = uuid.uuid4()
    first, again = (program.make(posts(thread), {"body": "Once, please"}, key) for _ in range(2))
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert first["Location"] == again["Location"] == f"/api/v1{posts(thread)}/2"
    assert Post.objects.filter(body="Once, please").count() == 1
    assert wrong(program.make(posts(thread), {"body": "Other words"}, key)) == (409, "conflict", [])
    assert wrong(program.ask("POST", posts(thread), {"body": "No key"})) == (422, "invalid", ["Idempotency-Key"])


@pytest.mark.django_db(transaction=True)
def test_twenty_sends_at_once_make_one_post(program, thread):
    key = uuid.uuid4()
    answers = at_once(20, lambda _: program.make(posts(thread), {"body": "Once, please"}, key).status_code)
    assert set(answers) == {201}
    assert Post.objects.filter(body="Once, please").count() == 1


def test_a_post_is_edited_against_the_version_that_was_seen(program, thread):
    seen = program.get(f"{posts(thread)}/1")
    path = f"{posts(thread)}/1"
    assert wrong(program.ask("PATCH", path, {"body": "Unseen"})) == (428, "version-needed", ["If-Match"])
    assert wrong(program.ask("PATCH", path, {"body": "Unseen"}, **{"If-Match": "*"})) == (412, "changed", ["If-Match"])
    edited = program.change(path, {"body": "Better words"}, seen)
    assert (edited.json()["body"], edited.json()["version"], edited["ETag"]) == ("Better words", 2, '"v2"')
    assert wrong(program.change(path, {"body": "Late words"}, seen)) == (412, "changed", ["If-Match"])
    assert Post.objects.get().body == "Better words"
    assert Post.objects.get().versions.count() == 2


def test_only_its_author_edits_a_post_and_a_lead_says_why_they_delete_it(program, program_of, lead, observer, thread):
    path = f"{posts(thread)}/1"
    seen = program.get(path)
    assert wrong(program_of(lead).change(path, {"body": "Mine now"}, seen)) == (404, "not-found", [])
    assert wrong(program_of(observer).ask("DELETE", path)) == (404, "not-found", [])
    assert wrong(program_of(lead).ask("DELETE", path)) == (422, "invalid", ["reason"])
    assert Post.objects.get().body
    assert program_of(lead).ask("DELETE", path + "?reason=Off+topic").status_code == 204
    assert program_of(lead).ask("DELETE", path).status_code == 204
    gone = program.get(path).json()
    assert (gone["deleted"], gone["body"], gone["html"]) == (True, "", "")
    assert Post.objects.get().deleted_reason == "Off topic"


def test_a_thread_is_renamed_closed_and_opened_again(program, program_of, lead, thread):
    path = f"{AT}/{thread['id']}"
    seen = program.get(path)
    assert program.change(path, {"title": "Fees"}, seen).json()["title"] == "Fees"
    assert wrong(program.change(path, {"title": "Late"}, seen)) == (412, "changed", ["If-Match"])
    assert wrong(program.ask("POST", f"{path}/close", {"conclusion": "  "})) == (422, "invalid", ["conclusion"])
    closed = program.ask("POST", f"{path}/close", {"conclusion": "There are none."})
    assert closed.json()["closed"]["conclusion"] == "There are none."
    assert wrong(program.make(posts(thread), {"body": "Too late"})) == (409, "conflict", ["body"])
    assert program_of(lead).ask("POST", f"{path}/reopen").json()["closed"] is None
    assert program.make(posts(thread), {"body": "In time"}).status_code == 201
    assert AuditEntry.objects.filter(verb="thread.closed").count() == 1


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({}, ["title", "body"]),
        ({"title": "", "body": "x"}, ["title"]),
        ({"title": " \n ", "body": "x"}, ["title"]),
        ({"title": "x" * 201, "body": "x"}, ["title"]),
        ({"title": "T", "body": " "}, ["body"]),
        ({"title": "T", "body": "x" * 20_001}, ["body"]),
        ({"title": "T", "body": "x", "kind": "rant"}, ["kind"]),
        ({"title": "T", "body": "x", "open_until": "2020-01-01T00:00:00Z"}, ["open_until"]),
        ({"title": "T", "body": "x", "kind": "consultation"}, ["open_until"]),
        ({"title": "T", "body": "x", "kind": "consultation", "open_until": "2020-01-01T00:00:00Z"}, ["open_until"]),
        ({"title": "T", "body": "x", "kind": "consultation", "open_until": "2099-01-01T00:00:00"}, ["open_until"]),
        ({"title": "T", "body": "x", "kind": "consultation", "open_until": "9999-12-31T23:59:00Z"}, ["open_until"]),
        ({"title": "T", "body": "x", "kind": "consultation", "open_until": "0001-01-01T00:00:00Z"}, ["open_until"]),
        ({"title": "T", "body": "x", "organisation": 10**12}, ["organisation"]),
        ({"title": 1, "body": ["x"]}, ["title", "body"]),
    ],
)
def test_each_field_that_is_wrong_is_named_and_nothing_is_written(program_of, lead, supply_chains, sent, fields):
    assert wrong(program_of(lead).make(AT, sent)) == (422, "invalid", fields)
    assert not Thread.objects.exists()


def test_what_is_no_json_is_told_so(program):
    answer = program.client.post(
        f"/api/v1{AT}",
        "{not json",
        content_type="application/json",
        headers={"Authorization": f"Bearer {program.secret}", "Idempotency-Key": str(uuid.uuid4())},
    )
    assert wrong(answer)[:2] == (400, "malformed")


def test_fields_that_nobody_may_set_are_ignored(program, member, lead):
    """Mass assignment: what the shape does not name is not taken."""
    extra = {
        "author": lead.pk, "author_id": lead.pk, "group": 99, "created_at": "2001-01-01T00:00:00Z", "pinned": True,
        "last_number": 7, "function": "President", "closed_at": "2001-01-01T00:00:00Z", "is_staff": True, "role": "lead",
    }  # fmt: skip
    made = program.make(AT, {"title": "T", "body": "x", **extra})
    thread = Thread.objects.get()
    assert (thread.author_id, thread.pinned, thread.last_number) == (member.pk, False, 1)
    assert thread.closed_at is None
    assert thread.created_at > timezone.now() - timedelta(minutes=1)
    assert (
        program.make(f"{AT}/{thread.pk}/posts", {"body": "y", "number": 9, "deleted": True, **extra}).status_code
        == 201
    )
    post = Post.objects.get(number=2)
    assert (post.author_id, post.is_deleted) == (member.pk, False)
    seen = program.get(f"{AT}/{thread.pk}/posts/2")
    program.change(f"{AT}/{thread.pk}/posts/2", {"body": "z", "version": 9, "number": 5, **extra}, seen)
    post.refresh_from_db()
    assert (post.number, post.version, post.body) == (2, 2, "z")
    member.refresh_from_db()
    assert not member.is_staff
    assert made.json()["by"]["name"] == "Marco Silva"


def test_pages_go_on_where_the_last_one_ended_whatever_comes_meanwhile(program, thread):
    for number in range(2, 8):
        program.make(posts(thread), {"body": f"Post {number}"})
    read, cursor = [], ""
    while True:
        page = program.get(f"{posts(thread)}?limit=3&cursor={cursor}").json()
        read += [post["number"] for post in page["items"]]
        program.make(posts(thread), {"body": "Meanwhile"}) if len(read) < 6 else None
        if not (cursor := page["next"]):
            break
    assert read == list(range(1, Thread.objects.get().last_number + 1))
    assert wrong(program.get(f"{posts(thread)}?cursor=nonsense")) == (422, "invalid", ["cursor"])
    assert wrong(program.get(f"{posts(thread)}?limit=0")) == (422, "invalid", ["limit"])
    assert wrong(program.get(f"{posts(thread)}?limit=101")) == (422, "invalid", ["limit"])


def test_nothing_from_before_joining_is_read_by_any_path(
    program_of, make_insider, supply_chains, member, thread, program
):
    Group.objects.filter(pk=supply_chains.pk).update(history="from-joining", find="partners", read="members")
    answer = program.make(posts(thread), {"body": "An old answer"}).json()
    newcomer = program_of(make_insider(supply_chains, "Nadia New"))
    assert newcomer.get(AT).json()["items"] == []
    for path in (f"{AT}/{thread['id']}", posts(thread), f"{posts(thread)}/{answer['number']}"):
        assert wrong(newcomer.get(path)) == (404, "not-found", [])
    program.make(posts(thread), {"body": "A new answer", "reply_to": 2})
    (seen,) = newcomer.get(posts(thread)).json()["items"]
    assert (seen["body"], seen["reply_to"]) == ("A new answer", None)
    assert wrong(newcomer.make(posts(thread), {"body": "To the old", "reply_to": 2})) == (422, "invalid", ["reply_to"])


def test_names_follow_the_rule_of_bylines(program_of, program, thread, stranger, supply_chains, weavers, member):
    Group.objects.filter(pk=supply_chains.pk).update(find="partners", read="partners")
    program.make(posts(thread), {"body": "Ask @Marco Silva"})
    weavers.listing = "undisclosed"
    weavers.save()
    seen = program_of(stranger).get(posts(thread)).content.decode()
    assert "Marco" not in seen
    assert "Weavers" not in seen
    assert weavers.slug not in seen
    assert f"/people/{member.pk}/" not in seen
    assert "a member organisation" in seen
    assert "a participant" in seen


@pytest.mark.parametrize("path", [AT, "posts"])
def test_lists_cost_the_same_for_one_and_for_many(
    program, make_insider, supply_chains, program_of, thread, path, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def asked():
        with CaptureQueriesContext(connection) as found:
            program.get(posts(thread) if path == "posts" else AT)
        return len(found)

    asked()
    one = asked()
    for number in range(4):
        other = program_of(make_insider(supply_chains, f"Somebody {number}"))
        other.make(posts(thread), {"body": f"@Marco Silva {number}", "reply_to": 1})
        other.make(AT, {"title": f"Thread {number}", "body": "x"})
    assert asked() == one
