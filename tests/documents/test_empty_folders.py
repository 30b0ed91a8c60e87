"""Folders without a file, of one that is sent whole: made once, by the rules for making any."""

import json

import pytest
from django.urls import reverse

from groups.documents.models import Folder


@pytest.fixture
def make(client, supply_chains):
    """Announce a folder as a person's script does."""

    def send(person, **said):
        client.force_login(person)
        address = reverse("documents:empty_folder", args=[supply_chains.slug])
        return client.post(address, json.dumps(said), content_type="application/json")

    return send


def test_an_empty_folder_is_made_where_it_was_with_those_that_lead_to_it_and_once(
    make, member, weavers, supply_chains, make_folder
):
    drafts = make_folder(member, supply_chains, "Drafts")

    answers = [make(member, folder=drafts.pk, path=path) for path in (["A", "B"], ["a", "b"], ["A"], ["A", "C"])]

    made = {one.name: one for one in Folder.objects.all()}
    assert {name: str(one.parent or "") for name, one in made.items()} == {
        "Drafts": "",
        "A": "Drafts",
        "B": "A",
        "C": "A",
    }
    folders = [made[name] for name in "BBAC"]
    assert [one.json() for one in answers] == [
        {"url": reverse("documents:folder", args=[supply_chains.slug, one.pk])} for one in folders
    ]
    assert (made["B"].author, made["B"].organisation) == (member, weavers)


@pytest.mark.parametrize(
    ("said", "status", "error"),
    [
        ({}, 400, "malformed"),
        ({"path": []}, 400, "malformed"),
        ({"path": "Drafts"}, 400, "malformed"),
        ({"path": ["a"], "folder": "x"}, 400, "malformed"),
        ({"path": ["a"] * 7}, 422, "folder_refused"),
        ({"path": ["a", ".."]}, 422, "bad_name"),
    ],
)
def test_one_that_cannot_be_is_refused_and_nothing_is_made(make, member, said, status, error):
    answer = make(member, **said)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert not Folder.objects.exists()


def test_who_may_not_write_makes_none_and_learns_of_none(
    make, member, lead, observer, stranger, secretariat, supply_chains, make_folder
):
    board = make_folder(lead, supply_chains, "Board")
    Folder.objects.filter(pk=board.pk).update(leads_only=True)

    assert [make(one, path=["New"]).status_code for one in (observer, stranger, secretariat)] == [404, 404, 404]
    assert make(member, folder=board.pk, path=["New"]).status_code == 404
    assert make(member, path=["Board", "New"]).status_code == 403
    assert Folder.objects.count() == 1
    assert make(lead, folder=board.pk, path=["New"]).status_code == 200
    assert Folder.objects.get(name="New").leads_only
