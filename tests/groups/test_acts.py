"""What leads, focal points and the Secretariat do with groups, and what it does to others."""

import uuid

import pytest
from django.db import transaction

from core.errors import Conflict, DomainError
from core.events import publish
from core.models import AuditEntry
from groups import services
from groups.models import Group, GroupState, Membership, Participant
from groups.services import LastLead
from groups.standing import NotAllowed, Standing
from notifications.models import Notice
from partners.capacity import Capacity, capacities_of, secretariat_capacity
from partners.events import AffiliationEnded, OrganisationStatusChanged
from partners.models import Affiliation, OrganisationStatus


def capacity(person) -> Capacity:
    return secretariat_capacity(person) if person.is_secretariat else capacities_of(person)[0]


def tie(person) -> Affiliation:
    return person.affiliations.get()


def place(person, group) -> Membership:
    return Membership.objects.live().get(group=group, organisation__affiliations__user=person)


def told(person) -> list[str]:
    return list(Notice.objects.of(person).values_list("kind", flat=True))


def acts(group) -> list[str]:
    return list(
        AuditEntry.objects.filter(chain__scope=f"group:{group.pk}").order_by("pk").values_list("verb", flat=True)
    )


@pytest.fixture
def ask(supply_chains, stranger):
    """The stranger's organisation asks to join."""

    def ask(brings="Port statistics.", key=None, group=supply_chains):
        return services.request_to_join(group, affiliation=tie(stranger), brings=brings, key=key or uuid.uuid4())

    return ask


# --- Proposing and opening ----------------------------------------------------------------------------------------


def test_a_proposed_group_is_opened_by_the_secretariat_and_led_by_its_proposer(stranger, secretariat, member):
    group = services.propose_group(by=capacity(stranger), name="Ports", summary="Ports.", key=uuid.uuid4())
    assert (group.state, told(secretariat)) == (GroupState.PROPOSED, ["group_proposed"])
    assert group not in Group.objects.visible_to(member)
    with pytest.raises(NotAllowed):
        services.open_group(group, by=capacity(stranger))

    services.open_group(group, by=capacity(secretariat))

    group.refresh_from_db()
    assert Standing.of(stranger, group).may_manage
    assert told(stranger) == ["group_decided"]
    assert acts(group) == ["group.proposed", "group.opened", "membership.started", "participant.started"]


def test_the_same_key_proposes_once(stranger):
    key = uuid.uuid4()
    first, second = (
        services.propose_group(by=capacity(stranger), name="Ports", summary="Ports.", key=key) for _ in range(2)
    )
    assert first == second


def test_a_declined_proposal_tells_why(stranger, secretariat):
    group = services.propose_group(by=capacity(stranger), name="Ports", summary="Ports.")
    with pytest.raises(DomainError):
        services.decline_group(group, by=capacity(secretariat), reason=" ")
    services.decline_group(group, by=capacity(secretariat), reason="There is one.")
    group.refresh_from_db()
    assert (group.state, group.state_reason, told(stranger)) == ("declined", "There is one.", ["group_decided"])
    assert group not in Group.objects.visible_to(stranger)


def test_a_working_group_is_never_wider_than_its_parent(hidden_group, lead, member):
    with pytest.raises(DomainError, match="never wider"):
        services.open_working_group(hidden_group, by=capacity(lead), name="Drafting", summary="Drafts.", find="public")
    with pytest.raises(NotAllowed):
        services.open_working_group(hidden_group, by=capacity(member), name="Drafting", summary="Drafts.")
    drafting = services.open_working_group(hidden_group, by=capacity(lead), name="Drafting", summary="Drafts.")
    assert (drafting.find, drafting.read, "drafting" in drafting.slug) == ("members", "members", False)
    with pytest.raises(DomainError, match="one level"):
        services.open_working_group(drafting, by=capacity(lead), name="Deeper", summary="Deeper.")


def test_a_group_whose_proposer_has_left_is_led_by_a_focal_point_or_else_lost_to_the_secretariat(
    stranger, secretariat, institute, make_person, affiliate
):
    group, other = (services.propose_group(by=capacity(stranger), name=name, summary="X.") for name in ("A", "B"))
    successor = make_person("Sami")
    affiliate(successor, institute, role="alternate")
    stranger.affiliations.update(state="ended")
    services.open_group(group, by=capacity(secretariat))
    assert Standing.of(successor, group).may_manage

    successor.affiliations.update(role="staff")
    services.open_group(other, by=capacity(secretariat))
    assert (other in Group.objects.without_lead(), "lead_lost" in told(secretariat)) == (True, True)


