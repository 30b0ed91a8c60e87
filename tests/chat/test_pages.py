"""The room by plain pages and by JSON: the same log, the same rights, without a script and without a socket."""

import json
import re
import uuid

import pytest
from asgiref.sync import sync_to_async
from django.core.cache import caches

from core.models import Deployment
from core.realtime import limits
from discussions.chat import services
from discussions.chat.models import Message, Room, RoomReading

PAGE = "/groups/supply-chains/chat/"


def key():
    return str(uuid.uuid4())


def words(response):
    return " ".join(response.content.decode().split())


def without_tokens(response):
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


@pytest.fixture
def base(room):
    return f"{PAGE}{room.pk}/"


def test_the_page_shows_the_log_and_where_it_goes_on(signed_in, member, lead, room, say, base):
    say(lead, room, "First **words**")
    mine = say(member, room, "Mine, to @Lina Okafor")
    client = signed_in(member)
    text = words(client.get(PAGE))
    assert "First <strong>words</strong>" in text
    assert "@Lina Okafor</span>" in text
    assert f'data-room="{room.pk}" data-head="5"' in text
    assert f"{base}messages/{mine.id}/edit/" in words(client.get(f"{base}messages/{mine.id}/"))
    assert "People who take part in this group" in text
    assert signed_in(member).get(base).status_code == 200


@pytest.mark.parametrize("who", ["stranger", "outsider", "secretariat"])
def test_a_room_one_takes_no_part_in_looks_like_none(signed_in, request, who, room, base, say, lead):
    message = say(lead, room, "canary")
    client = signed_in(request.getfixturevalue(who))
    for address in (PAGE, base, f"{base}messages/{message.id}/edit/", f"{base}messages/{message.id}/delete/"):
        answer, absent = client.get(address), client.get(address.replace("supply-chains", "no-such-group"))
        assert (answer.status_code, absent.status_code) == (404, 404)
        assert without_tokens(answer).replace("supply-chains", "no-such-group") == without_tokens(absent)
    sent = {"key": key(), "body": "x"}
    assert client.post(f"{base}send/", sent).status_code == 404
    for method, address, body in (
        ("get", "events", None),
        ("post", "messages", sent),
        ("put", f"messages/{message.id}", {**sent, "base": 1}),
        ("delete", f"messages/{message.id}", {"key": key()}),
        ("post", "read", {"seq": 1}),
    ):
        answer = getattr(client, method)(base + address, body and json.dumps(body), content_type="application/json")
        assert (answer.status_code, answer.json()) == (404, {"type": "error", "code": "not_found"})
    assert Message.objects.count() == 1


def test_a_visitor_is_asked_to_sign_in(client, room, base):
    assert client.get(PAGE).status_code == 302
    assert client.get(f"{base}events").status_code == 401
    assert client.get(f"{base}events").json() == {"type": "error", "code": "signed_out"}


def test_talking_by_plain_forms(signed_in, member, lead, room, base, say):
    first = say(lead, room, "A question")
    client = signed_in(member)
    page = client.get(f"{PAGE}?reply=1")
    assert "In reply to <bdi>Lina Okafor</bdi>" in words(page)
    one = str(page.context["form"].initial["key"])
    for _ in range(2):
        answer = client.post(f"{base}send/", {"key": one, "body": "An answer", "reply_to": first.id})
        assert (answer.status_code, answer.url) == (302, f"{PAGE}#say")
    message = Message.objects.get(author=member)
    assert (message.body, message.reply_to_id) == ("An answer", first.id)
    address = f"{base}messages/{message.pk}/"
    form = client.get(f"{address}edit/").context["form"]
    answer = client.post(f"{address}edit/", {"key": form.initial["key"], "base": 1, "body": "A better answer"})
    assert answer.url == f"{PAGE}?from=2#message-2"
    assert "A better answer" in words(client.get(PAGE))
    form = client.get(f"{address}delete/").context["form"]
    client.post(f"{address}delete/", {"key": form.initial["key"]})
    text = words(client.get(PAGE))
    assert "A better answer" not in text
    assert "This message was deleted." in text


def test_what_is_refused_stands_beside_the_field_and_what_was_typed_stays(signed_in, member, base, room):
    client = signed_in(member)
    for body, why in ((" ", "Write something first."), ("é" * 9000, "at most 16 KB")):
        answer = client.post(f"{base}send/", {"key": key(), "body": body})
        assert answer.status_code == 422
        assert why in words(answer)
        assert body.strip() in answer.content.decode()
    assert not Message.objects.exists()


def test_links_lead_on_also_from_words_that_were_refused(signed_in, member, lead, base, room, say):
    for number in range(1, 61):
        say(lead, room, f"Message {number}.")
    client = signed_in(member)
    refused = client.post(f"{base}send/", {"key": key(), "body": " "}).content.decode()
    assert 'href="?' not in refused
    (earlier,) = re.findall(r'href="([^"]*\?before=\d+)"', refused)
    assert [row.number for row in client.get(earlier).context["rows"]] == list(range(1, 11))


