"""A prepared query gives what its queryset gives, for whatever values, and refuses what it cannot fill in."""

import pytest
from django.db.models import F

from core.prepared import prepared
from groups.models import Group, Participant


def seats(user, slug):
    return (
        Participant.objects.taking_part()
        .filter(user=user, membership__group__slug=slug)
        .select_related("membership__group__parent", "affiliation")
        .annotate(organisation_name=F("membership__organisation__name"))
    )


def test_objects_come_with_their_relations_and_annotations(supply_chains, lead, member, django_assert_num_queries):
    ask = prepared(seats, words=("slug",))
    for person in (lead, member, lead):
        expected = seats(person.pk, "supply-chains").get()
        with django_assert_num_queries(1):
            (found,) = ask(person.pk, "supply-chains")
            assert found == expected
            assert found.membership.group == supply_chains
            assert found.membership.group.parent is None
        assert found.organisation_name == expected.organisation_name
        assert found.created_at == expected.created_at
    assert ask(lead.pk, "' OR 1=1 --") == []


def test_rows_come_as_the_queryset_says(supply_chains):
    rows = prepared(lambda pk: Group.objects.filter(pk=pk).values_list("slug", "created_at"))(supply_chains.pk)
    assert rows == [("supply-chains", supply_chains.created_at)]
    (named,) = prepared(lambda pk: Group.objects.filter(pk=pk).values_list("slug", named=True))(supply_chains.pk)
    assert named.slug == "supply-chains"
    assert prepared(lambda pk: Group.objects.filter(pk=pk).values_list("slug", flat=True))(supply_chains.pk) == [
        "supply-chains"
    ]


def test_an_argument_that_is_not_used_or_missing_is_a_mistake(supply_chains):
    with pytest.raises(ValueError, match="does not reach"):
        prepared(lambda pk, other: Group.objects.filter(pk=pk))(1, 2)
    with pytest.raises(TypeError, match="1 arguments are needed, 2 were given"):
        prepared(lambda pk: Group.objects.filter(pk=pk))(1, 2)
