"""What is said takes dense numbers, once for each key; rights changes are lines of the same log."""

import uuid

import pytest
from django.db import transaction
from django.http import Http404
from django.utils import timezone

from core.errors import Conflict
from core.events import publish
from core.models import AuditEntry
from discussions.chat import services
from discussions.chat.access import message_in, room_for, room_of_group
from discussions.chat.live import Rooms
from discussions.chat.models import Audience, Event, Message, MessageVersion
from discussions.chat.unread import room_badges
from groups.events import GroupOpened, RightsChanged
from groups.models import Participant
from groups.standing import NotAllowed
from notifications import services as notifications
from notifications.models import Notice
from partners.capacity import ChooseCapacity
from partners.events import OrganisationStatusChanged

key = uuid.uuid4


def log_of(room):
    return list(Event.objects.filter(room=room).order_by("seq").values_list("seq", "kind"))


def test_a_group_that_opens_has_one_room(supply_chains):
    with transaction.atomic():
        publish(GroupOpened(supply_chains))
    assert [(room.title, room.is_main) for room in supply_chains.rooms.all()] == [("Main room", True)]


def test_every_act_takes_the_next_seq(room, say, member, lead, supply_chains):
    first = say(member, room)
    services.edit_message(room.pk, first.id, by=member, key=key(), base=1, body="Good morning all")
    with transaction.atomic():
        publish(RightsChanged(supply_chains))
    services.delete_message(room.pk, first.id, by=lead, key=key())
    joined = [(1, "membership"), (2, "membership"), (3, "membership")]
    assert log_of(room) == [*joined, (4, "message"), (5, "edited"), (6, "membership"), (7, "deleted")]
    room.refresh_from_db()
    assert (room.last_seq, room.last_number, room.acl_version) == (7, 1, 5), "each change of rights raised it"


def test_a_refused_act_leaves_no_gap(room, say, observer, member):
    with pytest.raises(NotAllowed):
        say(observer, room)
    with pytest.raises(services.Malformed):
        say(member, room, " \n\u202e")
    with pytest.raises(services.TooLong):
        say(member, room, "é" * 8193)
    with pytest.raises(Http404):
        say(member, room, reply_to=4711)
    assert say(member, room).seq == 4


def test_edits_keep_what_was_and_never_overwrite_unseen(room, say, member, lead):
    first = say(member, room, "One")
    one = key()
    second = services.edit_message(room.pk, first.id, by=member, key=one, base=1, body="Two")
    with pytest.raises(Conflict) as refused:
        services.edit_message(room.pk, first.id, by=member, key=key(), base=1, body="Three")
    assert refused.value.current == {"id": first.id, "body": "Two", "version": 2}
    with pytest.raises(NotAllowed):
        services.edit_message(room.pk, first.id, by=lead, key=key(), base=2, body="Not mine")
    services.edit_message(room.pk, first.id, by=member, key=key(), base=2, body="Four")
    assert services.edit_message(room.pk, first.id, by=member, key=one, base=1, body="Two") == second
    assert list(MessageVersion.objects.values_list("number", "body")) == [(1, "One"), (2, "Two")]


def test_a_deletion_takes_every_text_away(room, say, member, lead):
    first = say(member, room, "canary-one")
    services.edit_message(room.pk, first.id, by=member, key=key(), base=1, body="canary-two")
    with pytest.raises(NotAllowed):
        services.delete_message(room.pk, say(lead, room).id, by=member, key=key())
    one = key()
    ack = services.delete_message(room.pk, first.id, by=lead, key=one)
    message = Message.objects.get(pk=first.id)
    assert (message.body, message.html, message.is_deleted, message.versions.count()) == ("", "", True, 0)
    assert services.delete_message(room.pk, first.id, by=lead, key=one) == ack
    (entry,) = AuditEntry.objects.filter(verb="message.deleted")
    assert (entry.actor_id, entry.object_id, entry.chain.scope) == (lead.pk, first.id, room.audit_scope)
    with pytest.raises(Conflict):
        services.delete_message(room.pk, first.id, by=member, key=key())
    with pytest.raises(Conflict):
        services.edit_message(room.pk, first.id, by=member, key=key(), base=ack.version, body="Back again")