# --- Joining ------------------------------------------------------------------------------------------------------


def test_who_asks_takes_part_once_a_lead_accepts(ask, supply_chains, stranger, lead, member):
    membership = ask()
    assert (told(lead), Standing.of(stranger, supply_chains).is_participant) == (["membership_requested"], False)
    with pytest.raises(NotAllowed):
        services.accept_request(membership, by=capacity(member))

    before = supply_chains.acl_version
    services.accept_request(membership, by=capacity(lead))
    services.accept_request(membership, by=capacity(lead))

    assert Standing.of(stranger, supply_chains).may_post
    assert told(stranger) == ["membership_decided"]
    assert acts(supply_chains) == ["membership.requested", "membership.started", "participant.started"]
    supply_chains.refresh_from_db()
    assert supply_chains.acl_version > before


def test_asking_twice_with_one_key_asks_once_and_with_another_is_refused(ask, supply_chains):
    key = uuid.uuid4()
    assert ask(key=key) == ask(key=key)
    with pytest.raises(DomainError, match="already"):
        ask()


def test_the_key_of_another_organisation_is_no_way_in(ask, supply_chains, lead, member, make_group):
    key = uuid.uuid4()
    ask(key=key)
    with pytest.raises(DomainError, match="already used"):
        services.request_to_join(make_group(), affiliation=tie(member), key=key)


def test_an_open_group_takes_partners_at_once_but_not_those_it_removed(ask, supply_chains, stranger, lead):
    Group.objects.filter(pk=supply_chains.pk).update(join="open")
    membership = ask()
    assert (membership.state, told(lead)) == ("active", [])
    services.remove_membership(membership, by=capacity(lead), reason="Spam.")
    assert ask().state == "requested"


def test_a_group_by_invitation_takes_no_requests(ask, hidden_group, supply_chains):
    for group in (hidden_group, supply_chains):
        Group.objects.filter(pk=group.pk).update(join="invitation")
        with pytest.raises(NotAllowed, match="by invitation"):
            ask(group=group)


def test_staff_propose_and_their_focal_points_are_told(supply_chains, stranger, institute, make_person, affiliate):
    colleague = make_person("Rui")
    affiliate(colleague, institute, role="staff")
    with pytest.raises(NotAllowed, match="Focal points"):
        services.request_to_join(supply_chains, affiliation=tie(colleague), key=uuid.uuid4())
    services.propose_to_join(supply_chains, affiliation=tie(colleague))
    services.propose_to_join(supply_chains, affiliation=tie(colleague))
    assert (told(stranger), told(colleague)) == (["membership_proposed"], [])
    assert not AuditEntry.objects.exists()
    stranger.affiliations.update(role="staff")
    with pytest.raises(DomainError, match="no focal point"):
        services.propose_to_join(supply_chains, affiliation=tie(colleague))


@pytest.mark.parametrize("state", ["dormant", "closed"])
def test_a_group_that_rests_or_is_closed_takes_nobody_in_by_whatever_door(ask, supply_chains, lead, member, state):
    """Not by a request that was waiting, nor by an invitation that was sent before."""
    from groups.models.invitation import token_for

    membership = ask()
    invitation = services.invite(supply_chains, by=capacity(lead), email=member.email, role="lead", key=uuid.uuid4())
    Group.objects.filter(pk=supply_chains.pk).update(state=state)
    with pytest.raises(DomainError, match="Open the group again"):
        services.accept_request(membership, by=capacity(lead))
    with pytest.raises(services.InvitationRefused):
        services.redeem_invitation(token_for(invitation.key), user=member, affiliation=tie(member))
    with pytest.raises(DomainError, match="Open the group again"):
        services.invite(supply_chains, by=capacity(lead), email="x@example.org", key=uuid.uuid4())
    assert place(member, supply_chains).role == "member"


