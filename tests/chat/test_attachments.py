"""Documents of the library in a room: who may attach them, who is told of them, and what stays when the message goes."""

import json
import uuid
from datetime import timedelta
from io import BytesIO

import pytest
from asgiref.sync import sync_to_async
from django.core.files import File
from django.urls import reverse
from django.utils import timezone

from core.errors import Conflict
from discussions.chat import presenting, services
from discussions.chat.models import Attachment, Message, Room
from discussions.chat.services.attachments import NoDocument
from groups.documents.models import Document, Upload
from groups.documents.services import add_file, create_folder, delete_document, delete_folder, put_back, rename_folder
from groups.models import Participant
from groups.standing import NotAllowed, Standing

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0000003010100c9fe92ef"
    "0000000049454e44ae426082"
)


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.SPOOL_DIR = tmp_path / "spool"
    settings.STORAGES = settings.STORAGES | {
        "default": settings.STORAGES["default"] | {"OPTIONS": {"location": tmp_path / "files", "base_url": None}}
    }


@pytest.fixture
def put():
    """Put a file into a group's library, as somebody."""

    def add(person, group, name="plan.pdf", content=b"%PDF-1.4 x"):
        by = Standing.of(person, group).speak()
        return add_file(group, File(BytesIO(content), name), by=by, key=uuid.uuid4(), file_name=name).document

    return add


def told(room):
    """Return the attachments of the room's last event as every reader is told them."""
    return presenting.as_data(presenting.events_after(room.pk, room.events.latest("seq").seq - 1, 1))[0]["message"][
        "attachments"
    ]


def test_a_message_carries_documents_of_the_library(member, room, supply_chains, say, put):
    plan, photo = put(member, supply_chains), put(member, supply_chains, "site.png", PNG)
    say(member, room, "", attachments=[photo.pk, plan.pk])
    address = reverse("documents:page", args=[supply_chains.slug, photo.pk])
    picture, paper = told(room)
    assert picture == {
        "id": photo.pk, "name": photo.title, "type": "PNG", "size": len(PNG), "url": address, "image": True,
        "bytes": f"{address}versions/1/",
    }  # fmt: skip
    assert (paper["id"], paper["image"], "bytes" in paper) == (plan.pk, False, False)


def test_the_same_key_with_other_documents_is_another_act(member, room, supply_chains, say, put):
    plan, photo = put(member, supply_chains), put(member, supply_chains, "site.png", PNG)
    key = uuid.uuid4()
    first = say(member, room, "Look", key=key, attachments=[plan.pk])
    assert say(member, room, "Look", key=key, attachments=[plan.pk]) == first
    for others in ([photo.pk], [], [plan.pk, photo.pk]):
        with pytest.raises(Conflict):
            say(member, room, "Look", key=key, attachments=others)
    assert Attachment.objects.get().document == plan


def test_only_what_the_author_may_read_here_is_attached(
    lead, member, stranger, room, supply_chains, make_group, institute, join, say, put
):
    other = make_group("Elsewhere")
    join(institute, other, stranger)
    theirs, trashed = put(stranger, other), put(member, supply_chains)
    delete_document(trashed, by=Standing.of(member, supply_chains).speak())
    for ids in ([theirs.pk], [trashed.pk], [10**9]):
        with pytest.raises(NoDocument):
            say(member, room, "Look", attachments=ids)
    assert not Message.objects.exists()


def test_a_document_in_the_trash_leaves_no_name(client, member, room, supply_chains, say, put):
    plan = put(member, supply_chains, "Secret canary.pdf")
    say(member, room, "Look", attachments=[plan.pk])
    by = Standing.of(member, supply_chains).speak()
    client.force_login(member)
    assert "Secret canary" in client.get(room.get_absolute_url()).content.decode()
    delete_document(plan, by=by)
    assert told(room) == [{"id": plan.pk, "name": "", "type": "", "size": 0, "url": "", "image": False}]
    page = client.get(room.get_absolute_url()).content.decode()
    assert "Secret canary" not in page
    assert "A document that is not there any more" in page
    put_back(plan, by=by)
    assert told(room)[0]["name"] == plan.title


def test_deleting_the_message_leaves_the_document(member, room, supply_chains, say, put):
    plan = put(member, supply_chains)
    ack = say(member, room, "Look", attachments=[plan.pk])
    services.delete_message(room.pk, ack.id, by=member, key=uuid.uuid4())
    assert not Attachment.objects.exists()
    assert Document.objects.present().filter(pk=plan.pk).exists()
    assert presenting.as_data(presenting.events_after(room.pk, ack.seq - 1, 1))[0]["message"]["attachments"] == []