def test_a_person_of_two_organisations_says_for_which(room, say, member, make_organisation, affiliate, join):
    second = make_organisation("Second Union")
    affiliate(member, second, function="Adviser")
    join(second, room.group, member)
    with pytest.raises(ChooseCapacity):
        say(member, room)
    message = Message.objects.get(pk=say(member, room, organisation=second.pk).id)
    assert (message.organisation, message.function) == (second, "Adviser")


def test_what_was_said_for_one_organisation_is_changed_by_who_speaks_for_another_now(
    room, say, member, lead, make_organisation, affiliate, join
):
    first = say(member, room, "For the first")
    said_for = Message.objects.get(pk=first.id).organisation
    second = make_organisation("Second Union")
    affiliate(member, second, function="Adviser")
    join(second, room.group, member)
    Participant.objects.filter(user=member, membership__organisation=said_for).update(ended_at=timezone.now())
    services.edit_message(room.pk, first.id, by=member, key=key(), base=1, body=f"For the first, @[{lead.pk}]")
    message = Message.objects.get(pk=first.id)
    assert (message.organisation, message.version) == (said_for, 2)


@pytest.mark.parametrize(
    ("who", "sees", "writes"),
    [
        ("lead", True, True),
        ("member", True, True),
        ("observer", True, False),
        ("stranger", False, False),
        ("outsider", False, False),
        ("secretariat", False, False),
        (None, False, False),
    ],
)
def test_who_gets_into_a_room(room, request, who, sees, writes):
    from django.contrib.auth.models import AnonymousUser

    person = request.getfixturevalue(who) if who else AnonymousUser()
    doors = [
        lambda: room_for(person, room.pk),
        lambda: room_of_group(person, "supply-chains"),
        lambda: room_of_group(person, "supply-chains", room.pk),
    ]
    for door in doors:
        if sees:
            assert door().may_write == writes
        else:
            with pytest.raises(Http404):
                door()


def test_a_closed_group_is_read_only(room, say, member):
    room.group.state = "closed"
    room.group.save()
    with pytest.raises(NotAllowed):
        say(member, room)
    assert not room_for(member, room.pk).may_write


def test_history_from_joining_begins_with_joining(room, say, member, lead, make_insider, end, supply_chains):
    before = say(lead, room, "Before")
    newcomer = make_insider(supply_chains)
    assert room_for(newcomer, room.pk).floor == 1
    supply_chains.history = "from-joining"
    supply_chains.save()
    place = room_for(newcomer, room.pk)
    joined = Event.objects.get(room=room, person=newcomer).seq
    assert place.floor == joined == before.seq + 1
    after = say(lead, room, "After")
    with pytest.raises(Http404):
        message_in(place, before.id)
    assert message_in(place, after.id).body == "After"
    with pytest.raises(Http404):
        services.send_message(room.pk, by=newcomer, key=key(), body="Reply", reply_to=before.id)


def test_badges_cost_the_same_for_one_and_many_groups(
    member, make_group, join, weavers, supply_chains, django_assert_num_queries
):
    groups = [supply_chains]
    with django_assert_num_queries(2):
        room_badges(member, groups)
    for _ in range(3):
        groups.append(make_group())
        join(weavers, groups[-1], member)
    with django_assert_num_queries(2):
        badges = room_badges(member, groups)
    assert [len(badges[group.pk]) for group in groups] == [1, 1, 1, 1]


