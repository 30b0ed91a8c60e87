"""What somebody opened last: told to nobody else, and forgotten when they say so or when it is gone."""

import uuid

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.events import AccountClosed
from core.events import publish
from groups.documents.models import Opened, Rights
from groups.documents.recent import opened_by
from groups.documents.services import create_folder, delete_document, move_document, put_back, set_rights
from groups.documents.services.opening import KEPT
from groups.standing import Standing


@pytest.fixture
def opens(client):
    """Have a person look at a document."""

    def look(person, document):
        client.force_login(person)
        return client.post(reverse("documents:opened", args=[document.group.slug, document.pk])).status_code

    return look


@pytest.fixture
def papers(add, lead, supply_chains):
    return [add(lead, supply_chains, f"Paper {n}.pdf").document for n in range(3)]


def told(client, person, group):
    client.force_login(person)
    home = client.get(reverse("home")).context["home"].opened
    library = client.get(reverse("documents:list", args=[group.slug])).context["opened"]
    return [one.title for one in home], [one.title for one in library]


def test_the_last_stands_first_for_its_reader_alone(papers, opens, supply_chains, member, observer, client):
    assert [opens(member, one) for one in (*papers, papers[0])] == [204] * 4
    assert opens(observer, papers[1]) == 204
    assert told(client, member, supply_chains) == (["Paper 0", "Paper 2", "Paper 1"],) * 2
    assert told(client, observer, supply_chains) == (["Paper 1"],) * 2
    assert Opened.objects.filter(user=member).count() == 3


def test_opening_a_page_remembers_nothing_by_itself(papers, member, signed_in):
    page = signed_in(member).get(papers[0].get_absolute_url()).content.decode()
    assert reverse("documents:opened", args=[papers[0].group.slug, papers[0].pk]) in page
    assert not Opened.objects.exists()


def test_what_one_may_not_read_is_neither_noted_nor_told(
    papers, opens, supply_chains, lead, member, observer, stranger, client
):
    assert opens(stranger, papers[0]) == 404
    assert client.post(reverse("documents:opened", args=[supply_chains.slug, 999_999])).status_code == 404
    opens(observer, papers[0])
    opens(observer, papers[1])
    by = Standing.of(lead, supply_chains).leading[0]
    folder = create_folder(supply_chains, parent=None, name="Hidden", by=by, key=uuid.uuid4())
    set_rights(folder, rights=Rights.HIDDEN, by=by)
    folder.refresh_from_db()
    move_document(papers[0], folder=folder, by=by)
    assert told(client, observer, supply_chains) == (["Paper 1"],) * 2
    delete_document(papers[1], by=by)
    assert told(client, observer, supply_chains) == ([], [])
    put_back(papers[1], by=by)
    assert told(client, observer, supply_chains) == (["Paper 1"],) * 2


def test_no_more_than_the_last_are_kept(add, opens, supply_chains, lead, member):
    for number in range(KEPT + 3):
        opens(member, add(lead, supply_chains, f"Sheet {number}.pdf").document)
    titles = [one.title for one in opened_by(member, limit=100)]
    assert titles == [f"Sheet {n}" for n in range(KEPT + 2, 2, -1)]


def test_it_is_forgotten_when_they_say_so(papers, opens, add, make_group, join, dockers, supply_chains, lead, client):
    other = make_group("Other")
    join(dockers, other, lead, role="lead")
    elsewhere = add(lead, other, "Elsewhere.pdf").document
    for one in (*papers, elsewhere):
        opens(lead, one)
    client.post(reverse("documents:forget_opened", args=[supply_chains.slug]))
    assert told(client, lead, supply_chains) == (["Elsewhere"], [])
    client.post(reverse("home_forget_opened"))
    assert told(client, lead, supply_chains) == ([], [])
    assert not Opened.objects.exists()


def test_it_goes_with_the_account(papers, opens, member, lead):
    opens(member, papers[0])
    opens(lead, papers[0])
    with transaction.atomic():
        member.is_active = False
        member.save()
        publish(AccountClosed(member, act=1))
    assert list(Opened.objects.values_list("user", flat=True)) == [lead.pk]


def test_the_pages_ask_the_same_for_one_and_many(
    papers, opens, member, supply_chains, client, django_assert_num_queries
):
    addresses = [reverse("home"), reverse("documents:list", args=[supply_chains.slug])]
    opens(member, papers[0])
    counts = []
    for address in addresses:
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        counts.append(len(asked))
    for one in papers[1:]:
        opens(member, one)
    for address, count in zip(addresses, counts, strict=True):
        with django_assert_num_queries(count):
            client.get(address)
