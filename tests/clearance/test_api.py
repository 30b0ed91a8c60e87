"""Programs read rounds and publications, as far as the person of their token may."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from api.services import issue_token
from groups.clearance.models import Round
from groups.clearance.services import withdraw_round
from groups.documents.models import Document, Reach
from groups.standing import Standing
from tests.clearance.conftest import asked, over, published, put, reviewed, say


@pytest.fixture
def get(client):
    """Ask for something with a person's token."""

    def get(person, path):
        _token, secret = issue_token(
            person,
            name="A program",
            scopes=["documents:read"],
            expires_at=timezone.now() + timedelta(days=1),
            key=uuid.uuid4(),
        )
        return client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {secret}"})

    return get


def test_a_round_is_read_with_every_voice(get, running, lead, stranger):
    say(running, lead, "comment", "Mind page 3.")
    path = f"groups/supply-chains/documents/{running.document_id}/rounds/{running.pk}"
    round_ = get(lead, path).json()
    assert (round_["stage"], round_["silence"], round_["sha256"]) == ("clearance", "blocks", running.sha256)
    assert [(one["by"]["organisation"], one["counts_as"], one["text"]) for one in round_["voices"]] == [
        ("Dockers’ Federation", "comment", "Mind page 3."),
        ("Weavers’ Union", "silent", ""),
    ]
    assert get(stranger, path).status_code == 404


def test_publications_are_listed_without_who_is_not_named(get, publication, weavers, lead, stranger):
    weavers.listing = "undisclosed"
    weavers.save()
    (one,) = get(stranger, "groups/supply-chains/publications").json()["items"]
    assert (one["sha256"], one["cleared_by"], one["cleared_by_others"]) == (
        publication.sha256,
        ["Dockers’ Federation"],
        1,
    )
    assert get(lead, "groups/supply-chains/publications").json()["items"][0]["cleared_by_others"] == 0


def test_the_list_asks_the_same_however_many(
    get, publication, supply_chains, lead, dockers, django_assert_num_queries
):
    get(lead, "groups/supply-chains/publications")
    with CaptureQueriesContext(connection) as before:
        assert len(get(lead, "groups/supply-chains/publications").json()["items"]) == 1
    version = put(lead, supply_chains, content=b"%PDF-1.4 other", name="Other.pdf")
    round_ = asked(reviewed(version, lead), lead, dockers)
    say(round_, lead)
    published(over(round_), lead, title="Another")
    with django_assert_num_queries(len(before)):
        assert len(get(lead, "groups/supply-chains/publications").json()["items"]) == 2


def test_the_rounds_of_a_document_are_listed_to_those_who_take_part(get, running, lead, member, observer, stranger):
    path = f"groups/supply-chains/documents/{running.document_id}/rounds"
    (one,) = get(lead, path).json()["items"]
    assert (one["id"], one["stage"], one["version"], one["sha256"]) == (running.pk, "clearance", 1, running.sha256)
    assert "voices" not in one
    assert [get(person, path).status_code for person in (member, observer, stranger)] == [200, 200, 404]
    assert get(lead, "groups/supply-chains/documents/999999/rounds").status_code == 404
    Document.objects.filter(pk=running.document_id).update(reach=Reach.MEMBERS)
    assert [get(person, path).status_code for person in (member, observer)] == [200, 404]


def test_the_rounds_come_in_pages_and_ask_the_same_however_many(get, running, lead, django_assert_num_queries):
    path = f"groups/supply-chains/documents/{running.document_id}/rounds"
    get(lead, path)
    with CaptureQueriesContext(connection) as before:
        assert len(get(lead, path).json()["items"]) == 1
    for _more in range(2):
        newest = Round.objects.filter(document=running.document_id).select_related("version__document__group").first()
        withdraw_round(newest, by=Standing.of(lead, newest.group).act(), reason="Once more")
        reviewed(newest.version, lead)
    with django_assert_num_queries(len(before)):
        listed = get(lead, path).json()["items"]
    assert [one["id"] for one in listed] == sorted((one["id"] for one in listed), reverse=True)
    assert [one["stage"] for one in listed] == ["review", "withdrawn", "withdrawn"]
    first = get(lead, f"{path}?limit=2").json()
    rest = get(lead, f"{path}?limit=2&cursor={first['next']}").json()
    assert [one["id"] for one in first["items"] + rest["items"]] == [one["id"] for one in listed]
    assert rest["next"] is None