def test_leads_open_rooms_for_everybody_of_the_group(room, lead, member, supply_chains):
    with pytest.raises(NotAllowed):
        services.open_room(supply_chains, by=member, name="Drafting")
    second = services.open_room(supply_chains, by=lead, name=" Drafting  team ")
    assert second.title == "Drafting team"
    ack = services.send_message(second.pk, by=member, key=key(), body="Here too")
    assert ack.seq == 1
    assert [str(badge.room) for badge in room_badges(lead, [supply_chains])[supply_chains.pk]] == [
        "Main room",
        "Drafting team",
    ]


def test_catching_up_costs_the_same_for_few_and_many(room, say, lead, member, django_assert_num_queries):
    say(lead, room, f"@[{member.pk}]")
    with django_assert_num_queries(3):
        Rooms().entries(room.pk, 0, 200)
    for number in range(5):
        say(lead, room, f"@[{member.pk}] and @[{lead.pk}] {number}")
    with django_assert_num_queries(3):
        assert len(Rooms().entries(room.pk, 0, 200)) == 9


def test_rights_of_many_cost_the_same_as_of_one(room, lead, member, observer, stranger, django_assert_num_queries):
    with django_assert_num_queries(3):
        assert set(Rooms().rights(room.pk, {lead.pk})) == {lead.pk}
    everybody = {lead.pk, member.pk, observer.pk, stranger.pk}
    with django_assert_num_queries(3):
        assert set(Rooms().rights(room.pk, everybody)) == everybody - {stranger.pk}


def test_people_are_named_by_name_and_told_once(room, say, lead, member, stranger, observer):
    first = say(member, room, "@Lina Okafor and @Sana Haddad, see `@Olga Rivas`")
    message = Message.objects.get(pk=first.id)
    assert message.body == f"@[{lead.pk}] and @Sana Haddad, see `@Olga Rivas`"
    assert say(member, room, "@Lina Okafor and @Sana Haddad, see `@Olga Rivas`", key=message.key) == first
    edited = "@Lina Okafor, @Olga Rivas"
    services.edit_message(room.pk, first.id, by=member, key=key(), base=1, body=edited)
    told = Notice.objects.filter(kind="chat_mention")
    assert sorted(told.values_list("user", flat=True)) == sorted([lead.pk, observer.pk])
    ((_, rendered),) = notifications.render_notices(list(told.filter(user=lead)), lead)
    assert rendered.text == "Marco Silva mentioned you in the chat of Supply Chains"
    assert rendered.excerpt == edited
    assert rendered.url == "/groups/supply-chains/chat/?from=1#message-1"
    services.delete_message(room.pk, first.id, by=member, key=key())
    assert notifications.render_notices(list(told.filter(user=lead)), lead) == []


def test_who_gets_their_place_back_keeps_what_was_said_in_rooms_that_are_younger_than_it(
    room, say, member, lead, weavers, supply_chains, signed_in
):
    supply_chains.history = "from-joining"
    supply_chains.save()
    further = services.open_room(supply_chains, by=lead, name="Preparation")
    say(lead, further, "Said before the suspension")
    for status in ("suspended", "active"):
        weavers.status = status
        with transaction.atomic():
            weavers.save()
            publish(OrganisationStatusChanged(weavers))
    badges = {badge.room.pk: badge.unread for badge in room_badges(member, [supply_chains])[supply_chains.pk]}
    assert badges[further.pk] == 1
    assert "Said before the suspension" in signed_in(member).get(further.get_absolute_url()).content.decode()


def test_an_event_is_judged_by_the_rights_of_when_it_is_read(room, say, member, lead):
    """What was said under rights that are over may have been changed since: it is read as it is now."""
    further = services.open_room(room.group, by=lead, name="Preparation")
    first = say(lead, further, "For everybody")
    services.change_rights(further, by=lead, rights=services.RoomRights(Audience.LEADS))
    services.edit_message(further.pk, first.id, by=lead, key=key(), base=1, body="For leads")
    further.refresh_from_db()
    (entry,) = Rooms().entries(further.pk, first.seq - 1, 1)
    assert "For leads" in entry.text
    assert entry.acl_version == further.acl_version > Event.objects.get(room=further, seq=first.seq).acl_version
