"""A stretch of a room becomes a thread: with its authors and times, once, and never for more readers than the room has."""

import itertools
import uuid

import pytest
from django.http import Http404
from django.urls import reverse

from core.errors import Conflict
from core.models import AuditEntry
from core.realtime import limits
from discussions.chat import services
from discussions.chat.access import place_in
from discussions.chat.models import Message
from discussions.chat.services import moving
from discussions.chat.services.moving import BadStretch
from discussions.models import Post, Thread
from groups.standing import NotAllowed
from notifications.models import Notice


@pytest.fixture
def turn(room):
    """Turn a stretch of the room into a thread, as somebody."""

    def copy(person, first, last, *, key=None, title="What we said", at=None):
        at = at or room
        limits.pace.forget()
        return services.turn_into_thread(
            at.pk, by=person, first=first, last=last, title=title, key=key or uuid.uuid4()
        )

    return copy


@pytest.fixture
def talk(lead, member, room, say):
    """Five messages of two people, the fourth deleted, the fifth an answer to the second."""
    said = [say(lead, room, "One"), say(member, room, "**Two**"), say(lead, room, "Three"), say(member, room, "Four")]
    services.delete_message(room.pk, said[3].id, by=member, key=uuid.uuid4())
    said.append(say(lead, room, "Five", reply_to=said[1].id))
    return said


def test_the_messages_become_posts_as_they_were(lead, member, room, talk, turn):
    thread = turn(member, 1, 5)
    messages = [
        message for message in Message.objects.filter(number__lte=5).order_by("number") if not message.is_deleted
    ]
    posts = list(thread.posts.order_by("number"))
    assert (thread.author, thread.title, thread.last_number, len(posts)) == (member, "What we said", 4, 4)
    for post, message in zip(posts, messages, strict=True):
        assert (post.author, post.organisation, post.function) == (
            message.author,
            message.organisation,
            message.function,
        )
        assert (post.body, post.html, post.created_at) == (message.body, message.html, message.created_at)
        assert post.versions.get().body == post.body
    assert posts[3].reply_to == posts[1]
    assert not any(post.reply_to for post in posts[:3])
    assert AuditEntry.objects.get(verb="room.copied_to_thread").actor_id == member.pk


def test_the_room_is_told_by_a_message_with_the_link(client, member, room, talk, turn):
    thread = turn(member, 1, 3)
    told = Message.objects.latest("number")
    assert told.author == member
    assert f'href="{thread.get_absolute_url()}"' in told.html
    client.force_login(member)
    page = client.get(thread.get_absolute_url()).content.decode()
    assert page.count("From the chat, copied by") == 3


def test_the_same_key_makes_one_thread(member, room, talk, turn):
    key = uuid.uuid4()
    thread = turn(member, 1, 3, key=key)
    assert turn(member, 1, 3, key=key) == turn(member, 3, 1, key=key) == thread
    with pytest.raises(Conflict):
        turn(member, 1, 2, key=key)
    assert (Thread.objects.count(), Post.objects.count()) == (1, 3)
    assert Message.objects.filter(body__contains="thread").count() == 1


def test_own_posts_are_not_unread_and_nobody_is_told_twice(lead, member, observer, room, say, turn, supply_chains):
    say(member, room, f"@{lead.name} look")
    told = Notice.objects.count()
    thread = turn(lead, 1, 1)
    assert Notice.objects.count() == told
    unread = {
        person: Thread.objects.with_mark(person.pk).get(pk=thread.pk).unread for person in (lead, member, observer)
    }
    assert unread == {lead: 1, member: 0, observer: 1}


@pytest.mark.parametrize("change", [{"read": "public"}, {"read": "partners"}, {"history": "from-joining"}])
def test_where_more_people_read_threads_only_own_messages_go(
    client, lead, member, room, talk, turn, supply_chains, change
):
    for name, value in change.items():
        setattr(supply_chains, name, value)
    supply_chains.save()
    thread = turn(member, 1, 5)
    assert [post.author for post in thread.posts.all()] == [member]
    client.force_login(member)
    page = client.get(reverse("chat:stretch", args=[supply_chains.slug, room.pk])).content.decode()
    assert "only messages of your own can be copied" in page
    assert "Two" in page
    assert "Three" not in page
    with pytest.raises(BadStretch):
        turn(member, 1, 1)


def test_what_leads_say_among_themselves_stays_there(lead, room, say, turn, supply_chains, make_insider):
    other = make_insider(supply_chains, "Other Lead", role="lead")
    rights = services.RoomRights(audience="leads")
    leads = services.open_room(supply_chains, by=lead, name="Leads", rights=rights)
    say(other, leads, "Between us")
    say(lead, leads, "Mine")
    thread = turn(lead, 1, 2, at=leads)
    assert [post.body for post in thread.posts.all()] == ["Mine"]


