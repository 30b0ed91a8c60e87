"""Unread is arithmetic, and the arithmetic is exact: whatever happens, it equals a recount."""

import uuid

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from discussions import services
from discussions.models import Post, Reading, Thread
from discussions.unread import thread_badges, unread_of, whats_new

# What the two people do, in turn: write, delete the newest of their own, or read up to a number on one of two devices.
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["lead", "member"]),
        st.sampled_from(["post", "post", "delete", "read", "all"]),
        st.integers(1, 14),
    ),
    max_size=25,
)


def recount(thread, person):
    """Count the rows: what others wrote after the mark, tombstones included."""
    mark = Reading.objects.filter(thread=thread, user=person).first()
    return Post.objects.filter(thread=thread, number__gt=mark.last_read if mark else 0).exclude(author=person).count()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_unread_equals_a_recount_after_every_act(supply_chains, start, say, capacity, lead, member, acts):
    people = {"lead": lead, "member": member}
    by = {name: capacity(person, supply_chains) for name, person in people.items()}
    thread = start(supply_chains, member)
    marks = dict.fromkeys(people, 0)
    for who, act, number in acts:
        person = people[who]
        if act == "post":
            services.post(thread, by=by[who], body=f"Word {number}", key=uuid.uuid4())
        elif act == "delete":
            if newest := Post.objects.filter(thread=thread, author=person, deleted_at=None).last():
                services.delete_post(newest, by=by[who])
        elif act == "read":
            services.mark_read(thread, user=person, number=number)
        else:
            services.mark_all_read(supply_chains, user=person)
        for name, reader in people.items():
            mark = Reading.objects.filter(thread=thread, user=reader).first()
            assert unread_of(reader, [thread])[thread.pk] == recount(thread, reader)
            if mark:
                assert mark.last_read >= marks[name], "the mark only rises"
                marks[name] = mark.last_read
    numbers = list(Post.objects.filter(thread=thread).order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))


def test_news_name_the_threads_and_cost_the_same_for_one_group_and_many(
    supply_chains, start, say, lead, member, make_group, join, dockers, weavers, django_assert_num_queries
):
    thread = start(supply_chains, lead, "First")
    say(thread, lead, "Newest **words**")
    with django_assert_num_queries(4):
        news = whats_new(member, [supply_chains])
    assert (news[supply_chains.pk].threads, news[supply_chains.pk].posts) == (1, 2)
    assert [(new.thread, new.unread, new.excerpt) for new in news[supply_chains.pk].newest] == [
        (thread, 2, "Newest words")
    ]
    groups = [supply_chains]
    for number in range(3):
        group = make_group(f"Group {number}")
        join(dockers, group, lead, role="lead")
        join(weavers, group, member)
        start(group, lead)
        start(group, member)
        groups.append(group)
    with django_assert_num_queries(4):
        news = whats_new(member, groups)
    assert [news[group.pk].threads for group in groups] == [1, 1, 1, 1]
    assert [thread_badges(person, groups[1]) for person in (lead, member)] == [1, 1]


def test_what_came_before_joining_is_neither_new_nor_counted(supply_chains, start, say, lead, make_insider):
    thread = start(supply_chains, lead)
    say(thread, lead)
    old = start(supply_chains, lead, "Old")
    supply_chains.history = "from-joining"
    supply_chains.save()
    newcomer = make_insider(supply_chains, "Nora New")
    assert unread_of(newcomer, [thread, old]) == {thread.pk: 0, old.pk: 0}
    say(thread, lead)
    say(thread, newcomer, "Mine")
    say(thread, lead)
    assert unread_of(newcomer, [thread])[thread.pk] == 2
    assert whats_new(newcomer, [supply_chains])[supply_chains.pk].posts == 2
    assert thread_badges(newcomer, supply_chains, newcomer.participations.get().created_at) == 1
    services.mark_read(thread, user=newcomer, number=5)
    assert unread_of(newcomer, [thread])[thread.pk] == 0


def test_own_words_before_joining_again_are_not_subtracted(supply_chains, start, say, lead, member):
    """Who left and came back may have words of their own in the part they no longer see."""
    thread = start(supply_chains, lead)
    say(thread, member)
    say(thread, lead)
    supply_chains.history = "from-joining"
    supply_chains.save()
    seat = member.participations.get()
    seat.ended_at = timezone.now()
    seat.save()
    seat.pk, seat.ended_at, seat.created_at = None, None, timezone.now()
    seat.save()
    say(thread, lead)
    assert unread_of(member, [thread])[thread.pk] == 1


@pytest.mark.parametrize("number", [0, -3, 10**9])
def test_a_mark_stays_within_the_thread(thread, lead, number):
    services.mark_read(thread, user=lead, number=number)
    assert Reading.objects.get(user=lead).last_read == min(max(number, 0), Thread.objects.get().last_number)
