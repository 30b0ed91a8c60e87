"""Every frame has a row: who may send it, and what they get. A new frame fails here until it has one."""

import json
import random
import uuid

import pytest
from django.conf import settings
from django.utils.module_loading import import_string
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as some

from core.realtime.frames import BadFrame, check, load, parse
from core.realtime.limits import Bucket, Pace
from core.realtime.outbox import Batch
from core.realtime.rooms import Entry
from discussions.services import start_thread
from groups.standing import Standing

FRAMES = import_string(settings.FRAMES)
PEOPLE = ("lead", "member", "observer", "stranger", "outsider", "secretariat")
NOTHING = ["not_found"] * 3

# frame -> what each of PEOPLE gets, the frame being about `theirs`, a message of the member's, or about a thread of theirs.
# None: no answer.
RIGHTS = {
    "join": ["joined", "joined", "joined", *NOTHING],
    "leave": [None, None, None, None, None, None],
    "send": ["ack", "ack", "forbidden", *NOTHING],
    "edit": ["forbidden", "ack", "forbidden", *NOTHING],
    "delete": ["ack", "ack", "forbidden", *NOTHING],
    "react": ["ack", "ack", "forbidden", *NOTHING],
    "pin": ["ack", "forbidden", "forbidden", *NOTHING],
    "read": [None, None, None, *NOTHING],
    "typing": [None, None, None, None, None, None],
    "watch": ["posts", "posts", "posts", *NOTHING],
}


def test_every_frame_has_a_row():
    assert set(RIGHTS) == set(FRAMES)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("column", range(len(PEOPLE)), ids=PEOPLE)
async def test_who_may_send_what(tab, somebody, member, room, asay, thread, column):
    for kind, answers in RIGHTS.items():
        theirs = await asay(member, room)
        socket = await tab(somebody)
        await socket.ask(type="join", room=room.pk)
        frame = {
            "type": kind, "room": room.pk, "key": str(uuid.uuid4()), "body": "x", "id": theirs.id, "base": 1, "seq": 1,
            "emoji": "👍", "on": True, "thread": thread.pk, "after": 0,
        }  # fmt: skip
        await socket.say(**frame)
        expected = answers[column]
        if expected is None:
            assert await socket.silent(0.15), kind
        else:
            answer = await socket.frame()
            while answer["type"] == "events":
                answer = await socket.frame()
            assert (answer["code"] if answer["type"] == "error" else answer["type"]) == expected, kind
        await socket.disconnect()


@pytest.fixture
def thread(supply_chains, member):
    by = Standing.of(member, supply_chains).speak()
    return start_thread(supply_chains, by=by, title="Ours", body="x", key=uuid.uuid4())


@pytest.fixture
def somebody(request, column):
    return request.getfixturevalue(PEOPLE[column])


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
    max_leaves=20,
)
SHAPED = some.fixed_dictionaries(
    {"type": some.sampled_from([*FRAMES, "shout"]) | JSON},
    optional=dict.fromkeys(
        (
            "room",
            "key",
            "body",
            "id",
            "base",
            "seq",
            "since",
            "epoch",
            "as",
            "reply_to",
            "emoji",
            "on",
            "thread",
            "after",
        ),
        JSON,
    ),
)


@given(some.text() | some.binary().map(lambda raw: raw.decode("latin-1")) | SHAPED.map(lambda data: json.dumps(data)))
@hypothesis_settings(max_examples=500, deadline=None)
def test_whatever_comes_in_is_understood_or_refused(text):
    try:
        frame, data = parse(text, FRAMES)
    except BadFrame as refused:
        assert refused.code in {"malformed", "unknown_type"}
    else:
        assert set(data) == set(frame.fields)


@pytest.mark.parametrize("kind", sorted(FRAMES))
def test_mutations_of_good_frames_are_understood_or_refused(kind):
    good = (
        f'{{"type":"{kind}","room":7,"key":"{uuid.uuid4()}","body":"Good morning","id":3,"base":1,"seq":5,"since":4'
        ',"emoji":"👍","on":true,"thread":9,"after":0}'
    )
    parse(good, FRAMES)
    dice = random.Random(kind)
    for _ in range(700):
        at, length = dice.randrange(len(good)), dice.randrange(4)
        piece = "".join(
            chr(dice.choice([0, 34, 44, 48, 57, 58, 91, 92, 123, 125, 0xD800, 0x202E])) for _ in range(length)
        )
        try:
            parse(good[:at] + piece + good[at + dice.randrange(3) :], FRAMES)
        except BadFrame:
            continue


def test_fields_nobody_asked_for_are_left_out():
    data = check(load('{"room":1,"author":9,"seq":3,"is_staff":true}'), FRAMES["read"].fields)
    assert data == {"room": 1, "seq": 3}


def test_a_pace_of_five_a_second_twenty_at_once_and_a_hundred_a_minute():
    clock = [0.0]
    pace = Pace(lambda: clock[0])
    taken = 0
    from core.errors import RateLimited

    for tick in range(600):
        clock[0] = tick / 10
        for _ in range(3):
            try:
                pace.take(1)
            except RateLimited as refused:
                assert refused.retry_after >= 1
            else:
                taken += 1
        if tick == 0:
            assert taken == 3
        if tick == 100:
            assert 65 <= taken <= 71, "20 at once and 5 a second"
    assert 190 <= taken <= 200, "a hundred at first, then a hundred a minute"
    pace.take(2)


def test_a_bucket_says_when():
    clock = [0.0]
    bucket = Bucket(2, 1, lambda: clock[0])
    assert bucket.wait() == 0
    bucket.take()
    assert bucket.wait() == 0.5
    clock[0] = 0.5
    assert bucket.wait() == 0


def entry(seq, *, size=10, origin=None):
    return Entry(seq, 1, origin or seq, f'{{"seq":{seq},"x":"{"x" * size}"}}')


def test_batches_fit_frames_and_share_their_text():
    batches = Batch.split(7, [entry(seq, size=10_000) for seq in range(1, 21)])
    assert [len(batch) for batch in batches] == [4, 4, 4, 4, 4]
    assert batches[0].after(0) is batches[0]
    assert batches[0].above(1) is batches[0]
    assert [one.seq for one in batches[0].after(2).entries] == [3, 4]
    assert batches[0].after(4) is None
    huge = Batch.split(7, [entry(1, size=100_000), entry(2)])
    assert [len(batch) for batch in huge] == [1, 1]


def test_below_the_floor_only_the_number_is_told():
    batch = Batch(7, [entry(5, origin=2), entry(6)])
    assert batch.above(3).text == '{"seq":5,"kind":"hidden"},{"seq":6,"x":"xxxxxxxxxx"}'
