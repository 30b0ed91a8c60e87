"""An open page of a thread hears of new posts: by the bell, by the poll where no bell rings, and only where one may read."""

import re

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from core.realtime.hub import Hub
from discussions.live import Threads
from groups.models import Group, Membership, Participant
from tests.chat.conftest import hub, tab

__all__ = ["hub", "tab"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asay(say):
    """Add a post, from a test that runs on the loop."""
    return sync_to_async(say)


@pytest.fixture
def watching(tab, thread):
    """Open somebody's socket, and wait there for what comes after the thread's first post."""

    async def make(person, **more):
        socket = await tab(person, **more)
        await socket.say(type="watch", thread=thread.pk, after=1)
        assert await hears_nothing(socket)
        return socket

    return make


async def told(socket):
    """Return what the socket is told next of a thread; the number of notices may come before it."""
    return (await socket.until("posts"))[0]


async def hears_nothing(socket):
    """Say whether nothing comes but the number of notices, which somebody may be told at any time."""
    while not await socket.silent():
        if (await socket.frame())["type"] != "notice":
            return False
    return True


def posts(thread, last):
    return {"type": "posts", "thread": thread.pk, "last": last}


async def test_who_reads_the_thread_is_told_its_last_number_and_no_word(watching, thread, lead, observer, asay):
    sockets = [await watching(lead), await watching(lead), await watching(observer)]
    await asay(thread, lead, "Only for this page")
    for socket in sockets:
        assert await told(socket) == posts(thread, 2)
        assert await hears_nothing(socket)


async def test_what_came_before_one_waited_is_told_at_once(tab, thread, member, lead, asay):
    await asay(thread, lead)
    await asay(thread, lead)
    socket = await tab(member)
    await socket.say(type="watch", thread=thread.pk, after=1)
    assert await told(socket) == posts(thread, 3)
    await socket.say(type="watch", thread=thread.pk, after=3)
    assert await hears_nothing(socket)


async def test_a_stranger_hears_nothing_of_a_thread_that_grows(tab, thread, stranger, secretariat, lead, asay):
    sockets = [await tab(stranger), await tab(secretariat)]
    for socket in sockets:
        refused = await socket.ask(type="watch", thread=thread.pk, after=0)
        absent = await socket.ask(type="watch", thread=thread.pk + 1000, after=0)
        assert refused == {"type": "error", "code": "not_found", "thread": thread.pk}
        assert absent == refused | {"thread": thread.pk + 1000}
    await asay(thread, lead)
    for socket in sockets:
        assert await hears_nothing(socket)


async def test_who_was_removed_hears_no_more(watching, thread, member, lead, weavers, supply_chains, asay):
    theirs, another = await watching(member), await watching(lead)

    def remove():
        place = Membership.objects.filter(group=supply_chains, organisation=weavers)
        place.update(state="removed", ended_at=timezone.now())
        Participant.objects.filter(membership__in=place, ended_at=None).update(ended_at=timezone.now())

    await sync_to_async(remove)()
    await asay(thread, lead)
    assert await told(another) == posts(thread, 2)
    assert await hears_nothing(theirs)


async def test_what_is_before_ones_time_is_not_told(tab, thread, lead, member, supply_chains, asay):
    """A thread nothing of which one may read is none, until somebody writes in it."""
    await Group.objects.filter(pk=supply_chains.pk).aupdate(history="from-joining", read="members", find="members")
    await Participant.objects.filter(user=member).aupdate(created_at=timezone.now())
    socket = await tab(member)
    await socket.say(type="watch", thread=thread.pk, after=0)
    assert (await socket.until("error"))[0]["code"] == "not_found"
    await asay(thread, lead)
    await socket.say(type="watch", thread=thread.pk, after=0)
    assert await told(socket) == posts(thread, 2)


async def test_a_page_waits_for_one_thread_and_another_takes_its_place(
    watching, hub, thread, lead, start, supply_chains, asay
):
    other = await sync_to_async(start)(supply_chains, lead, "Another")
    socket = await watching(lead)
    await socket.say(type="watch", thread=other.pk, after=1)
    assert await hears_nothing(socket)
    await asay(thread, lead)
    assert await hears_nothing(socket)
    await asay(other, lead)
    assert await told(socket) == posts(other, 2)
    assert set(hub.watching.watches) == {other.pk}
    await socket.disconnect()
    assert hub.watching.watches == {}


def test_how_many_read_along_from_outside_is_no_matter_of_queries(
    thread, member, outsider, stranger, make_person, affiliate, institute, supply_chains, django_assert_num_queries
):
    Group.objects.filter(pk=supply_chains.pk).update(read="partners")
    others = [make_person(name) for name in ("Ines", "Jonas")]
    for person in others:
        affiliate(person, institute)
    few, many = [member, stranger], [member, stranger, outsider, *others]

    with django_assert_num_queries(4) as asked:
        assert set(Threads().end_for(thread.pk, [one.pk for one in few])) == {member.pk, stranger.pk}
    with django_assert_num_queries(len(asked)):
        assert set(Threads().end_for(thread.pk, [one.pk for one in many])) == {one.pk for one in many} - {outsider.pk}


async def test_what_no_bell_told_of_is_found(watching, thread, lead, asay, monkeypatch):
    """As when Redis is gone, or a worker without a layer writes what came by mail."""

    async def nothing(*args):
        return

    deaf = Hub(poll=0.3)
    monkeypatch.setattr(deaf, "_listen", nothing)
    socket = await watching(lead, hub=deaf)
    await asay(thread, lead)
    assert await told(socket) == posts(thread, 2)


def numbers_in(page):
    return [int(number) for number in re.findall(r'id="post-(\d+)"', page.content.decode())]


def test_the_posts_after_a_number_come_twenty_at_a_time(signed_in, thread, lead, member, say):
    for _ in range(24):
        say(thread, lead)
    client = signed_in(member)
    at = f"{thread.get_absolute_url()}newer/"
    page = client.get(at, {"after": 3})
    assert numbers_in(page) == list(range(4, 24))
    assert 'data-last="23"' in page.content.decode()
    assert numbers_in(client.get(at, {"after": 23})) == [24, 25]
    beyond = client.get(at, {"after": 25})
    assert (numbers_in(beyond), 'data-last="25"' in beyond.content.decode()) == ([], True)


def test_few_posts_and_many_cost_the_same(signed_in, thread, lead, member, say, django_assert_num_queries):
    client, at = signed_in(member), f"{thread.get_absolute_url()}newer/"
    for _ in range(3):
        say(thread, lead)
    client.get(at, {"after": 1})
    with django_assert_num_queries(6) as asked:
        client.get(at, {"after": 3})
    with django_assert_num_queries(len(asked)):
        client.get(at, {"after": 1})