def test_who_observes_the_parent_comes_into_an_open_working_group_as_an_observer(
    supply_chains, lead, member, observer
):
    drafting = services.open_working_group(
        supply_chains, by=capacity(lead), name="Drafting", summary="Drafts.", join="open"
    )
    for person in (member, observer):
        services.request_to_join(drafting, affiliation=tie(person), key=uuid.uuid4())
    assert (Standing.of(member, drafting).may_post, Standing.of(observer, drafting).may_post) == (True, False)
    assert Standing.of(observer, drafting).is_observer


def test_a_declined_organisation_reads_why_and_may_ask_again(ask, supply_chains, lead, stranger):
    membership = ask()
    services.decline_request(membership, by=capacity(lead), reason="Not now.")
    assert told(stranger) == ["membership_decided"]
    with pytest.raises(DomainError, match="not waiting"):
        services.accept_request(membership, by=capacity(lead))
    assert ask().state == "requested"


def test_a_withdrawn_request_cannot_be_accepted(ask, lead, stranger):
    membership = ask()
    services.withdraw_request(membership, by=capacity(stranger))
    with pytest.raises(DomainError, match="not waiting"):
        services.accept_request(membership, by=capacity(lead))


# --- Leads --------------------------------------------------------------------------------------------------------


def test_the_last_lead_neither_leaves_nor_steps_down_nor_stops_taking_part(supply_chains, lead):
    mine = place(lead, supply_chains)
    with pytest.raises(LastLead):
        services.leave(mine, by=capacity(lead))
    with pytest.raises(LastLead):
        services.change_membership_role(mine, by=capacity(lead), role="member")
    with pytest.raises(LastLead):
        services.remove_membership(mine, by=capacity(lead), reason="Out.")
    with pytest.raises(LastLead):
        services.end_participation(mine.participants.get(), by=capacity(lead))
    assert Standing.of(lead, supply_chains).may_manage


def test_with_a_second_lead_the_first_may_go(supply_chains, lead, member):
    services.change_membership_role(place(member, supply_chains), by=capacity(lead), role="lead")
    services.leave(place(lead, supply_chains), by=capacity(lead))
    assert not Standing.of(lead, supply_chains).is_participant
    assert Standing.of(member, supply_chains).may_manage


def test_a_group_nobody_leads_gets_a_lead_from_the_secretariat(supply_chains, lead, member, secretariat, dockers):
    with pytest.raises(NotAllowed):
        services.change_membership_role(place(member, supply_chains), by=capacity(secretariat), role="lead")
    dockers.status = OrganisationStatus.SUSPENDED
    with transaction.atomic():
        dockers.save()
        publish(OrganisationStatusChanged(dockers))
    assert told(secretariat) == ["lead_lost"]
    services.change_membership_role(place(member, supply_chains), by=capacity(secretariat), role="lead")
    assert Standing.of(member, supply_chains).may_manage


def test_an_old_capacity_leads_nothing(supply_chains, lead, member):
    """The right is judged when the act happens, not when the page was opened."""
    old = capacity(lead)
    services.change_membership_role(place(member, supply_chains), by=old, role="lead")
    services.change_membership_role(place(lead, supply_chains), by=old, role="member")
    with pytest.raises(NotAllowed):
        services.remove_membership(place(member, supply_chains), by=old, reason="Out.")


def test_a_lead_who_goes_leaves_no_working_group_behind_without_a_lead_but_may_be_sent_away(
    supply_chains, lead, member, secretariat
):
    services.change_membership_role(place(member, supply_chains), by=capacity(lead), role="lead")
    services.open_working_group(supply_chains, by=capacity(member), name="Drafting", summary="Drafts.")
    seat = Participant.objects.get(user=member, membership__group=supply_chains)
    with pytest.raises(LastLead, match="Drafting"):
        services.end_participation(seat, by=capacity(member))
    with pytest.raises(LastLead, match="Drafting"):
        services.leave(place(member, supply_chains), by=capacity(member))

    services.end_participation(seat, by=capacity(lead), reason="Abuse.")

    assert not Participant.objects.filter(user=member, ended_at=None).exists()
    assert told(secretariat) == ["lead_lost"]