def test_a_name_does_not_reach_a_newcomer_from_whom_the_library_hides_it(
    client, lead, member, room, supply_chains, make_insider, say, put
):
    supply_chains.history = "from-joining"
    supply_chains.read = "members"
    supply_chains.save()
    old = put(member, supply_chains, "Old canary.pdf")
    said = say(member, room, "Before", attachments=[old.pk])
    newcomer = make_insider(supply_chains, "Nora New")
    Participant.objects.filter(user=newcomer).update(created_at=timezone.now() + timedelta(seconds=1))
    with pytest.raises(NotAllowed):
        say(member, room, "After", attachments=[old.pk])
    # What was attached while all could see it stays told to those who may read the message.
    events = presenting.events_after(room.pk, said.seq - 1, 1)
    assert presenting.as_data(events)[0]["message"]["attachments"][0]["name"] == old.title
    # A message that the newcomer reads says no name, however it came to point there.
    ack = say(member, room, "After")
    late = Message.objects.get(pk=ack.id)
    Attachment.objects.create(message=late, document=old, place=0)
    Message.objects.filter(pk=ack.id).update(has_extras=True)
    assert told(room)[0]["name"] == ""
    client.force_login(newcomer)
    page = client.get(room.get_absolute_url()).content.decode()
    assert "Old canary" not in page
    assert "A document that is not there any more" in page


def test_a_form_shares_a_document_without_a_script(client, member, room, supply_chains, put):
    plan = put(member, supply_chains)
    client.force_login(member)
    document = client.get(plan.get_absolute_url()).content.decode()
    address = f"{room.get_absolute_url()}?attach={plan.pk}#say"
    assert address in document
    page = client.get(address)
    assert [one["id"] for one in page.context["attached"]] == [plan.pk]
    send = reverse("chat:send", args=[supply_chains.slug, room.pk])
    client.post(send, {"key": uuid.uuid4(), "body": "", "attach": [plan.pk]})
    message = Message.objects.get()
    assert (message.body, [one.document for one in message.attachments.all()]) == ("", [plan])
    assert message.get_absolute_url() in client.get(plan.get_absolute_url()).content.decode()
    refused = client.post(send, {"key": uuid.uuid4(), "body": "", "attach": []})
    assert refused.status_code == 422
    assert "Write something first." in refused.content.decode()