def test_who_may_not_write_or_start_threads_copies_nothing(
    client, lead, member, observer, stranger, room, talk, turn, supply_chains
):
    for person, refusal in ((observer, NotAllowed), (stranger, Http404)):
        with pytest.raises(refusal):
            turn(person, 1, 3)
    supply_chains.start_threads = "leads"
    supply_chains.save()
    with pytest.raises(NotAllowed):
        turn(member, 1, 3)
    turn(lead, 1, 3)
    client.force_login(member)
    address = reverse("chat:stretch", args=[supply_chains.slug, room.pk])
    assert client.get(address).status_code == 302


def test_a_hundred_at_most_and_all_or_nothing(member, room, say, turn, monkeypatch):
    monkeypatch.setattr(moving, "MOST", 3)
    for number in range(5):
        say(member, room, str(number))
    with pytest.raises(BadStretch):
        turn(member, 1, 4)
    assert not Thread.objects.exists()
    assert not AuditEntry.objects.filter(verb="room.copied_to_thread").exists()
    assert turn(member, 2, 4).last_number == 3


def test_a_form_does_it_without_a_script(client, member, room, talk, supply_chains):
    client.force_login(member)
    address = reverse("chat:stretch", args=[supply_chains.slug, room.pk])
    assert address in client.get(room.get_absolute_url()).content.decode()
    page = client.get(address)
    assert [row.number for row in page.context["rows"]] == [1, 2, 3, 5]
    about = client.get(reverse("chat:about", args=[supply_chains.slug, room.pk, talk[1].id])).content.decode()
    assert f'{address}?first=2"' in about
    assert (client.get(f"{address}?first=2").context["first"], page.context["first"]) == (2, 1)
    sent = {"key": uuid.uuid4(), "title": "", "first": 1, "last": 3}
    assert client.post(address, sent).status_code == 422
    answer = client.post(address, sent | {"title": "Kept"})
    thread = Thread.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, thread.get_absolute_url())


def test_both_ends_that_were_chosen_in_the_room_stand_in_the_form(client, member, room, talk, supply_chains):
    client.force_login(member)
    page = client.get(reverse("chat:room", args=[supply_chains.slug, room.pk]))
    assert page.context["copies"] == "all"
    assert 'id="stretching"' in page.content.decode()
    form = client.get(reverse("chat:stretch", args=[supply_chains.slug, room.pk]), {"first": 3, "last": 2})
    assert [row.number for row in form.context["rows"]] == [2, 3]
    assert (form.context["first"], form.context["last"]) == (2, 3)


def test_no_copy_shows_anybody_a_word_they_did_not_read_in_the_room(
    lead, member, observer, stranger, outsider, room, say, turn, supply_chains, make_insider
):
    """For every setting of the group and the room, and whoever copies: a post that is not the copier's own has only readers of
    the message it was made from.
    """
    settings = itertools.product(("public", "partners", "members"), ("public", "members"), ("all", "from-joining"))
    rooms = [
        room,
        *(
            services.open_room(supply_chains, by=lead, name=name, rights=services.RoomRights(audience=name))
            for name in ("members", "leads")
        ),
    ]
    for one in rooms:
        say(lead, one, f"Lead in {one.audience}")
        if one.audience != "leads":
            say(member, one, f"Member in {one.audience}")
    late = make_insider(supply_chains, "Late Comer")
    people = [lead, member, observer, stranger, outsider, late]
    widened = copied = 0
    for read, find, history in settings:
        supply_chains.read, supply_chains.find, supply_chains.history = read, find, history
        supply_chains.save()
        for one, copier in itertools.product(rooms, (lead, member)):
            try:
                thread = turn(copier, 1, 2, at=one, key=uuid.uuid4())
            except (BadStretch, Http404):
                continue
            for post in thread.posts.all():
                copied += 1
                seen_in_room = {
                    person
                    for person in people
                    if (place := place_in(one, person))
                    and Message.objects.filter(room=one, body=post.body, seq__gte=place.floor).exists()
                }
                reads_post = {
                    person for person in people if Post.objects.visible_to(person).filter(pk=post.pk).exists()
                }
                if post.author != copier:
                    assert reads_post <= seen_in_room, (read, find, history, one.audience, post.body)
                elif not reads_post <= seen_in_room:
                    widened += 1
    assert copied > widened > 0


@pytest.mark.parametrize("count", [1, 3])
def test_choosing_costs_the_same_for_few_and_many(
    client, member, room, say, supply_chains, count, django_assert_num_queries
):
    for number in range(count):
        say(member, room, str(number))
    client.force_login(member)
    address = reverse("chat:stretch", args=[supply_chains.slug, room.pk])
    client.get(address)
    with django_assert_num_queries(12):
        client.get(address)
