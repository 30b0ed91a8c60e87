"""What a process counts while people talk, and what it tells the log: numbers and codes, never words."""

import uuid

import pytest
from channels.layers import get_channel_layer

from core import figures
from discussions.chat.services import Ack, Draft, send_messages


def counts():
    """Return every figure that only grows."""
    found = {}
    for figure in figures.ALL:
        match figure:
            case figures.Count() | figures.Times():
                found[figure.name] = figure.count if isinstance(figure, figures.Times) else figure.value
            case figures.CountBy():
                found |= {f"{figure.name} {label}": count for label, count in figure.values.items()}
    return found


@pytest.fixture
def grown():
    """Return what has grown since the test began, of the figures named."""
    before = counts()
    return lambda *names: [counts()[name] - before[name] for name in names]


async def test_one_message_to_two_people(joined, member, lead, room, grown):
    one, two = await joined(member, room), await joined(lead, room)
    assert (figures.SOCKETS.value, figures.ROOMS.value) == (2, 1)
    await one.say(type="send", room=room.pk, key=str(uuid.uuid4()), body="Good morning")
    ack, before = await one.until("ack")
    if "events" not in [frame["type"] for frame in before]:
        await one.until("events")
    await two.events(ack["seq"])

    assert grown("handshakes_accepted", "send_seconds", "ack_seconds") == [2, 1, 1]
    assert grown("events_read", "deliveries", "handover_seconds", "bells_failed") == [1, 2, 1, 0]
    for tab in (one, two):
        await tab.disconnect()
    assert (figures.SOCKETS.value, figures.ROOMS.value, figures.DATABASE_WORK.value) == (0, 0, 0)


async def test_what_was_missed_is_counted_as_a_catch_up(joined, member, lead, room, asay, grown):
    await asay(lead, room, "One")
    ack = await asay(lead, room, "Two")
    tab = await joined(member, room, since=ack.seq - 2)
    await tab.events(ack.seq)
    assert grown("catch_ups", "catch_up_events", "resets") == [1, 2, 0]
    assert (await tab.ask(type="join", room=room.pk, since=0, epoch="another"))["type"] == "reset"
    assert grown("resets") == [1]


async def test_what_is_refused_is_counted_by_its_code(tab, member, room, grown):
    socket = await tab(member)
    await socket.ask(type="send", room=room.pk)
    await socket.ask(type="nothing of the kind")
    await socket.ask(type="join", room=10**6)
    assert grown("frames_refused malformed", "frames_refused unknown_type", "frames_refused not_found") == [1, 1, 1]

    for person, key, code in ((None, None, 4401), (None, "x" * 32, 4401)):
        refused = await tab(person, key=key, hello=False)
        await refused.connect()
        assert await refused.close_code() == code
    assert grown("handshakes_refused signed_out") == [2]


async def test_what_the_poll_finds_is_counted(joined, member, lead, room, asay, hub, grown, monkeypatch):
    tab = await joined(member, room)
    monkeypatch.setattr("core.realtime.bell.ring", lambda *bell, **newest: None)
    ack = await asay(lead, room, "No bell rings")
    await hub.polling.look()
    await tab.events(ack.seq)
    assert grown("found_by_poll", "events_read") == [1, 1]


async def test_a_layer_that_is_lost_is_told_once_and_so_is_its_return(
    joined, member, room, hub, grown, monkeypatch, caplog
):
    async def refused(*names):
        raise ConnectionError("anything the engine says")

    await joined(member, room)
    with monkeypatch.context() as patch:
        patch.setattr(get_channel_layer(), "group_add", refused)
        for _ in range(3):
            assert not await hub.ear.hear("bell.of.a.test")
    assert await hub.ear.hear("bell.of.a.test")

    assert grown("layer_errors hear") == [3]
    told = [record for record in caplog.records if hasattr(record, "happening")]
    assert [record.happening for record in told if record.happening.startswith("layer.")] == [
        "layer.lost",
        "layer.regained",
    ]
    assert told[0].fields["error"] == "ConnectionError"
    assert "anything" not in caplog.text


def test_what_is_said_together_counts_each_that_was_said(member, stranger, room, grown):
    drafts = [
        Draft(room=room.pk, by=person.pk, key=uuid.uuid4(), body=body)
        for person, body in ((member, "One"), (member, "Two"), (stranger, "Nobody hears this"))
    ]
    outcomes = send_messages(drafts)
    assert [isinstance(outcome, Ack) for outcome in outcomes] == [True, True, False]
    assert grown("send_seconds") == [2]
    assert send_messages(drafts[:1]) == outcomes[:1]
    assert grown("send_seconds") == [2]
