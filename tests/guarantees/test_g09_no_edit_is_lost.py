"""G9. An edit takes a number of its own and keeps the message's place; of two who change the same version one wins.

The other is told, with both texts, and nothing is overwritten unseen. Who may not see the message hears nothing of its edit.
"""

import json
import uuid

import pytest
from asgiref.sync import sync_to_async

from core.errors import Conflict
from core.realtime import limits
from discussions.chat import services
from discussions.chat.models import Event, Message, MessageVersion
from discussions.chat.services import Ack
from groups.models import Group
from tests.guarantees.conftest import size
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)

RACES = size(40, 500)


def test_of_two_devices_that_change_one_version_exactly_one_wins(room, say, member):
    first = say(member, room, "Text 0")
    for version in range(1, RACES + 1):

        def edit(device, base=version):
            body = f"Text {base} of {device}"
            limits.pace.forget()
            return body, services.edit_message(room.pk, first.id, by=member, key=uuid.uuid4(), base=base, body=body)

        results = at_once(2, edit)
        ((body, ack),) = [result for result in results if not isinstance(result, Exception)]
        (lost,) = [result for result in results if isinstance(result, Exception)]
        assert isinstance(ack, Ack) and isinstance(lost, Conflict), results
        assert (ack.id, ack.version, ack.seq) == (first.id, version + 1, first.seq + version)
        assert lost.current == {"id": first.id, "body": body, "version": version + 1}
        message = Message.objects.get(pk=first.id)
        assert (message.body, message.seq, message.number) == (body, first.seq, 1), "it keeps its place"
    kept = list(MessageVersion.objects.order_by("number").values_list("number", flat=True))
    assert kept == list(range(1, RACES + 1)), "every text it had is kept"


def test_by_http_the_loser_is_told_what_stands_there_and_keeps_the_own_text(room, say, member, signed_in):
    first = say(member, room, "One")
    services.edit_message(room.pk, first.id, by=member, key=uuid.uuid4(), base=1, body="Two, elsewhere")
    client, base = signed_in(member), f"/groups/supply-chains/chat/{room.pk}/messages/{first.id}"
    late = {"key": str(uuid.uuid4()), "base": 1, "body": "Two, here"}
    answer = client.put(base, json.dumps(late), content_type="application/json")
    assert (answer.status_code, answer.json()) == (
        409, {"type": "error", "code": "conflict", "id": first.id, "body": "Two, elsewhere", "version": 2},
    )  # fmt: skip
    page = client.post(f"{base}/edit/", late).content.decode()
    assert "Two, elsewhere" in page and "Two, here" in page
    assert Message.objects.get().body == "Two, elsewhere"


async def test_who_joined_after_the_message_hears_nothing_of_its_edit(
    joined, lead, room, asay, supply_chains, make_insider
):
    before = await asay(lead, room, "canary")
    newcomer = await sync_to_async(make_insider)(supply_chains)
    await Group.objects.filter(pk=supply_chains.pk).aupdate(history="from-joining")
    socket = await joined(newcomer, room)
    for base in (1, 2):
        edit = sync_to_async(services.edit_message)
        await edit(room.pk, before.id, by=lead, key=uuid.uuid4(), base=base, body=f"canary {base}")
    await sync_to_async(services.delete_message)(room.pk, before.id, by=lead, key=uuid.uuid4())
    last = await Event.objects.filter(room=room).acount()
    assert await socket.events(last) == [{"seq": seq, "kind": "hidden"} for seq in range(last - 2, last + 1)]
