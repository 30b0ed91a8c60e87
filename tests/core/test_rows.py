"""Rows written and lists asked for as one argument are what Django would have written and found, whatever stands in them."""

import uuid
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Max

from core.prepared import prepared
from core.rows import Inserted, Updated
from core.statements import at_once
from discussions.chat.models import Message, Room

AWKWARD = [
    "it's \"quoted\"; DROP TABLE chat_message --", "100 %s %% %(name)s", '{"a": [1, null]}', "back\\slash \\u0041 \\n", "a\nb\tc",
    "مرحبا 👍🏽 ʼn", "x" * 20_000, "",
]  # fmt: skip


def message(room, author, number, body, **more):
    return Message(
        room=room, author=author, function="O’Neill", seq=number, number=number, key=uuid.uuid4(), body=body, html=body,
        created_at=datetime(2026, 1, 31, 23, 59, 59, 123456, tzinfo=UTC), **more,
    )  # fmt: skip


@pytest.fixture
def room(supply_chains):
    return Room.objects.get(group=supply_chains)


def test_what_is_written_is_read_again(room, member, weavers):
    written = [
        message(room, member, at + 10, body, organisation=weavers, has_extras=at % 2 == 0)
        for at, body in enumerate(AWKWARD)
    ]
    at_once(Inserted(Message)(written))
    found = list(Message.objects.filter(room=room).order_by("number"))
    assert [one.pk for one in found] == [one.pk for one in written]
    for was, now in zip(written, found, strict=True):
        for field in Message._meta.concrete_fields:
            assert getattr(was, field.attname) == getattr(now, field.attname), field.name
    # They are rows that are there, as any other.
    written[0].body = "Changed"
    written[0].save(update_fields=["body"])
    assert Message.objects.get(pk=written[0].pk).body == "Changed"


def test_what_a_table_forbids_is_forbidden(room, member):
    at_once(Inserted(Message)([message(room, member, 1, "x")]))
    with pytest.raises(IntegrityError), transaction.atomic():
        at_once(Inserted(Message)([message(room, member, 1, "y")]))
    assert Message.objects.get(room=room).body == "x"


def test_some_fields_of_some_rows_are_changed_and_nothing_else(supply_chains, room):
    others = [Room.objects.create(group=supply_chains, name=f"Room {number}") for number in range(3)]
    for number, one in enumerate(others):
        one.last_seq, one.last_at, one.name = number + 100, datetime(2026, 1, number + 1, tzinfo=UTC), "not this"
    others[0].last_at = None
    at_once(Updated(Room, ["last_seq", "last_at"])(others))
    found = Room.objects.filter(group=supply_chains, is_main=False).order_by("pk")
    assert [(one.last_seq, one.last_at, one.name) for one in found] == [
        (number + 100, one.last_at, f"Room {number}") for number, one in enumerate(others)
    ]
    assert Room.objects.get(pk=room.pk).last_seq == room.last_seq


def test_a_list_of_any_length_is_one_argument(supply_chains, room, member):
    rows = [message(room, member, number, "x") for number in range(1, 4)]
    at_once(Inserted(Message)(rows))
    by_key = prepared(lambda keys: Message.objects.filter(key__among=keys).order_by("number"), lists=("keys",))
    by_author = prepared(lambda ids: Message.objects.filter(author__among=ids).order_by("number"), lists=("ids",))
    assert by_key({row.key for row in rows[:2]}) == rows[:2]
    assert by_key([rows[2].key, uuid.uuid4()]) == rows[2:]
    assert by_key([]) == by_author([]) == by_author([0]) == []
    assert by_author((member.pk,)) == rows


def test_statements_that_go_together_are_done_in_their_order(room, member):
    newest = prepared(lambda pk: Message.objects.filter(room=pk).order_by().values("room").annotate(Max("number")))
    ask, write = newest.with_(room.pk), Inserted(Message)([message(room, member, 7, "x")])
    before, _, after = at_once(ask, write, ask)
    assert (before, after) == ([], [(room.pk, 7)])


def test_what_the_database_refuses_of_several_is_raised_as_if_it_were_alone(room, member):
    newest = prepared(lambda pk: Message.objects.filter(room=pk).order_by().values("room").annotate(Max("number")))
    twice = Inserted(Message)([message(room, member, 7, "x"), message(room, member, 7, "y")])
    with pytest.raises(IntegrityError), transaction.atomic():
        at_once(newest.with_(room.pk), twice, newest.with_(room.pk))
    assert newest(room.pk) == []


def test_rows_that_were_given_their_keys_before_have_them_after(room, member):
    written = [message(room, member, number, "x") for number in (7, 8, 9)]
    (keys,) = at_once(Inserted(Message).keys(3))
    for one, key in zip(written, keys, strict=False):
        one.pk = key
    at_once(Inserted(Message)(written))
    found = list(Message.objects.filter(room=room).order_by("number").values_list("pk", flat=True))
    assert found == [one.pk for one in written]
    # PostgreSQL sets them aside; SQLite has none before a row is there.
    assert keys == (found if connection.vendor == "postgresql" else [])
