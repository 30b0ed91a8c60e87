"""What holds when many act at once: on the engine this run uses, and so, in the other run, on PostgreSQL."""

import threading
import uuid

import pytest

from core.errors import Conflict, DomainError
from discussions import services
from discussions.models import Post, PostVersion, Reading, Thread
from groups.models import Membership
from groups.services import remove_membership
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_many_writers_leave_no_gap_and_exact_marks(thread, lead, member, capacity):
    by = [capacity(person, thread.group) for person in (lead, member)]

    def write(index):
        for round_ in range(5):
            who = by[(index + round_) % 2]
            services.post(thread, by=who, body=f"{index}-{round_}", key=uuid.uuid4())
            services.mark_read(thread, user=who.user, number=Thread.objects.get().last_number - 1)

    assert at_once(6, write) == [None] * 6
    numbers = list(Post.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, 32))
    for person in (lead, member):
        mark = Reading.objects.get(user=person)
        own = Post.objects.filter(author=person, number__gt=mark.last_read).count()
        assert mark.own_since == own


def test_of_many_editors_exactly_one_wins(thread, member, capacity):
    post = thread.posts.get()
    by = capacity(member, thread.group)
    for version in range(1, 6):

        def edit(index, base=version):
            return services.edit_post(post, by=by, body=f"Text {base} of {index}", base=base)

        results = at_once(4, edit)
        lost = [result for result in results if isinstance(result, Conflict)]
        won = [result for result in results if isinstance(result, Post)]
        assert (len(won), len(lost)) == (1, 3), results
        assert {conflict.current.body for conflict in lost} == {won[0].body}
    assert PostVersion.objects.filter(post=post).count() == 6


def test_who_is_removed_while_posting_posts_nothing_afterwards(thread, member, lead, capacity):
    by, leading = capacity(member, thread.group), capacity(lead, thread.group)
    membership = Membership.objects.get(organisation=by.organisation)
    removed = threading.Event()

    def act(index):
        if index == 0:
            remove_membership(membership, by=leading, reason="Left the alliance")
            removed.set()
            return None
        after = []
        for round_ in range(10):
            was_removed = removed.is_set()
            try:
                post = services.post(thread, by=by, body=f"{index}-{round_}", key=uuid.uuid4())
            except DomainError:
                continue
            if was_removed:
                after.append(post)
        return after

    results = at_once(4, act)
    assert results == [None, [], [], []]


def test_one_key_in_two_groups_at_once_makes_one_post(
    thread, member, lead, make_group, join, weavers, dockers, start, capacity
):
    other = make_group("Other")
    join(dockers, other, lead, role="lead")
    join(weavers, other, member)
    threads = [thread, start(other, member)]
    key = uuid.uuid4()

    def send(index):
        return services.post(threads[index], by=capacity(member, threads[index].group), body="Where?", key=key)

    results = at_once(2, send)
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "Post"]
    assert Post.objects.filter(body="Where?").count() == 1