def test_what_could_not_be_said_any_more_can_be_copied(signed_in, member, base, room):
    client = signed_in(member)
    assert "not-sent" not in client.get(room.get_absolute_url()).content.decode()
    Room.objects.filter(pk=room.pk).update(writers="leads")
    refused = client.post(f"{base}send/", {"key": uuid.uuid4(), "body": "Our remarks <b>on the draft</b>"})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "This was not sent." in page
    assert "Our remarks &lt;b&gt;on the draft&lt;/b&gt;</textarea>" in page


def test_a_lost_update_shows_both_texts(signed_in, member, room, base, say):
    first = say(member, room, "One")
    client = signed_in(member)
    services.edit_message(room.pk, first.id, by=member, key=uuid.uuid4(), base=1, body="Two, elsewhere")
    address = f"{base}messages/{first.id}/edit/"
    answer = client.post(address, {"key": key(), "base": 1, "body": "Two, here"})
    assert answer.status_code == 422
    text = words(answer)
    assert "Two, elsewhere" in text and "Two, here" in text
    base_now = answer.context["form"]["base"].value()
    client.post(address, {"key": key(), "base": base_now, "body": "Two, here"})
    assert Message.objects.get(pk=first.id).body == "Two, here"


def test_nobody_changes_the_words_of_others(signed_in, member, lead, observer, room, base, say):
    first = say(lead, room, "Mine")
    for person in (member, observer):
        client = signed_in(person)
        for act in ("edit", "delete"):
            assert (
                client.post(f"{base}messages/{first.id}/{act}/", {"key": key(), "base": 1, "body": "x"}).status_code
                == 302
            )
    assert Message.objects.get().body == "Mine"
    observer_page = words(signed_in(observer).get(PAGE))
    assert "you read along" in observer_page
    assert 'id="say"' not in observer_page


def test_earlier_and_later_pages(signed_in, member, lead, room, say):
    for number in range(1, 121):
        say(lead, room, f"Message {number}.")
    client = signed_in(member)
    newest = client.get(PAGE)
    assert [row.number for row in newest.context["rows"]] == list(range(71, 121))
    assert newest.context["older"] == 71
    before = client.get(f"{PAGE}?before=71")
    assert [row.number for row in before.context["rows"]] == list(range(21, 71))
    assert before.context["newer"] == 71
    assert [row.number for row in client.get(f"{PAGE}?from=30").context["rows"]] == list(range(30, 80))
    oldest = client.get(f"{PAGE}?before=21")
    assert oldest.context["older"] == 0


def test_the_page_costs_the_same_for_few_and_many(signed_in, member, lead, room, say, django_assert_num_queries):
    client = signed_in(member)

    def talk():
        first = say(lead, room, f"@[{member.pk}] look")
        say(member, room, f"@[{lead.pk}] I see", reply_to=first.id)

    talk()
    client.get(PAGE)
    caches["process"].clear()
    with django_assert_num_queries(23):
        client.get(PAGE)
    for _ in range(3):
        talk()
    with django_assert_num_queries(23):
        client.get(PAGE)


def test_unread_is_marked_by_form_and_by_json(signed_in, member, lead, room, base, say):
    for _ in range(2):
        say(lead, room)
    client = signed_in(member)
    page = client.get(PAGE)
    assert page.context["unread"] == 2
    assert page.content.decode().count('id="unread"') == 1
    client.post(f"{base}seen/", {"seq": 4})
    assert client.get(PAGE).context["unread"] == 1
    answer = client.post(f"{base}read", json.dumps({"seq": 5}), content_type="application/json")
    assert answer.json() == {"room": room.pk, "seq": 5}
    assert RoomReading.objects.get(room=room, user=member).unread_in(Room.objects.get(pk=room.pk)) == 0


def test_the_log_by_json(signed_in, member, lead, room, base, say):
    acks = [say(lead, room, f"Message {number}") for number in range(5)]
    services.delete_message(room.pk, acks[0].id, by=lead, key=uuid.uuid4())
    client = signed_in(member)

    def ask(query=""):
        return client.get(f"{base}events{query}").json()

    everything = ask("?since=0")
    epoch = Deployment.current_epoch()
    assert {name: everything[name] for name in ("room", "epoch", "head", "floor", "more")} == {
        "room": room.pk, "epoch": epoch, "head": 9, "floor": 1, "more": False,
    }  # fmt: skip
    assert [event["seq"] for event in everything["events"]] == list(range(1, 10))
    assert everything["events"][3]["message"]["body"] == ""
    assert [event["seq"] for event in ask("?since=3&limit=2")["events"]] == [4, 5]
    assert ask("?since=3&limit=2")["more"] is True
    assert [event["seq"] for event in ask("?before=5&limit=2")["events"]] == [3, 4]
    assert ask("?before=5&limit=2")["more"] is True
    assert [event["seq"] for event in ask("?limit=3")["events"]] == [7, 8, 9]
    assert ask("?before=1") == {**everything, "events": [], "more": False}
    assert ask("?since=99")["events"] == []
    for odd in ("?since=x", "?since=-1", "?before=%00", "?limit=0", "?limit=99999", "?since=" + "9" * 40):
        assert client.get(f"{base}events{odd}").status_code == 200


