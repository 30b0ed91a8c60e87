"""Direct conversations: who may begin one with whom, what is said before it is accepted, who reads and who writes."""

import re
import threading
import uuid

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.services import change_standing
from core.errors import DomainError
from discussions.chat import services
from discussions.chat.access import room_for
from discussions.chat.models import Block, ConversationSeat, Event, Message, Room
from groups.standing import NotAllowed
from notifications.models import Notice
from notifications.services import visible
from partners.capacity import ChooseCapacity


@pytest.fixture
def talk(supply_chains, member, lead):
    """The member has begun a conversation with the lead."""
    return services.start_conversation(by=member, people=[lead.pk])


@pytest.fixture
def accepted(talk, say, member, lead):
    """They have spoken to each other."""
    say(member, talk, "Good morning")
    say(lead, talk, "Good morning to you")
    return talk


def send(client, room, body="Good morning", **more):
    return client.post(
        reverse("conversations:send", args=[room.pk]), {"key": str(uuid.uuid4()), "body": body, **more}, follow=True
    )


def bodies(room):
    return list(Message.objects.filter(room=room).order_by("number").values_list("body", flat=True))


# --- Beginning ---------------------------------------------------------------------------------------------------------


def test_two_who_share_a_group_begin_one_from_the_others_page(signed_in, member, lead, supply_chains):
    client = signed_in(member)
    page = client.get(lead.get_absolute_url()).content.decode()
    address = reverse("conversations:new") + f"?with={lead.pk}"
    assert f'href="{address}"' in page

    choosing = client.get(address).content.decode()
    assert re.findall(r'value="(\d+)" checked', choosing) == [str(lead.pk)]
    begun = client.post(address, {"with": [lead.pk]}, follow=True)
    talk = Room.objects.get(group=None)
    assert begun.redirect_chain == [(f"{talk.get_absolute_url()}#say", 302)]
    assert send(client, talk).status_code == 200
    assert bodies(talk) == ["Good morning"]


def test_the_members_page_leads_to_everybody_but_oneself(signed_in, member, lead, observer, supply_chains):
    page = signed_in(member).get(reverse("groups:members", args=[supply_chains.slug])).content.decode()
    found = {int(pk) for pk in re.findall(r"/conversations/new/\?with=(\d+)", page)}
    assert found == {lead.pk, observer.pk}


def test_who_sees_the_members_from_outside_writes_to_nobody(signed_in, secretariat, stranger, member, supply_chains):
    page = signed_in(secretariat).get(reverse("groups:members", args=[supply_chains.slug])).content.decode()
    assert "/conversations/new/?with=" not in page
    assert "/conversations/new/?with=" not in signed_in(secretariat).get(member.get_absolute_url()).content.decode()


def test_only_people_with_whom_one_shares_a_group_are_offered(
    signed_in, member, lead, observer, stranger, outsider, make_person, affiliate, weavers, supply_chains
):
    colleague = make_person("Wanda Weaver")
    affiliate(colleague, weavers)
    page = signed_in(member).get(reverse("conversations:new")).content.decode()
    assert {int(pk) for pk in re.findall(r'name="with"[^>]*value="(\d+)"', page)} == {lead.pk, observer.pk}
    for other in (stranger, outsider, colleague):
        with pytest.raises(NotAllowed):
            services.start_conversation(by=member, people=[other.pk])
    with pytest.raises(NotAllowed) as nobody:
        services.start_conversation(by=member, people=[10**9])
    with pytest.raises(NotAllowed) as somebody:
        services.start_conversation(by=member, people=[stranger.pk])
    assert nobody.value.message == somebody.value.message
    assert not Room.objects.filter(group=None).exists()


def test_an_id_in_the_address_tells_nothing(signed_in, member, stranger, supply_chains):
    client = signed_in(member)
    there = client.get(reverse("conversations:new") + f"?with={stranger.pk}").content.decode()
    absent = client.get(reverse("conversations:new") + "?with=99999999").content.decode()

    def bare(text):
        return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"|with=\d+', "", text)

    assert bare(there) == bare(absent)


