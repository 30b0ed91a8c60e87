"""Addresses of what people name."""

from core.fields import free_slug
from groups.models import Group


def test_a_name_that_is_an_address_already_gets_another(make_group):
    assert free_slug(Group, "Propose") == "propose-2"
    make_group("Supply Chains", slug="supply-chains")
    assert free_slug(Group, "Supply  Chains!") == "supply-chains-2"


def test_a_hidden_or_unwritable_name_gets_a_random_address(db):
    assert len(free_slug(Group, "Quiet Harbour", hidden=True)) == 12
    assert len(free_slug(Group, "مجموعة")) == 12