def test_acts_by_json_are_those_of_the_socket(signed_in, member, lead, room, base, say, monkeypatch):
    monkeypatch.setattr(limits.pace, "clock", lambda: 0.0)
    client = signed_in(member)

    def ask(method, address, **body):
        answer = getattr(client, method)(base + address, json.dumps(body), content_type="application/json")
        return answer.status_code, answer.json()

    one = key()
    sent = ask("post", "messages", key=one, body="One")
    pk = sent[1]["id"]
    assert sent == (200, {"type": "ack", "room": room.pk, "key": one, "seq": 4, "id": pk, "version": 1})
    assert ask("post", "messages", key=one, body="One") == sent
    assert ask("post", "messages", key=one, body="Two")[0] == 409
    two = key()
    edited = ask("put", f"messages/{pk}", key=two, base=1, body="Two")
    assert edited == (200, {"type": "ack", "room": room.pk, "key": two, "seq": 5, "id": pk, "version": 2})
    stale = ask("put", f"messages/{pk}", key=key(), base=1, body="Three")
    assert stale == (409, {"type": "error", "code": "conflict", "id": pk, "body": "Two", "version": 2})
    assert ask("delete", f"messages/{pk}", key=key())[1]["seq"] == 6
    assert ask("delete", f"messages/{say(lead, room).id}", key=key()) == (403, {"type": "error", "code": "forbidden"})
    assert ask("post", "messages", key=key(), body="é" * 9000)[0] == 413
    assert ask("post", "messages", key="1", body="x")[0] == 400
    assert ask("post", "messages", body="x")[0] == 400
    assert client.post(f"{base}messages", "[]", content_type="application/json").status_code == 400
    for _ in range(20):
        ask("post", "messages", key=key(), body="x")
    status, limited = ask("post", "messages", key=key(), body="x")
    assert (status, limited["code"]) == (429, "rate_limited") and limited["retry_after"] >= 1


def test_history_from_joining_holds_on_every_page(signed_in, lead, room, base, say, supply_chains, make_insider):
    before = say(lead, room, "canary")
    say(lead, room, "canary two")
    newcomer = make_insider(supply_chains)
    say(lead, room, "Welcome", reply_to=before.id)
    supply_chains.history = "from-joining"
    supply_chains.save()
    client = signed_in(newcomer)
    addresses = [
        PAGE, f"{PAGE}?from=1", f"{PAGE}?before=2", f"{PAGE}?reply=1", f"{PAGE}?before=99",
        f"{base}events?since=0", f"{base}events", f"{base}events?before=3", f"{base}messages/{before.id}/delete/",
    ]  # fmt: skip
    for address in addresses:
        assert "canary" not in client.get(address).content.decode(), address
    assert "a message from before you joined" in words(client.get(PAGE))
    assert [event["seq"] for event in client.get(f"{base}events?since=0").json()["events"]] == [6, 7]


@pytest.mark.django_db(transaction=True)
async def test_the_log_by_json_is_the_log_by_socket(joined, member, lead, room, asay, async_client):
    acks = [await asay(lead, room, f"Message {number} @Marco Silva") for number in range(4)]
    await sync_to_async(services.edit_message)(room.pk, acks[1].id, by=lead, key=uuid.uuid4(), base=1, body="Edited")
    await sync_to_async(services.delete_message)(room.pk, acks[2].id, by=lead, key=uuid.uuid4())
    socket = await joined(member, room, since=0)
    by_socket = await socket.events(9)
    await async_client.aforce_login(member)
    by_json = (await async_client.get(f"{PAGE}{room.pk}/events?since=0")).json()
    assert by_json["events"] == by_socket


def test_leads_open_and_rename_rooms(signed_in, lead, member, room, supply_chains):
    client = signed_in(member)
    assert client.get(f"{PAGE}new/").status_code == 302
    client.post(f"{PAGE}new/", {"name": "Sneaky"})
    client = signed_in(lead)
    assert client.post(f"{PAGE}new/", {"name": ""}).status_code == 422
    rights = {"audience": "everybody", "writers": "members"}
    answer = client.post(f"{PAGE}new/", {"name": "Drafting", **rights})
    second = Room.objects.get(is_main=False)
    assert answer.url == f"{PAGE}{second.pk}/"
    assert "The group has a room of this name." in words(client.post(f"{PAGE}new/", {"name": "drafting", **rights}))
    client.post(f"{PAGE}{second.pk}/settings/", {"name": "Drafting the report", **rights})
    assert "Drafting the report" in words(signed_in(member).get(PAGE))
    assert signed_in(lead).post(f"{PAGE}{room.pk}/settings/", {"name": "Main", **rights}).status_code == 302
    assert [one.title for one in supply_chains.rooms.all()] == ["Main room", "Drafting the report"]