def test_people_are_found_by_name_and_organisation_and_those_chosen_stay(
    signed_in, member, lead, observer, supply_chains
):
    client = signed_in(member)
    page = client.post(
        reverse("conversations:new"), {"find": "1", "q": "ministry", "with": [lead.pk]}
    ).content.decode()
    assert re.findall(r'name="with"[^>]*value="(\d+)" checked', page) == [str(lead.pk)]
    assert {int(pk) for pk in re.findall(r'name="with"[^>]*value="(\d+)"', page)} == {lead.pk, observer.pk}
    page = client.post(reverse("conversations:new"), {"find": "1", "q": "okafor"}).content.decode()
    assert {int(pk) for pk in re.findall(r'name="with"[^>]*value="(\d+)"', page)} == {lead.pk}


def test_one_to_seven_people_in_words(signed_in, member, lead, supply_chains, make_insider):
    client = signed_in(member)
    none = client.post(reverse("conversations:new"))
    assert none.status_code == 422
    assert "Choose at least one person" in none.content.decode()
    with pytest.raises(DomainError, match="one person"):
        services.start_conversation(by=member, people=[member.pk])
    others = [make_insider(supply_chains, f"Insider {number}").pk for number in range(7)]
    assert "at most 7" in client.post(reverse("conversations:new"), {"with": [*others, lead.pk]}).content.decode()
    room = services.start_conversation(by=member, people=others)
    assert room.seats.count() == 8


def test_the_same_people_always_meet_in_the_same_conversation(talk, member, lead, observer):
    assert services.start_conversation(by=lead, people=[member.pk]) == talk
    assert services.start_conversation(by=member, people=[lead.pk, member.pk]) == talk
    three = services.start_conversation(by=member, people=[lead.pk, observer.pk])
    assert three != talk
    assert services.start_conversation(by=observer, people=[lead.pk, member.pk]) == three


@pytest.mark.django_db(transaction=True)
def test_two_who_begin_at_once_meet_in_one_conversation(supply_chains, member, lead):
    found, ready = [], threading.Barrier(4)

    def begin(by, other):
        try:
            ready.wait()
            found.append(services.start_conversation(by=by, people=[other.pk]).pk)
        finally:
            connections.close_all()

    pairs = [(member, lead), (lead, member)] * 2
    threads = [threading.Thread(target=begin, args=pair) for pair in pairs]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == 4
    assert len(set(found)) == 1
    assert ConversationSeat.objects.count() == 2
    assert ConversationSeat.objects.exclude(accepted_at=None).count() == 1


def test_nobody_begins_more_than_twenty_that_nobody_answers(supply_chains, member, lead, make_insider, say):
    for number in range(20):
        services.start_conversation(by=member, people=[make_insider(supply_chains, f"Insider {number}").pk])
    with pytest.raises(NotAllowed, match="wait for an answer"):
        services.start_conversation(by=member, people=[lead.pk])
    answered = Room.objects.filter(group=None).first()
    other = answered.seats.exclude(user=member).get().user
    say(other, answered, "Yes?")
    assert services.start_conversation(by=member, people=[lead.pk])


# --- Who gets in ---------------------------------------------------------------------------------------------------------


def test_to_everybody_else_it_looks_like_no_page_at_the_same_cost(
    signed_in, accepted, observer, stranger, outsider, secretariat, django_assert_num_queries
):
    for person in (observer, stranger, outsider, secretariat):
        client = signed_in(person)
        counts, pages = [], []
        client.get(reverse("conversations:room", args=[10**8]))  # what is remembered between pages is
        for pk in (accepted.pk, 10**8):
            with CaptureQueriesContext(connection) as asked:
                answer = client.get(reverse("conversations:room", args=[pk]))
            assert answer.status_code == 404
            counts.append(len(asked))
            pages.append(re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode()))
        assert counts[0] == counts[1]
        assert pages[0].replace(str(accepted.pk), "") == pages[1].replace(str(10**8), "").replace(str(accepted.pk), "")


def test_a_conversation_has_no_address_in_a_group_and_a_room_none_among_conversations(
    signed_in, accepted, member, room, supply_chains
):
    client = signed_in(member)
    assert client.get(reverse("chat:room", args=[supply_chains.slug, accepted.pk])).status_code == 404
    assert client.get(reverse("conversations:room", args=[room.pk])).status_code == 404
    assert client.get(reverse("conversations:events", args=[room.pk])).status_code == 404
    assert client.get(reverse("conversations:events", args=[accepted.pk])).status_code == 200


def test_nobody_moderates_among_equals(signed_in, accepted, member, lead):
    theirs = Message.objects.get(room=accepted, author=member)
    with pytest.raises(NotAllowed):
        services.delete_message(accepted.pk, theirs.pk, by=lead, key=uuid.uuid4())
    assert services.delete_message(accepted.pk, theirs.pk, by=member, key=uuid.uuid4())