@pytest.mark.parametrize(
    "attachments", ["5", [0], [True], [1.5], [[1]], ["1"], [1, 1], list(range(1, 12)), [2**63], {"1": 1}]
)
def test_what_is_no_list_of_ids_is_malformed(client, member, room, attachments):
    client.force_login(member)
    body = json.dumps({"key": str(uuid.uuid4()), "body": "Look", "attachments": attachments})
    answer = client.post(
        reverse("chat:messages", args=[room.group.slug, room.pk]), body, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_http_and_sockets_take_documents(client, member, room, supply_chains, put):
    plan = put(member, supply_chains)
    client.force_login(member)
    address = reverse("chat:messages", args=[room.group.slug, room.pk])
    body = {"key": str(uuid.uuid4()), "body": "", "attachments": [plan.pk]}
    assert client.post(address, json.dumps(body), content_type="application/json").json()["type"] == "ack"
    missing = {"key": str(uuid.uuid4()), "body": "", "attachments": [10**9]}
    answer = client.post(address, json.dumps(missing), content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("count", [1, 3])
def test_attachments_cost_the_same_whatever_their_number(
    member, room, supply_chains, say, put, count, django_assert_num_queries
):
    for number in range(count):
        say(member, room, attachments=[put(member, supply_chains, f"{number}.pdf").pk])
    with django_assert_num_queries(8):
        presenting.as_data(presenting.events_after(room.pk, 0, 50))


def test_pictures_are_served_so_that_they_never_run_as_a_page(client, member, room, supply_chains, say, put):
    photo = put(member, supply_chains, "site.png", PNG)
    say(member, room, "", attachments=[photo.pk])
    client.force_login(member)
    answer = client.get(told(room)[0]["bytes"])
    with photo.latest.open() as stored:
        assert b"".join(answer.streaming_content) == stored.read()
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    page = client.get(room.get_absolute_url())
    assert "img-src 'self'" in page.headers["Content-Security-Policy"]
    assert "<img" not in page.content.decode().partition('id="log"')[2].partition("composer")[0]


def test_rooms_of_other_groups_take_nothing_of_this_library(
    member, supply_chains, make_group, weavers, join, say, put
):
    elsewhere = make_group("Elsewhere")
    join(weavers, elsewhere, member)
    plan = put(member, supply_chains)
    with pytest.raises(NoDocument):
        say(member, Room.objects.get(group=elsewhere), "Look", attachments=[plan.pk])


def test_a_message_of_documents_alone_is_quoted_pinned_and_shown_by_itself(
    client, lead, member, room, supply_chains, say, put
):
    plan = put(member, supply_chains)
    said = say(member, room, "", attachments=[plan.pk])
    say(lead, room, "Thank you", reply_to=said.id)
    services.pin_message(room.pk, said.id, by=lead, key=uuid.uuid4(), on=True)
    client.force_login(lead)
    page = client.get(room.get_absolute_url())
    assert page.context["rows"][1].quote == "documents"
    assert page.context["pins"][0].excerpt == "documents"
    alone = client.get(reverse("chat:about", args=[supply_chains.slug, room.pk, said.id])).content.decode()
    assert plan.get_absolute_url() in alone


@pytest.mark.parametrize("count", [1, 3])
def test_where_a_document_is_shared_costs_the_same_however_often(
    client, member, room, supply_chains, say, put, count, django_assert_max_num_queries
):
    plan = put(member, supply_chains)
    for _ in range(count):
        say(member, room, attachments=[plan.pk])
    client.force_login(member)
    client.get(plan.get_absolute_url())
    with django_assert_max_num_queries(28) as captured:
        page = client.get(plan.get_absolute_url()).content.decode()
    assert page.count("#message-") == count
    assert sum("chat_attachment" in query["sql"] for query in captured) == 1


def test_where_a_document_is_shared_is_told_to_those_who_are_in_the_room(
    client, lead, member, supply_chains, say, put
):
    plan = put(lead, supply_chains)
    rights = services.RoomRights(audience="leads")
    leads = services.open_room(supply_chains, by=lead, name="Leads only", rights=rights)
    say(lead, leads, attachments=[plan.pk])
    for person, sees in ((lead, True), (member, False)):
        client.force_login(person)
        assert ("Leads only" in client.get(plan.get_absolute_url()).content.decode()) == sees


def test_what_comes_from_the_chat_has_a_folder_made_when_it_is_needed(client, lead, member, supply_chains):
    start = reverse("documents:start", args=[supply_chains.slug])

    def announce(person, **more):
        client.force_login(person)
        sent = {"key": str(uuid.uuid4()), "name": "a.pdf", "size": 9, "from_chat": True, "twin": "keep"}
        answer = client.post(start, json.dumps(sent | more), content_type="application/json")
        assert answer.status_code == 201
        return Upload.objects.latest("pk").folder

    folder = announce(member)
    assert (folder.name, folder.parent, folder.author) == ("From the chat", None, member)
    assert announce(lead) == announce(member) == folder
    # It may be called otherwise, and another folder may be chosen.
    rename_folder(folder, name="Shared", by=Standing.of(lead, supply_chains).speak())
    assert announce(lead) == folder
    other = create_folder(
        supply_chains, parent=None, name="Minutes", by=Standing.of(lead, supply_chains).speak(), key=uuid.uuid4()
    )
    assert announce(lead, folder=other.pk) == other
    # One that was removed is not used again.
    Upload.objects.all().delete()
    delete_folder(folder, by=Standing.of(lead, supply_chains).speak())
    assert announce(member) not in {folder, other}


def test_a_conversation_has_no_library_and_takes_no_documents(client, lead, member, room, supply_chains, say, put):
    plan = put(member, supply_chains)
    talk = services.start_conversation(by=member, people=[lead.pk])
    with pytest.raises(NoDocument):
        say(member, talk, "Look", attachments=[plan.pk])
    client.force_login(member)
    assert 'id="attach"' in client.get(room.get_absolute_url()).content.decode()
    page = client.get(f"/conversations/{talk.pk}/?attach={plan.pk}").content.decode()
    assert 'id="attach"' not in page
    assert plan.title not in page


@pytest.mark.django_db(transaction=True)
async def test_a_socket_sends_documents_and_everybody_in_the_room_is_told(
    lead, member, room, supply_chains, put, joined
):
    plan = await sync_to_async(put)(member, supply_chains)
    hers, his = await joined(lead, room), await joined(member, room)
    await his.say(type="send", room=room.pk, key=str(uuid.uuid4()), body="", attachments=[plan.pk])
    ack, _before = await his.until("ack")
    (event,) = await hers.events(ack["seq"])
    assert [one["id"] for one in event["message"]["attachments"]] == [plan.pk]
    assert event["message"]["body"] == ""
    answer = await his.ask(type="send", room=room.pk, key=str(uuid.uuid4()), body="", attachments=[10**9])
    while answer["type"] != "error":
        answer = await his.frame()
    assert answer["code"] == "not_found"