def test_a_closed_group_that_lost_its_last_lead_is_opened_by_the_secretariat_which_names_one(
    supply_chains, lead, member, secretariat
):
    services.close_group(supply_chains, by=capacity(lead), reason="Done.")
    services.end_participation(Participant.objects.get(user=lead), by=capacity(lead))
    assert told(secretariat) == []
    services.reopen_group(supply_chains, by=capacity(secretariat))
    assert told(secretariat) == ["lead_lost"]
    services.change_membership_role(place(member, supply_chains), by=capacity(secretariat), role="lead")
    assert Standing.of(member, supply_chains).may_manage


# --- Losing access ------------------------------------------------------------------------------------------------


def test_a_removed_organisation_loses_the_group_and_its_working_groups_at_once(supply_chains, lead, member):
    drafting = services.open_working_group(supply_chains, by=capacity(lead), name="Drafting", summary="Drafts.")
    asked = services.request_to_join(drafting, affiliation=tie(member), key=uuid.uuid4())
    services.accept_request(asked, by=capacity(lead))
    assert Standing.of(member, drafting).may_chat

    services.remove_membership(place(member, supply_chains), by=capacity(lead), reason="Inactive.")

    for group in (supply_chains, drafting):
        standing = Standing.of(member, Group.objects.get(pk=group.pk))
        assert (standing.is_participant, standing.may_read, standing.may_read_chat) == (False, False, False)
    assert told(member)[0] == "membership_decided"


@pytest.mark.parametrize("how", ["removed", "left"])
def test_a_request_inside_ends_with_the_place_above(hidden_group, supply_chains, lead, member, stranger, ask, how):
    """What an organisation asked for in a working group does not keep the group, nor its parent, in its sight."""
    services.change_switches(hidden_group, by=capacity(lead), join="request")
    drafting = services.open_working_group(hidden_group, by=capacity(lead), name="Drafting", summary="Drafts.")
    asked = services.request_to_join(drafting, affiliation=tie(member), key=uuid.uuid4())
    if how == "removed":
        services.remove_membership(place(member, hidden_group), by=capacity(lead), reason="Out.")
    else:
        services.leave(place(member, hidden_group), by=capacity(member))
    asked.refresh_from_db()
    assert (asked.state, asked.ended_at is None) == ({"removed": "declined", "left": "withdrawn"}[how], False)
    assert list(Group.objects.visible_to(member)) == [supply_chains]
    assert "membership.requested" in acts(drafting) and acts(drafting)[-1] == f"membership.{asked.state}"


def test_a_request_of_who_is_not_in_the_parent_is_not_accepted(supply_chains, lead, member):
    drafting = services.open_working_group(supply_chains, by=capacity(lead), name="Drafting", summary="Drafts.")
    asked = services.request_to_join(drafting, affiliation=tie(member), key=uuid.uuid4())
    Membership.objects.filter(group=supply_chains, organisation=asked.organisation).update(state="left")
    with pytest.raises(DomainError, match="come from its parent"):
        services.accept_request(asked, by=capacity(lead))


def test_a_suspended_organisations_focal_points_lose_sight_of_its_hidden_groups(hidden_group, member, weavers):
    assert hidden_group in Group.objects.visible_to(member)
    weavers.status = OrganisationStatus.SUSPENDED
    with transaction.atomic():
        weavers.save()
        publish(OrganisationStatusChanged(weavers))
    assert hidden_group not in Group.objects.visible_to(member)


def test_who_no_longer_acts_for_the_organisation_takes_part_no_more(
    supply_chains, member, weavers, make_person, affiliate
):
    colleague = make_person("Ana")
    affiliate(colleague, weavers, role="staff")
    services.name_participant(place(member, supply_chains), affiliation=tie(colleague), by=capacity(member))
    assert (told(colleague), Standing.of(colleague, supply_chains).may_post) == (["participant_named"], True)

    ended = tie(colleague)
    ended.state = Affiliation.State.ENDED
    with transaction.atomic():
        ended.save()
        publish(AffiliationEnded(ended))

    assert not Participant.objects.filter(user=colleague, ended_at=None).exists()
    assert Standing.of(member, supply_chains).may_post


def test_a_suspended_organisation_gets_its_seats_back(supply_chains, member, weavers):
    for status, takes_part in [("suspended", False), ("active", True), ("left", False)]:
        weavers.status = status
        with transaction.atomic():
            weavers.save()
            publish(OrganisationStatusChanged(weavers))
        assert Standing.of(member, supply_chains).is_participant is takes_part
    assert Membership.objects.get(organisation=weavers).state == "left"