def test_one_speaks_for_one_of_todays_affiliations(talk, member, make_organisation, affiliate, say):
    bakers = make_organisation("Bakers’ Circle")
    affiliate(member, bakers, function="Treasurer")
    with pytest.raises(ChooseCapacity):
        say(member, talk)
    say(member, talk, organisation=bakers.pk)
    message = Message.objects.get(room=talk)
    assert (message.organisation, message.function) == (bakers, "Treasurer")


# --- Before it is accepted --------------------------------------------------------------------------------------------


def test_who_is_written_to_reads_who_writes_from_where_and_what_not_to_share(signed_in, talk, say, member, lead):
    say(member, talk, "May I ask you something?")
    page = signed_in(lead).get(talk.get_absolute_url()).content.decode()
    notice = page[page.index('id="first-contact"') : page.index("</section>", page.index('id="first-contact"'))]
    told_of = ("Marco Silva", "Research officer", "Weavers’ Union", "Supply Chains", "victims")
    for words in (*told_of, "/accept/", "/block/", "/report/"):
        assert words in notice
    assert "first-contact" not in signed_in(member).get(talk.get_absolute_url()).content.decode()


def test_three_messages_and_no_more_before_somebody_accepts(signed_in, talk, say, member, lead):
    for number in range(3):
        say(member, talk, f"{number}")
    with pytest.raises(NotAllowed, match="You have sent 3 messages"):
        say(member, talk, "4")
    page = signed_in(member).get(talk.get_absolute_url()).content.decode()
    assert "You have sent 3 messages" in page
    assert 'id="say"' not in page
    assert signed_in(lead).post(reverse("conversations:accept", args=[talk.pk])).status_code == 302
    say(member, talk, "4")
    assert bodies(talk) == ["0", "1", "2", "4"]


def test_who_answers_accepts(talk, say, member, lead):
    say(member, talk)
    say(lead, talk, "Yes?")
    assert ConversationSeat.objects.filter(room=talk, accepted_at=None).count() == 0
    for number in range(5):
        say(member, talk, f"{number}")


def test_a_sign_accepts_and_a_refused_message_does_not(talk, say, member, lead, make_organisation, affiliate):
    say(member, talk)
    affiliate(lead, make_organisation("Bakers’ Circle"))
    with pytest.raises(ChooseCapacity):
        say(lead, talk, "Yes?")
    assert ConversationSeat.objects.filter(room=talk, user=lead, accepted_at=None).exists()
    message = Message.objects.get(room=talk)
    services.react(talk.pk, message.pk, by=lead, key=uuid.uuid4(), emoji="👍", on=True)
    assert not ConversationSeat.objects.filter(room=talk, accepted_at=None).exists()


def test_accepting_takes_a_number_once(talk, say, member, lead):
    say(member, talk)
    services.accept_conversation(talk.pk, by=lead)
    services.accept_conversation(talk.pk, by=lead)
    services.accept_conversation(talk.pk, by=member)
    talk.refresh_from_db()
    kinds = list(Event.objects.filter(room=talk).order_by("seq").values_list("seq", "kind", "change"))
    assert kinds == [(1, "message", ""), (2, "membership", "rights")]
    assert (talk.last_seq, talk.acl_version) == (2, 2)


def test_one_who_has_begun_and_said_nothing_troubles_nobody(signed_in, talk, member, lead):
    assert talk.get_absolute_url() in signed_in(member).get(reverse("conversations:list")).content.decode()
    assert talk.get_absolute_url() not in signed_in(lead).get(reverse("conversations:list")).content.decode()


# --- A group that is shared no more ---------------------------------------------------------------------------------------


def test_who_shares_no_group_any_more_reads_on_and_is_told_why_they_cannot_write(
    signed_in, accepted, say, end, member, lead, supply_chains
):
    end(member, supply_chains)
    for person in (member, lead):
        page = signed_in(person).get(accepted.get_absolute_url()).content.decode()
        assert "Good morning to you" in page
        assert "You no longer share a group with" in page
        assert 'id="say"' not in page
        with pytest.raises(NotAllowed, match="no longer share a group"):
            say(person, accepted)


