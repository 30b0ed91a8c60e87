"""Conversations on the live protocol: joined by their id as any room, their rights exact on open sockets."""

import uuid

import pytest
from asgiref.sync import sync_to_async

from accounts.models import User
from accounts.services import change_standing
from discussions.chat import services
from discussions.chat.live import Rooms
from discussions.chat.models import Room

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def talk(supply_chains, member, lead):
    """The member has begun a conversation with the lead."""
    return services.start_conversation(by=member, people=[lead.pk])


def key():
    return str(uuid.uuid4())


async def say(socket, room, body="Good morning"):
    await socket.say(type="send", room=room.pk, key=key(), body=body)
    while True:
        frame = await socket.frame()
        if frame["type"] in {"ack", "error"}:
            return frame


async def test_two_talk_by_the_same_frames(joined, talk, member, lead):
    first, second = await joined(member, talk), await joined(lead, talk)
    ack = await say(first, talk)
    assert ack["type"] == "ack"
    (event,) = await second.events(1)
    assert (event["kind"], event["message"]["body"]) == ("message", "Good morning")
    assert (await say(second, talk, "And to you"))["seq"] == 3
    assert [event["kind"] for event in await first.events(3)][-2:] == ["membership", "message"]


# who -> what each frame is answered with; the conversation is the member's and the lead's, the message the member's.
PEOPLE = {"member": True, "lead": True, "observer": False, "stranger": False, "secretariat": False}
FRAMES = ("join", "send", "edit", "delete", "read", "react", "pin", "typing", "leave")


@pytest.fixture
def somebody(request, who):
    return request.getfixturevalue(who)


@pytest.mark.parametrize("who", PEOPLE)
async def test_who_may_send_what(tab, asay, talk, member, somebody, who):
    theirs = await asay(member, talk)
    for kind in FRAMES:
        socket = await tab(somebody)
        frame = {"type": kind, "room": talk.pk, "key": key(), "body": "x", "id": theirs.id, "base": 1, "seq": 1}
        await socket.say(**frame, emoji="👍", on=True)
        if kind in {"typing", "leave"}:
            assert await socket.silent(0.15), kind
        elif kind == "read" and who == "lead":
            # What told them of the message is read with it.
            assert await socket.frame() == {"type": "notice", "unread": 0, "conversations": 0}
        elif kind == "read" and PEOPLE[who]:
            assert await socket.silent(0.15), kind
        else:
            answer = await socket.frame()
            while answer["type"] in {"events", "presence"}:
                answer = await socket.frame()
            given = answer.get("code", answer["type"])
            if not PEOPLE[who]:
                assert given == "not_found", kind
            elif who == "lead" and kind in {"edit", "delete"}:
                assert given in {"forbidden"}, kind
            elif kind == "delete":
                assert given in {"ack", "conflict"}, kind
            else:
                assert given in {"joined", "ack", "conflict"}, (kind, answer)
        await socket.disconnect()


async def test_a_fourth_message_is_refused_until_somebody_accepts(joined, talk, member, lead):
    socket = await joined(member, talk)
    for _ in range(3):
        assert (await say(socket, talk))["type"] == "ack"
    assert (await say(socket, talk))["code"] == "forbidden"
    await sync_to_async(services.accept_conversation)(talk.pk, by=lead)
    assert (await say(socket, talk))["type"] == "ack"


async def test_neither_presence_nor_typing_is_shown_before_it_is_accepted(joined, hub, talk, member, lead, asay):
    await User.objects.filter(pk__in=[member.pk, lead.pk]).aupdate(shows_presence=True)
    await asay(member, talk)
    first = await joined(member, talk)
    frame, _ = await first.until("presence")
    assert [person["id"] for person in frame["people"]] == [member.pk]
    second = await joined(lead, talk)
    await second.say(type="typing", room=talk.pk)
    assert await first.silent(0.3)
    await sync_to_async(services.accept_conversation)(talk.pk, by=lead)
    frame, _ = await first.until("presence")
    assert sorted(person["id"] for person in frame["people"]) == sorted([member.pk, lead.pk])


async def test_a_block_ends_writing_on_open_sockets_at_once(joined, talk, member, lead, asay):
    await asay(member, talk)
    await asay(lead, talk)
    theirs = await joined(member, talk)
    assert (await say(theirs, talk))["type"] == "ack"
    await sync_to_async(services.block_person)(member.pk, by=lead)
    events = await theirs.events(5)
    assert (events[-1]["seq"], events[-1]["kind"]) == (5, "membership")
    assert events[-1]["membership"]["person"] is None
    assert (await say(theirs, talk))["code"] == "forbidden"
    await sync_to_async(services.unblock_person)(member.pk, by=lead)
    assert (await say(theirs, talk))["type"] == "ack"


async def test_who_blocks_is_not_seen_by_whom_they_block(joined, talk, member, lead, asay):
    await User.objects.filter(pk__in=[member.pk, lead.pk]).aupdate(shows_presence=True)
    await asay(member, talk)
    await asay(lead, talk)
    await sync_to_async(services.block_person)(member.pk, by=lead)
    await joined(lead, talk)
    theirs = await joined(member, talk)
    frame, _ = await theirs.until("presence")
    assert [person["id"] for person in frame["people"]] == [member.pk]


async def test_a_closed_account_hears_nothing_after_its_number(joined, talk, member, lead, asay, secretariat):
    await asay(member, talk)
    await asay(lead, talk)
    rights = await sync_to_async(Rooms().rights)(talk.pk, {member.pk, lead.pk})
    assert set(rights) == {member.pk, lead.pk}
    await sync_to_async(change_standing)(
        lead, by=secretariat, is_secretariat=False, is_staff=False, is_active=False, reason="Asked for."
    )
    rights = await sync_to_async(Rooms().rights)(talk.pk, {member.pk, lead.pk})
    assert set(rights) == {member.pk}
    room = await Room.objects.aget(pk=talk.pk)
    assert room.acl_version == 3


async def test_removal_reaches_an_open_socket(joined, hub, talk, member, lead, asay, secretariat):
    """The session's end closes the socket; were it to stay, the room's new version would shut it out."""
    await asay(member, talk)
    await asay(lead, talk)
    socket = await joined(lead, talk)
    await User.objects.filter(pk=lead.pk).aupdate(is_active=False)
    from discussions.chat.services.conversations import account_changed

    @sync_to_async
    def tell():
        from django.db import transaction

        with transaction.atomic():
            account_changed(User.objects.get(pk=lead.pk))

    await tell()
    frame, _ = await socket.until("closed")
    assert frame == {"type": "closed", "room": talk.pk, "reason": "removed"}


@pytest.mark.parametrize("people", [1, 3])
def test_rights_cost_the_same_for_one_and_three(
    supply_chains, member, make_insider, people, django_assert_num_queries
):
    others = [make_insider(supply_chains, f"Insider {number}") for number in range(people)]
    room = services.start_conversation(by=member, people=[one.pk for one in others])
    with django_assert_num_queries(3):
        assert len(Rooms().rights(room.pk, {member.pk, *(one.pk for one in others)})) == people + 1
    with django_assert_num_queries(1):
        Rooms().people(room.pk, {member.pk})