def test_what_an_organisation_asked_for_and_proposed_ends_when_it_leaves(ask, supply_chains, stranger, institute):
    asked = ask()
    proposed = services.propose_group(by=capacity(stranger), name="Ports", summary="Ports.")
    institute.status = OrganisationStatus.LEFT
    with transaction.atomic():
        institute.save()
        publish(OrganisationStatusChanged(institute))
    asked.refresh_from_db()
    proposed.refresh_from_db()
    assert (asked.state, asked.ended_at is None, proposed.state) == ("withdrawn", False, "declined")
    assert (acts(supply_chains)[-1], acts(proposed)[-1]) == ("membership.withdrawn", "group.withdrawn")


def test_the_record_names_who_handed_places_over(supply_chains, member, weavers, make_person, affiliate):
    from partners.services import hand_over

    chief, successor = make_person("Chief"), make_person("Successor")
    affiliate(chief, weavers)
    affiliate(successor, weavers, role="staff")
    hand_over(tie(member), by=capacity(chief), successor=tie(successor), leave=True)
    assert Standing.of(successor, supply_chains).may_post
    assert AuditEntry.objects.get(verb="participant.started").actor_id == chief.pk


def test_only_focal_points_name_people_and_only_of_their_own(supply_chains, lead, member, stranger):
    weavers = place(member, supply_chains)
    with pytest.raises(NotAllowed):
        services.name_participant(weavers, affiliation=tie(stranger), by=capacity(lead))
    with pytest.raises(DomainError, match="acts for your organisation"):
        services.name_participant(weavers, affiliation=tie(stranger), by=capacity(member))


# --- Switches and state -------------------------------------------------------------------------------------------


def test_a_group_that_turns_hidden_is_narrowed_everywhere_at_once(supply_chains, lead, stranger):
    child = services.open_working_group(supply_chains, by=capacity(lead), name="Drafting", summary="Drafts.")
    assert {supply_chains, child} <= set(Group.objects.visible_to(stranger))
    services.change_switches(supply_chains, by=capacity(lead), find="members", read="members")
    supply_chains.refresh_from_db()
    assert not Group.objects.visible_to(stranger).exists()
    assert supply_chains.slug != "supply-chains"
    with pytest.raises(DomainError, match="cannot find"):
        services.change_switches(supply_chains, by=capacity(lead), read="public")


def test_two_editors_do_not_undo_each_other(supply_chains, lead):
    texts = {"name": "Supply Chains", "theme": "", "terms": ""}
    services.edit_group(supply_chains, by=capacity(lead), summary="Mine.", version=1, **texts)
    with pytest.raises(Conflict) as refused:
        services.edit_group(supply_chains, by=capacity(lead), summary="Theirs.", version=1, **texts)
    assert refused.value.current.summary == "Mine."


def test_a_closed_group_is_read_only_with_its_working_groups_until_it_is_opened_again(
    ask, supply_chains, lead, member
):
    child = services.open_working_group(supply_chains, by=capacity(lead), name="Drafting", summary="Drafts.")
    with pytest.raises(NotAllowed):
        services.close_group(supply_chains, by=capacity(member), reason="Done.")
    services.close_group(supply_chains, by=capacity(lead), reason="Done.")
    supply_chains.refresh_from_db()
    child.refresh_from_db()
    standing = Standing.of(member, supply_chains)
    assert (standing.may_read, standing.may_post, child.state) == (True, False, "closed")
    with pytest.raises(DomainError, match="no new members"):
        ask()
    with pytest.raises(DomainError, match="first"):
        services.reopen_group(child, by=capacity(lead))
    texts = {"name": "New", "summary": "New.", "theme": "", "terms": ""}
    with pytest.raises(DomainError, match="Open the group again"):
        services.edit_group(supply_chains, by=capacity(lead), **texts)
    with pytest.raises(DomainError, match="Open the group again"):
        services.change_switches(supply_chains, by=capacity(lead), join="open")
    services.reopen_group(supply_chains, by=capacity(lead))
    services.reopen_group(child, by=capacity(lead))
    assert Group.objects.filter(state="active").count() == 2