def test_among_several_one_shared_group_is_enough(supply_chains, say, end, member, lead, observer):
    three = services.start_conversation(by=member, people=[lead.pk, observer.pk])
    say(lead, three)
    end(observer, supply_chains)
    say(member, three)
    with pytest.raises(NotAllowed):
        say(observer, three)


def test_who_left_every_group_or_is_erased_is_a_former_member_and_the_words_stay(
    signed_in, accepted, end, member, lead, supply_chains
):
    end(member, supply_chains)
    client = signed_in(lead)
    page = client.get(accepted.get_absolute_url()).content.decode()
    assert "Marco Silva" not in page
    assert "former member" in page
    assert "Good morning" in page
    member.erased_at, member.is_active = timezone.now(), False
    member.save()
    listed = client.get(reverse("conversations:list")).content.decode()
    assert "Marco Silva" not in listed
    assert "former member" in listed
    events = client.get(reverse("conversations:events", args=[accepted.pk])).json()["events"]
    names = [event["message"]["author"]["name"] for event in events if event["kind"] == "message"]
    assert names == ["", "Lina Okafor"]


def test_a_closed_account_loses_its_conversations_and_has_them_again(accepted, member, lead, secretariat, say):
    before = Room.objects.get(pk=accepted.pk)
    closing = {"is_secretariat": False, "is_staff": False, "reason": "Asked for."}
    change_standing(member, by=secretariat, is_active=False, **closing)
    now = Room.objects.get(pk=accepted.pk)
    assert now.acl_version == before.acl_version + 1
    assert now.last_seq == before.last_seq + 1
    with pytest.raises(NotAllowed):
        say(lead, accepted)
    change_standing(member, by=secretariat, is_active=True, **closing)
    assert Room.objects.get(pk=accepted.pk).acl_version == before.acl_version + 2


# --- The list and its numbers -----------------------------------------------------------------------------------------------


def test_the_list_has_the_newest_first_with_what_is_unread(signed_in, say, supply_chains, member, lead, observer):
    client = signed_in(lead)
    empty = client.get(reverse("conversations:list")).content.decode()
    assert "No conversations yet" in empty
    assert reverse("conversations:new") in empty
    old = services.start_conversation(by=member, people=[lead.pk])
    new = services.start_conversation(by=observer, people=[lead.pk])
    say(member, old, "Alpha")
    say(observer, new, "Second")
    say(observer, new, "Third")
    page = client.get(reverse("conversations:list")).content.decode()
    rows = re.findall(r'<li class="row[^"]*">.*?</li>', page, re.S)
    assert [("Third" in row, "Alpha" in row) for row in rows] == [(True, False), (False, True)]
    assert [re.search(r'class="count">(\d+)', row)[1] for row in rows] == ["2", "1"]
    assert page.count("First contact") == 2
    assert re.search(r'/conversations/"[^>]*>Conversations <span class="count">2<', page)
    client.post(reverse("conversations:seen", args=[new.pk]), {"seq": 2})
    page = client.get(reverse("conversations:list")).content.decode()
    assert re.search(r'/conversations/"[^>]*>Conversations <span class="count">1<', page)


def test_the_list_asks_the_same_for_one_and_three(
    signed_in, supply_chains, member, make_insider, say, django_assert_num_queries
):
    client = signed_in(member)

    def add():
        other = make_insider(supply_chains, "Somebody")
        room = services.start_conversation(by=other, people=[member.pk])
        say(other, room, f"Hello @{member.name}")

    add()
    client.get(reverse("conversations:list"))
    with CaptureQueriesContext(connection) as once:
        client.get(reverse("conversations:list"))
    first = len(once)
    add()
    add()
    client.get(reverse("conversations:list"))
    with django_assert_num_queries(first):
        client.get(reverse("conversations:list"))


def test_choosing_asks_the_same_for_one_and_three(
    signed_in, make_group, join, weavers, member, make_insider, django_assert_num_queries
):
    group = make_group()
    join(weavers, group, member)
    make_insider(group)
    client = signed_in(member)
    client.get(reverse("conversations:new"))
    with CaptureQueriesContext(connection) as once:
        client.get(reverse("conversations:new"))
    make_insider(group)
    make_insider(group)
    with django_assert_num_queries(len(once)):
        client.get(reverse("conversations:new"))


