"""Posts that are moved: numbers, stubs, marks, boundaries, and everything that hangs on a post."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import Conflict, DomainError
from core.models import AuditEntry
from discussions import services
from discussions.asking.services import ask_to_acknowledge
from discussions.models import Bookmark, Draft, Post, Reading, Thread, Trace
from discussions.unread import unread_of
from groups.models import Participant
from groups.standing import NotAllowed, Standing
from tests.together import at_once


@pytest.fixture
def leading(capacity, lead, supply_chains):
    return capacity(lead, supply_chains)


@pytest.fixture
def two(supply_chains, member, lead, start, say):
    """Two threads: in the first five posts by both in turn."""
    first, second = start(supply_chains, member, "Fees"), start(supply_chains, lead, "Contracts")
    for number in range(4):
        say(first, (lead, member)[number % 2], f"Number {number + 2}")
    return first, second


def bodies(thread):
    return list(Post.objects.filter(thread=thread).order_by("number").values_list("number", "body"))


def test_moved_posts_take_the_next_numbers_and_leave_stubs(two, leading):
    first, second = two
    moved = Post.objects.get(thread=first, number=3)
    services.move_posts(first, second, by=leading, numbers=[4, 2, 3])
    assert bodies(second) == [(1, "Who has figures?"), (2, "Number 2"), (3, "Number 3"), (4, "Number 4")]
    assert bodies(first) == [(1, "Who has figures?"), (2, ""), (3, ""), (4, ""), (5, "Number 5")]
    assert Post.objects.get(thread=first, number=3).moved_to == moved
    moved.refresh_from_db()
    assert (moved.thread_id, moved.number) == (second.pk, 3)
    second.refresh_from_db()
    assert second.last_number == 4
    assert [(one.kind, one.after, one.count) for one in Trace.objects.order_by("pk")] == [
        ("arrived", 1, 3),
        ("left", 5, 3),
    ]
    assert AuditEntry.objects.filter(verb="thread.posts_moved", object_id=first.pk).count() == 1


def test_the_old_address_leads_to_the_new_place(two, leading, signed_in, member):
    first, second = two
    services.move_posts(first, second, by=leading, numbers=[3])
    client = signed_in(member)
    answer = client.get(f"{first.get_absolute_url()}?post=3")
    assert answer.status_code == 302
    assert answer["Location"] == f"{second.get_absolute_url()}?post=2#post-2"
    page = client.get(first.get_absolute_url()).content.decode()
    assert "moved to" in page and "Contracts" in page
    there = client.get(second.get_absolute_url()).content.decode()
    assert "1 post came here from" in there and "Number 3" in there
    for below in ("edit/", "delete/", "history/", ""):
        assert client.get(f"{first.get_absolute_url()}posts/3/{below}").status_code == 404


def test_a_post_moved_again_and_back_is_found_from_every_number_it_had(two, leading, signed_in, member):
    first, second = two
    services.move_posts(first, second, by=leading, numbers=[3])
    services.move_posts(second, first, by=leading, numbers=[2])
    assert bodies(first)[-1] == (6, "Number 3")
    client = signed_in(member)
    for old in (f"{first.get_absolute_url()}?post=3", f"{second.get_absolute_url()}?post=2"):
        assert client.get(old)["Location"] == f"{first.get_absolute_url()}?post=6#post-6"


def test_a_split_makes_one_thread_however_often_it_is_sent(two, leading):
    first, _second = two
    key = uuid.uuid4()
    made = services.split(first, by=leading, numbers=[2, 3], title="Aside", key=key)
    assert services.split(first, by=leading, numbers=[2, 3], title="Aside", key=key) == made
    assert bodies(made) == [(1, "Number 2"), (2, "Number 3")]
    with pytest.raises(Conflict):
        services.split(first, by=leading, numbers=[4], title="Another", key=key)


def test_who_had_read_all_before_a_split_has_nothing_new_in_it(
    two, leading, lead, member, make_insider, supply_chains
):
    first, _second = two
    reader, late = make_insider(supply_chains, "Rosa Reader"), make_insider(supply_chains, "Lars Late")
    services.mark_read(first, user=reader, number=5)
    services.mark_read(first, user=late, number=2)
    made = services.split(first, by=leading, numbers=[2, 3, 4], title="Aside", key=uuid.uuid4())
    assert unread_of(reader, [made]) == {made.pk: 0}
    assert unread_of(late, [made]) == {made.pk: 2}


def test_a_merged_thread_is_closed_and_leads_on(two, leading, signed_in, member, lead):
    first, second = two
    services.save_draft(user=member, group=first.group, thread=first, body="Half a thought")
    services.bookmark(member, first, on=True)
    services.merge(first, second, by=leading)
    first.refresh_from_db()
    assert first.merged_into == second and not first.takes_posts
    assert [body for _number, body in bodies(first)] == [""] * 5
    assert len(bodies(second)) == 6
    assert Draft.objects.get(user=member).thread == second
    assert Bookmark.objects.get(user=member).thread == second
    client = signed_in(member)
    assert "This thread was merged into another one." in client.get(first.get_absolute_url()).content.decode()
    listed = client.get("/groups/supply-chains/threads/").content.decode()
    assert "Contracts" in listed and "Fees" not in listed
    services.reopen(first, by=leading)
    services.move_posts(second, first, by=leading, numbers=[2, 3])
    assert bodies(first)[-2:] == [(6, "Who has figures?"), (7, "Number 2")]


def test_what_cannot_be_moved_is_refused_in_words(
    two, leading, make_group, join, dockers, lead, start, capacity, member
):
    first, second = two
    other = make_group("Other")
    join(dockers, other, lead, role="lead")
    away = start(other, lead, "Elsewhere")
    for act in (
        lambda: services.move_posts(first, away, by=leading, numbers=[2]),
        lambda: services.move_posts(first, first, by=leading, numbers=[2]),
        lambda: services.move_posts(first, second, by=leading, numbers=[99]),
    ):
        with pytest.raises(services.BadMove):
            act()
    with pytest.raises(NotAllowed):
        services.move_posts(first, second, by=capacity(member, first.group), numbers=[2])
    assert Trace.objects.count() == 0


def test_a_reply_whose_post_went_elsewhere_still_says_what_it_answers(two, leading, say, lead, signed_in, member):
    first, second = two
    answered = Post.objects.get(thread=first, number=3)
    say(first, lead, "I answer", reply_to=answered)
    services.move_posts(first, second, by=leading, numbers=[3])
    page = signed_in(member).get(first.get_absolute_url()).content.decode()
    assert f"{second.get_absolute_url()}?post=2#post-2" in page
    assert "“<bdi>Contracts</bdi>”" in page


def test_moving_shows_a_newcomer_nothing_from_before(supply_chains, two, leading, signed_in, make_insider, say, lead):
    first, second = two
    supply_chains.history, supply_chains.read = "from-joining", "members"
    type(supply_chains).objects.filter(pk=supply_chains.pk).update(history="from-joining", read="members")
    Post.objects.update(created_at=timezone.now() - timedelta(days=2), peak_at=timezone.now() - timedelta(days=2))
    Participant.objects.update(created_at=timezone.now() - timedelta(days=3))
    newcomer = make_insider(supply_chains, "Nora New")
    Participant.objects.filter(user=newcomer).update(created_at=timezone.now() - timedelta(days=1))
    say(second, lead, "Said today")
    services.move_posts(first, second, by=leading, numbers=[2, 3])
    client = signed_in(newcomer)
    page = client.get(second.get_absolute_url()).content.decode()
    assert "Said today" in page
    assert "Number 2" not in page and "Number 3" not in page
    assert "a post from before you joined" in page
    assert client.get("/").content.decode().count("Number 3") == 0
    assert "Number 3" not in client.get("/groups/supply-chains/threads/").content.decode()
    assert client.get(f"{second.get_absolute_url()}posts/4/").status_code == 404


# --- Whatever happens -------------------------------------------------------------------------------------------------

ACTS = st.lists(
    st.tuples(
        st.sampled_from(["post", "move", "split", "merge", "read", "delete"]),
        st.integers(0, 2),
        st.integers(0, 2),
        st.lists(st.integers(1, 9), min_size=1, max_size=4, unique=True),
    ),
    min_size=1,
    max_size=10,
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_numbers_stay_dense_and_unread_equals_a_recount(
    acts, supply_chains, lead, member, observer, start, say, capacity
):
    by, people = capacity(lead, supply_chains), (lead, member, observer)
    threads = [start(supply_chains, lead, f"Thread {number}") for number in range(3)]
    first = threads[0].pk
    for what, one, other, numbers in acts:
        source, target = Thread.objects.get(pk=threads[one].pk), Thread.objects.get(pk=threads[other].pk)
        try:
            if what == "post":
                say(source, people[other % 2])
            elif what == "move":
                services.move_posts(source, target, by=by, numbers=numbers)
            elif what == "split":
                threads[other] = services.split(source, by=by, numbers=numbers, title="Split", key=uuid.uuid4())
            elif what == "merge":
                services.merge(source, target, by=by)
            elif what == "read":
                services.mark_read(source, user=people[other], number=numbers[0])
            else:
                post = Post.objects.filter(thread=source, number=numbers[0], moved_to=None).first()
                if post:
                    services.delete_post(post, by=by, reason="Wrong")
        except DomainError:
            pass
    for thread in Thread.objects.filter(pk__gte=first):
        numbers = list(thread.posts.order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, thread.last_number + 1))
        peaks = list(thread.posts.order_by("number").values_list("peak_at", flat=True))
        assert peaks == sorted(peaks)
        for person in people:
            mark = Reading.objects.filter(user=person, thread=thread).first()
            read_to = mark.last_read if mark else 0
            recount = thread.posts.filter(number__gt=read_to).exclude(author=person).count()
            assert unread_of(person, [thread])[thread.pk] == recount


@pytest.mark.django_db(transaction=True)
def test_moving_races_with_posting_editing_and_deleting(two, leading, lead, member, capacity, say):
    first, second = two
    say(first, lead, "Number 6")
    writing = capacity(member, first.group)
    mine = Post.objects.get(thread=first, number=5)

    def act(index):
        for round_ in range(5):
            try:
                if index == 0:
                    services.move_posts(first, second, by=leading, numbers=[round_ + 2])
                elif index == 1:
                    services.post(first, by=writing, body=f"New {round_}", key=uuid.uuid4())
                elif index == 2:
                    services.edit_post(mine, by=writing, body=f"Edited {round_}", base=round_ + 1)
                else:
                    services.post(second, by=leading, body=f"There {round_}", key=uuid.uuid4())
            except DomainError as refused:
                if (index, round_) != (0, 3):  # the fifth post may be deleted before it is moved
                    return refused
        if index == 2:
            services.delete_post(mine, by=writing)
        return None

    assert at_once(4, act) == [None] * 4
    for thread in (first, second):
        thread.refresh_from_db()
        numbers = list(thread.posts.order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, thread.last_number + 1))
        for person in (lead, member):
            mark = Reading.objects.get(user=person, thread=thread)
            own = thread.posts.filter(author=person, number__gt=mark.last_read).count()
            assert mark.own_since == own
    mine.refresh_from_db()
    assert mine.is_deleted and mine.body == "" and mine.version == 6
    moved = Post.objects.filter(thread=first).exclude(moved_to=None).count()
    assert moved == 5 or (moved == 4 and mine.thread_id == first.pk)


# --- What asks ----------------------------------------------------------------------------------------------------


def polls(thread, lead, ask, **_):
    ask(thread, lead)


def asks_to_acknowledge(thread, lead, capacity, **_):
    Thread.objects.filter(pk=thread.pk).update(kind="announcement")
    ask_to_acknowledge(Thread.objects.get(pk=thread.pk), by=capacity(lead, thread.group))


def consults(thread, **_):
    until = timezone.now() + timedelta(days=3)
    Thread.objects.filter(pk=thread.pk).update(kind="consultation", open_until=until)


@pytest.mark.parametrize("asking", [polls, asks_to_acknowledge, consults])
def test_a_thread_that_asks_is_not_merged_and_the_page_says_why_and_what_else(
    asking, supply_chains, start, say, signed_in, lead, member, ask, capacity
):
    """Votes, answers and acknowledgements were given to a question, under its rules and its date: they stay with it."""
    thread, other = start(supply_chains, member), start(supply_chains, lead, title="Other")
    said = say(thread, member)
    asking(thread, lead=lead, ask=ask, capacity=capacity)
    client = signed_in(lead)
    answer = client.post(f"{thread.get_absolute_url()}merge/", {"thread": other.pk})
    assert answer.status_code == 422
    page = " ".join(answer.content.decode().split())
    assert "This thread asks something of the group, and the answers belong to their question" in page
    assert "Close it with a conclusion instead, or move posts of it." in page
    thread.refresh_from_db()
    assert thread.merged_into is None and thread.posts.count() == 2
    services.move_posts(thread, other, by=Standing.of(lead, supply_chains).act(), numbers=[said.number])
    assert other.posts.count() == 2
