"""Whose name a reader is told: the rule of names, over every kind of reader and organisation."""

from dataclasses import dataclass

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from groups.acquaintance import may_open_person
from groups.bylines import bylines, bylines_for
from groups.models import Membership
from groups.standing import Standing


@dataclass
class Word:
    author_id: int
    organisation_id: int | None
    function: str = "Research officer"


@pytest.fixture
def word(member, weavers):
    return Word(member.pk, weavers.pk)


def reader(request, who):
    return request.getfixturevalue(who) if who else AnonymousUser()


@pytest.mark.parametrize(
    ("who", "listing", "name", "organisation"),
    [
        ("lead", "undisclosed", "Marco Silva", "Weavers’ Union"),
        ("observer", "undisclosed", "Marco Silva", "Weavers’ Union"),
        ("secretariat", "undisclosed", "Marco Silva", "Weavers’ Union"),
        ("stranger", "named", None, "Weavers’ Union"),
        ("stranger", "partners", None, "Weavers’ Union"),
        ("stranger", "undisclosed", None, "a member organisation"),
        ("outsider", "partners", None, "a member organisation"),
        (None, "named", None, "Weavers’ Union"),
        (None, "partners", None, "a member organisation"),
        (None, "undisclosed", None, "a member organisation"),
    ],
)
def test_names_are_told_to_those_who_share_a_group(
    supply_chains, word, weavers, request, who, listing, name, organisation
):
    weavers.listing = listing
    weavers.save()
    user = reader(request, who)
    here = bylines([word], Standing.of(user, supply_chains))[0]
    assert (here.name, here.organisation, here.function) == (name, organisation, "Research officer")
    assert (bylines_for([word], user)[0].name, bylines_for([word], user)[0].organisation) == (name, organisation)


def test_a_colleague_reads_the_name_without_sharing_a_group(
    word, weavers, member, make_person, affiliate, supply_chains
):
    weavers.listing = "undisclosed"
    weavers.save()
    colleague = make_person("Ana")
    affiliate(colleague, weavers, role="staff")
    told = bylines_for([word], colleague)[0]
    assert (told.name, told.organisation) == ("Marco Silva", "Weavers’ Union")
    assert may_open_person(colleague, member)


def test_an_erased_person_is_a_former_member_to_everybody(supply_chains, word, member, lead):
    member.erased_at, member.is_active = timezone.now(), False
    member.save()
    for user in (lead, AnonymousUser()):
        told = bylines([word], Standing.of(user, supply_chains))[0]
        assert (told.name, told.url) == ("former member", None)
    assert not may_open_person(lead, member)


@pytest.mark.parametrize(
    ("who", "opens"),
    [("lead", True), ("member", True), ("secretariat", True), ("stranger", False), ("outsider", False), (None, False)],
)
def test_a_persons_page_opens_for_those_they_share_something_with(supply_chains, member, request, who, opens):
    assert may_open_person(reader(request, who), member) is opens


@pytest.mark.parametrize(
    ("listing", "organisation"),
    [("named", "Weavers’ Union"), ("partners", "Weavers’ Union"), ("undisclosed", "a member organisation")],
)
def test_who_left_is_unnamed_to_those_they_share_nothing_with(
    supply_chains, word, weavers, member, lead, make_insider, listing, organisation
):
    weavers.listing = listing
    weavers.save()
    member.participations.update(ended_at=timezone.now())
    Membership.objects.filter(organisation=weavers).update(state="left")
    for reader in (lead, make_insider(supply_chains, "Nora New")):
        for told in (bylines([word], Standing.of(reader, supply_chains))[0], bylines_for([word], reader)[0]):
            assert (told.name, told.organisation, told.url) == (None, organisation, None)


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("who", "queries"), [("lead", 3), ("stranger", 4)])
def test_many_rows_ask_as_often_as_one(
    supply_chains, word, weavers, make_insider, request, who, queries, rows, django_assert_num_queries
):
    weavers.listing = "partners"
    weavers.save()
    words = [word]
    for _ in range(rows - 1):
        insider = make_insider(supply_chains)
        words.append(Word(insider.pk, insider.affiliations.get().organisation_id))
    standing = Standing.of(reader(request, who), supply_chains)
    with django_assert_num_queries(queries):
        assert len(bylines(words, standing)) == rows