def test_the_page_asks_the_same_for_one_message_and_three(
    signed_in, talk, say, member, lead, django_assert_num_queries
):
    say(member, talk)
    client = signed_in(lead)
    client.get(talk.get_absolute_url())
    with CaptureQueriesContext(connection) as once:
        client.get(talk.get_absolute_url())
    say(member, talk)
    say(member, talk)
    with django_assert_num_queries(len(once)):
        client.get(talk.get_absolute_url())


# --- Being told ---------------------------------------------------------------------------------------------------------------


def told(person):
    return [rendered.text for _, rendered in visible(Notice.objects.of(person).unread(), person)]


def test_one_notice_for_what_waits_not_one_for_each_message(talk, say, member, lead, mailoutbox):
    say(member, talk, "One")
    say(member, talk, "Two")
    assert told(lead) == ["Marco Silva wrote to you"]
    services.mark_read(Room.objects.get(pk=talk.pk), by=lead, seq=2)
    assert told(lead) == []
    say(member, talk, "Three")
    assert told(lead) == ["Marco Silva wrote to you"]
    assert told(member) == []


def test_messages_that_go_together_make_one_notice_as_well(accepted, member, lead):
    from core.realtime import limits

    services.mark_read(Room.objects.get(pk=accepted.pk), by=lead, seq=99)
    limits.pace.forget()
    drafts = [
        services.Draft(room=accepted.pk, by=member.pk, key=uuid.uuid4(), body=f"{number}") for number in range(3)
    ]
    services.send_messages(drafts)
    assert told(lead) == ["Marco Silva wrote to you"]


def test_the_letter_names_nobody(talk, say, member, lead, mailoutbox):
    from notifications.tasks import mail_notices

    say(member, talk, "Secret words")
    mail_notices.call(Notice.objects.get(user=lead).key)
    (letter,) = mailoutbox
    text = letter.subject + letter.body
    for word in ("Marco", "Silva", "Weavers", "Secret"):
        assert word not in text


def test_a_notice_of_who_left_is_gone(talk, say, end, member, lead, supply_chains):
    say(member, talk)
    end(member, supply_chains)
    assert told(lead) == []


# --- Blocking -----------------------------------------------------------------------------------------------------------------


def test_who_is_blocked_cannot_write_and_is_not_told_by_whom(signed_in, accepted, say, member, lead):
    say(member, accepted, "One more thing")
    client = signed_in(lead)
    asking = client.get(reverse("conversations:block", args=[accepted.pk])).content.decode()
    assert "They are not told" in asking
    client.post(reverse("conversations:block", args=[accepted.pk]), {"person": member.pk})
    assert Block.objects.filter(user=lead, blocked=member).count() == 1
    assert told(lead) == []
    page = signed_in(member).get(accepted.get_absolute_url()).content.decode()
    assert "Nothing can be sent here now." in page
    assert "block" not in re.search(r'<div class="composer" id="refusal">.*?</div>', page, re.S)[0]
    with pytest.raises(NotAllowed, match=r"^Nothing can be sent here now\.$"):
        say(member, accepted)
    with pytest.raises(NotAllowed, match="You have blocked Marco Silva"):
        say(lead, accepted)
    assert Notice.objects.filter(user=member, read_at=None).exclude(kind="conversation").count() == 0


def test_ones_own_words_are_taken_back_also_after_a_block(signed_in, accepted, say, member, lead):
    mine, hers = say(member, accepted, "My number is in the file").id, say(lead, accepted, "I see").id
    services.block_person(member.pk, by=lead)
    client = signed_in(member)
    about = reverse("conversations:about", args=[accepted.pk, mine])
    delete = reverse("conversations:delete", args=[accepted.pk, mine])
    assert delete in client.get(about).content.decode()
    client.post(delete, {"key": str(uuid.uuid4())})
    assert Message.objects.get(pk=mine).is_deleted
    with pytest.raises(NotAllowed, match=r"^Nothing can be sent here now\.$"):
        services.delete_message(accepted.pk, hers, by=member, key=uuid.uuid4())
    assert not Message.objects.get(pk=hers).is_deleted


def test_blocking_is_undone_from_the_account(signed_in, accepted, say, member, lead):
    services.block_person(member.pk, by=lead)
    client = signed_in(lead)
    page = client.get(reverse("conversations:blocked")).content.decode()
    assert "Marco Silva" in page
    assert reverse("conversations:blocked") in client.get(reverse("account:profile")).content.decode()
    client.post(reverse("conversations:blocked"), {"person": member.pk})
    say(member, accepted, "Back again")
    assert "You block nobody" in client.get(reverse("conversations:blocked")).content.decode()


