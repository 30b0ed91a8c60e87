"""Who may know of a group, and what they may do in it."""

import pytest
from django.contrib.auth.models import AnonymousUser

from groups import services
from groups.models import Group
from groups.standing import Standing


@pytest.mark.parametrize(
    ("who", "sees"),
    [("lead", True), ("member", True), ("stranger", False), ("outsider", False), (None, False), ("secretariat", True)],
)
def test_a_hidden_group_is_known_to_its_members_and_the_secretariat(hidden_group, request, who, sees):
    person = request.getfixturevalue(who) if who else AnonymousUser()
    assert list(Group.objects.visible_to(person)) == ([hidden_group] if sees else [])


@pytest.mark.parametrize("joining", ["open", "request", "invitation"])
@pytest.mark.parametrize("who", ["lead", "member", "stranger", "outsider", None, "secretariat"])
def test_a_hidden_working_group_is_found_where_one_can_ask_to_join_it(
    signed_in, client, hidden_group, request, who, joining
):
    """By who takes part in its parent; by invitation only, by nobody but its members. Content stays with the members."""
    lead = request.getfixturevalue("lead")
    by = Standing.of(lead, hidden_group).act()
    drafting = services.open_working_group(hidden_group, by=by, name="Drafting", summary="Drafts.", join=joining)
    person = request.getfixturevalue(who) if who else AnonymousUser()
    if who:
        signed_in(person)
    knows = who in {"lead", "secretariat"} or (who == "member" and joining != "invitation")
    standing = Standing.of(person, drafting)
    assert (drafting in Group.objects.visible_to(person)) is knows
    assert (standing.may_read, standing.may_read_chat) == (who == "lead", who == "lead")
    for address in (f"/groups/{drafting.slug}/", f"/groups/{drafting.slug}/members/"):
        assert client.get(address).status_code == (200 if knows else 404)
    for address in ("/groups/", "/search/?q=drafting", f"/groups/{hidden_group.slug}/"):
        assert ("Drafting" in client.get(address).content.decode().replace("?q=drafting", "")) is knows
    assert client.get(f"/groups/{drafting.slug}/threads/").status_code == (200 if who == "lead" else 404)


def test_members_of_the_parent_join_its_hidden_working_group(signed_in, hidden_group, lead, member, weavers):
    by = Standing.of(lead, hidden_group).act()
    drafting = services.open_working_group(hidden_group, by=by, name="Drafting", summary="Drafts.", join="open")
    page = signed_in(member).get(f"/groups/{drafting.slug}/join/")
    fields = {"as": str(weavers.pk), "brings": "", "key": page.context["form"]["key"].value()}
    assert signed_in(member).post(f"/groups/{drafting.slug}/join/", fields).status_code == 302
    assert Standing.of(member, drafting).may_post


def test_an_undisclosed_organisation_is_named_to_who_knows_it_from_the_parent(
    signed_in, hidden_group, lead, member, dockers
):
    dockers.listing = "undisclosed"
    dockers.save()
    drafting = services.open_working_group(
        hidden_group, by=Standing.of(lead, hidden_group).act(), name="Drafting", summary="Drafts."
    )
    for page in ("", "members/"):
        assert "Dockers" in signed_in(member).get(f"/groups/{drafting.slug}/{page}").content.decode()


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
