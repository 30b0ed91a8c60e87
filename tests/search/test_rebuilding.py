"""The index is made anew while the site serves: whole, from where it stopped, and past whoever deletes meanwhile."""

import uuid

import pytest
from django.core.management import call_command

from discussions import services
from discussions.models import Post
from groups.documents.models import Preview, PreviewPage
from groups.standing import Standing
from search import words
from search.asking import read
from search.cards import Card
from search.engines import engine
from search.models import Entry, Kind, Rebuilding
from search.services import find, put_all
from search.services.rebuilding import is_due, rebuild
from tests.together import at_once


def held():
    return set(Entry.objects.values_list("kind", "object_id", "part", "place", "depth", "moment", "author_id", "veil"))


@pytest.fixture
def site(supply_chains, hidden_group, lead, member, start, file):
    """Something of every kind."""
    from discussions.chat.services import send_message

    thread = start(supply_chains, lead, title="Canary", body="The canary sings")
    for number in range(5):
        by = Standing.of(member, supply_chains).speak()
        services.post(thread, by=by, body=f"Canary {number}", key=uuid.uuid4())
    file(hidden_group, lead, "Canary paper", "canary.txt")
    send_message(supply_chains.rooms.get().pk, by=lead, key=uuid.uuid4(), body="Canary in the room")
    return thread


@pytest.mark.django_db
def test_what_was_lost_is_there_again_and_what_is_stale_is_gone(site, lead, capsys):
    before, counts = held(), find(read("canary"), lead).counts
    Entry.objects.filter(kind__in=[Kind.POST, Kind.GROUP]).delete()
    stale = Card(kind=Kind.POST, object_id=10**9, place=site.group_id, moment=site.created_at, body="canary")
    put_all([stale])
    assert is_due()
    call_command("rebuild_search")
    assert held() == before
    assert find(read("canary"), lead).counts == counts
    assert not is_due()
    said = capsys.readouterr().out
    assert "Posts: 6 of 6" in said and said.endswith("The index is whole.\n")


@pytest.mark.django_db
def test_an_interrupted_rebuild_goes_on_where_it_stopped(site):
    before = held()
    Entry.objects.all().delete()
    run = rebuild()
    for step in run:
        if step.kind == Kind.THREAD and step.done:
            break
    run.close()
    last = Rebuilding.objects.get(kind=Kind.THREAD).last
    assert last == site.pk
    again = [step for step in rebuild() if step.kind == Kind.THREAD]
    assert [step.of for step in again] == [0], "what was done is not done again"
    assert held() == before
    assert all(row.done_at for row in Rebuilding.objects.all())


@pytest.mark.django_db
def test_the_task_does_nothing_where_nothing_is_to_be_done(site, django_assert_max_num_queries):
    from search.tasks import rebuild_search, tidy_search

    rebuild_search.func()
    assert not is_due()
    with django_assert_max_num_queries(1):
        rebuild_search.func()
    tidy_search.func()
    engine().tidy()


@pytest.mark.django_db(transaction=True)
def test_what_is_deleted_during_a_rebuild_stays_gone(site, member):
    by = Standing.of(member, site.group).speak()
    mine = list(Post.objects.filter(author=member).order_by("number"))

    def act(index):
        for turn in range(4):
            if index == 0:
                services.delete_post(mine[turn], by=by)
            elif turn:
                list(rebuild(anew=True))

    assert at_once(2, act) == [None, None]
    posts = set(Entry.objects.filter(kind=Kind.POST).values_list("object_id", flat=True))
    assert posts == set(Post.objects.standing().values_list("pk", flat=True))
    assert find(read("canary"), member).counts[Kind.POST] == 2


def register(document, words):
    """Have a document hold nothing but these words, on one page."""
    preview = Preview.objects.create(version=document.latest, state="ready")
    PreviewPage.objects.create(preview=preview, number=1, text=" ".join(words))


@pytest.mark.django_db
def test_a_register_of_very_many_words_is_found_and_keeps_nothing_else_from_it(supply_chains, lead, file):
    """PostgreSQL takes a megabyte of words of one text."""
    large, small = (file(supply_chains, lead, f"{name} register", "a.csv") for name in ("Large", "Small"))
    register(large, [f"reg{number:07}" for number in range(150_000)])
    register(small, ["reg0900009"])
    list(rebuild())
    assert not is_due()
    for query, found in (("reg0000000", large), ("reg0050000", large), ("large", large), ("reg0900009", small)):
        assert [one.object_id for one in find(read(query), lead).found] == [found.pk], query


@pytest.mark.services
@pytest.mark.django_db
def test_what_the_database_never_takes_is_passed_over(supply_chains, lead, file, monkeypatch, caplog):
    """SQLite takes words of any number."""
    first, large, last = (
        file(supply_chains, lead, f"{name} register", "a.csv") for name in ("First", "Large", "Last")
    )
    register(large, [f"{number:064}" for number in range(20_000)])
    monkeypatch.setattr(words, "MOST_BYTES", 10**9)
    Entry.objects.all().delete()
    done = [step for step in rebuild() if step.kind == Kind.DOCUMENT]
    assert (done[-1].done, done[-1].of) == (3, 3)
    assert not is_due()
    assert {one.object_id for one in find(read("register"), lead).found} == {first.pk, last.pk}
    assert f"does not take document {large.pk}" in caplog.text