def test_first_contacts_of_who_is_blocked_do_not_show(signed_in, talk, say, member, lead, observer, supply_chains):
    services.block_person(member.pk, by=lead)
    with pytest.raises(NotAllowed, match="Nothing can be sent"):
        say(member, talk)
    three = services.start_conversation(by=member, people=[lead.pk, observer.pk])
    say(member, three, "To both of you")
    assert three.get_absolute_url() not in signed_in(lead).get(reverse("conversations:list")).content.decode()
    assert three.get_absolute_url() in signed_in(observer).get(reverse("conversations:list")).content.decode()
    assert told(lead) == []
    assert told(observer) == ["Marco Silva wrote to you"]


def test_among_several_who_is_blocked_does_not_silence_the_others(supply_chains, say, member, lead, observer):
    three = services.start_conversation(by=member, people=[lead.pk, observer.pk])
    say(observer, three, "Good morning")
    say(lead, three, "And to you")
    services.mark_read(Room.objects.get(pk=three.pk), by=lead, seq=99)
    say(member, three, "Before the block")
    services.block_person(member.pk, by=lead)
    say(member, three, "To both of you")
    assert told(lead) == []
    say(observer, three, "To you as well")
    assert told(lead) == ["Olga Rivas wrote to you"]
    say(member, three, "Once more")
    say(observer, three, "And again")
    assert told(lead) == ["Olga Rivas wrote to you"]


def test_among_several_the_messages_of_who_is_blocked_are_folded_for_one_reader(
    signed_in, supply_chains, say, member, lead, observer
):
    three = services.start_conversation(by=member, people=[lead.pk, observer.pk])
    say(member, three, "Loud words")
    say(lead, three, "Calm words")
    services.block_person(member.pk, by=lead)
    page = signed_in(lead).get(three.get_absolute_url()).content.decode()
    (folded,) = re.findall(r'<details class="msg__folded">.*?</details>', page, re.S)
    assert "A message of somebody you blocked" in folded
    assert "Loud words" in folded
    assert f'data-folded="{member.pk}"' in page
    assert "msg__folded" not in signed_in(observer).get(three.get_absolute_url()).content.decode()
    say(member, three, "Still here")


def test_only_somebody_in_the_conversation_is_blocked(signed_in, accepted, lead, observer, stranger):
    client = signed_in(lead)
    for other in (observer, stranger, lead):
        answer = client.post(reverse("conversations:block", args=[accepted.pk]), {"person": other.pk})
        assert answer.status_code == 404
    assert not Block.objects.exists()


def test_a_message_and_a_block_at_once_come_one_after_the_other(accepted, member, lead, say):
    services.block_person(member.pk, by=lead)
    room = Room.objects.get(pk=accepted.pk)
    event = Event.objects.filter(room=room).latest("seq")
    assert (event.seq, event.kind, event.acl_version) == (room.last_seq, "membership", room.acl_version)


# --- Found again ---------------------------------------------------------------------------------------------------------------


def test_conversations_are_among_the_rooms_of_who_is_in_them(accepted, member, lead, observer, secretariat):
    for person, expected in ((member, True), (lead, True), (observer, False), (secretariat, False)):
        assert Room.objects.visible_to(person).filter(pk=accepted.pk).exists() == expected
    assert room_for(member, accepted.pk).room == accepted


def test_everything_works_by_plain_forms_in_conversations_too(signed_in, accepted, member, lead):
    client = signed_in(member)
    mine = Message.objects.get(room=accepted, author=member)
    address = reverse("conversations:edit", args=[accepted.pk, mine.pk])
    assert client.get(address).status_code == 200
    client.post(address, {"key": str(uuid.uuid4()), "base": 1, "body": "Good evening"})
    assert bodies(accepted)[0] == "Good evening"
    client.post(reverse("conversations:delete", args=[accepted.pk, mine.pk]), {"key": str(uuid.uuid4())})
    assert bodies(accepted)[0] == ""
    assert client.get(reverse("conversations:about", args=[accepted.pk, mine.pk])).status_code == 200


def test_those_in_it_are_named_with_an_at_sign(accepted, say, member, lead, observer):
    say(member, accepted, f"@{lead.name} and @{observer.name}")
    message = Message.objects.filter(room=accepted).latest("number")
    assert message.body == f"@[{lead.pk}] and @{observer.name}"
