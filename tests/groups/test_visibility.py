"""Who may know of a group, and what they may do in it."""

import pytest
from django.contrib.auth.models import AnonymousUser

from groups.models import Group
from groups.standing import Standing


@pytest.mark.parametrize(
    ("who", "sees"),
    [("lead", True), ("member", True), ("stranger", False), ("outsider", False), (None, False), ("secretariat", True)],
)
def test_a_hidden_group_is_known_to_its_members_and_the_secretariat(hidden_group, request, who, sees):
    person = request.getfixturevalue(who) if who else AnonymousUser()
    assert list(Group.objects.visible_to(person)) == ([hidden_group] if sees else [])


@pytest.mark.parametrize(
    ("who", "rights"),
    [
        (
            "lead",
            {"read", "post", "start_threads", "read_chat", "chat", "upload", "moderate", "manage", "see_members"},
        ),
        ("member", {"read", "post", "start_threads", "read_chat", "chat", "upload", "see_members"}),
        ("observer", {"read", "read_chat", "see_members"}),
        ("stranger", {"join"}),
        ("outsider", set()),
        ("secretariat", {"see_members"}),
        (None, set()),
    ],
)
def test_rights_in_a_group_read_by_members(supply_chains, request, who, rights):
    person = request.getfixturevalue(who) if who else AnonymousUser()
    standing = Standing.of(person, supply_chains)
    asked = "read post start_threads read_chat chat upload moderate manage see_members join".split()
    assert {right for right in asked if getattr(standing, f"may_{right}")} == rights
