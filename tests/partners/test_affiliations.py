"""People ask to act for an organisation, are answered, change role, hand over and leave."""

import pytest

from core.errors import DomainError
from partners import services
from partners.capacity import Capacity, capacities_of, secretariat_capacity
from partners.models import Affiliation
from partners.standing import NotAllowed

Role, State = Affiliation.Role, Affiliation.State


@pytest.fixture
def speaks():
    """Return the one capacity of a person."""
    return lambda person: capacities_of(person)[0]


@pytest.fixture
def colleague(make_person, affiliate, weavers):
    """Staff of the weavers, where `member` is the focal point."""
    person = make_person("Carla Nunes", "colleague@example.org")
    affiliate(person, weavers, role="staff", function="Assistant")
    return person


def tie(person):
    return Affiliation.objects.get(user=person)


def test_a_request_waits_for_the_focal_point(outsider, member, weavers, speaks):
    request = services.request_affiliation(outsider, weavers, function="Analyst")
    assert capacities_of(outsider) == []
    assert list(Affiliation.objects.waiting_for(member)) == [request]
    assert not Affiliation.objects.waiting_for_secretariat().exists()

    services.confirm_affiliation(request, by=speaks(member))
    assert [str(capacity) for capacity in capacities_of(outsider)] == ["Otto Meyer, Analyst, Weavers’ Union"]
    assert tie(outsider).role == Role.STAFF


def test_asking_twice_makes_one_request(outsider, weavers):
    assert services.request_affiliation(outsider, weavers) == services.request_affiliation(outsider, weavers)


def test_a_declined_person_reads_why_and_may_ask_again(outsider, member, weavers, speaks):
    request = services.request_affiliation(outsider, weavers)
    services.decline_affiliation(request, by=speaks(member), reason="We do not know you.")
    request.refresh_from_db()
    assert (request.state, request.reason) == (State.DECLINED, "We do not know you.")
    assert services.request_affiliation(outsider, weavers) != request


@pytest.mark.parametrize("who", ["lead", "stranger", "colleague", "outsider", "secretariat"])
def test_only_focal_points_of_that_organisation_answer(outsider, weavers, member, request, who):
    asked = services.request_affiliation(outsider, weavers)
    person = request.getfixturevalue(who)
    for by in [*capacities_of(person), Capacity(person, weavers, "pretends"), Capacity(person, None, "")]:
        with pytest.raises(NotAllowed):
            services.confirm_affiliation(asked, by=by)
    asked.refresh_from_db()
    assert asked.state == State.REQUESTED


def test_the_secretariat_answers_where_there_is_no_focal_point(outsider, member, weavers, secretariat):
    member.is_active = False
    member.save()
    asked = services.request_affiliation(outsider, weavers)
    assert list(Affiliation.objects.waiting_for_secretariat()) == [asked]
    services.confirm_affiliation(asked, by=secretariat_capacity(secretariat))
    assert tie(outsider).role == Role.FOCAL_POINT


def test_an_alternate_names_no_focal_point(outsider, colleague, member, weavers, speaks):
    services.change_role(tie(colleague), by=speaks(member), role=Role.ALTERNATE)
    asked = services.request_affiliation(outsider, weavers)
    with pytest.raises(NotAllowed):
        services.confirm_affiliation(asked, by=speaks(colleague), role=Role.FOCAL_POINT)
    with pytest.raises(NotAllowed):
        services.end_affiliation(tie(member), by=speaks(colleague), reason="I want the place.")
    services.confirm_affiliation(asked, by=speaks(colleague))
    assert tie(outsider).is_active


def test_the_last_focal_point_hands_over_before_leaving(member, colleague, weavers, speaks):
    with pytest.raises(services.LastFocalPoint, match="only focal point"):
        services.end_affiliation(tie(member), by=speaks(member))
    with pytest.raises(services.LastFocalPoint):
        services.change_role(tie(member), by=speaks(member), role=Role.STAFF)

    services.hand_over(tie(member), by=speaks(member), successor=tie(colleague), leave=True)
    assert (tie(colleague).role, tie(member).state) == (Role.FOCAL_POINT, State.ENDED)
    assert capacities_of(member) == []


def test_who_is_alone_may_leave(stranger, institute, outsider, speaks):
    services.end_affiliation(tie(stranger), by=speaks(stranger))
    asked = services.request_affiliation(outsider, institute)
    assert list(Affiliation.objects.waiting_for_secretariat()) == [asked]


def test_handing_over_and_staying_swaps_the_roles(member, colleague, speaks):
    services.hand_over(tie(member), by=speaks(member), successor=tie(colleague))
    assert (tie(colleague).role, tie(member).role) == (Role.FOCAL_POINT, Role.STAFF)
    assert tie(member).is_active


def test_nobody_hands_over_to_another_organisation(member, stranger, speaks):
    with pytest.raises(DomainError, match="same organisation"):
        services.hand_over(tie(member), by=speaks(member), successor=tie(stranger))


def test_ending_anothers_affiliation_needs_a_reason(member, colleague, speaks):
    with pytest.raises(DomainError, match="Give a reason"):
        services.end_affiliation(tie(colleague), by=speaks(member))
    services.end_affiliation(tie(colleague), by=speaks(member), reason="Contract over.")
    assert (tie(colleague).state, tie(colleague).reason) == (State.ENDED, "Contract over.")


def test_withdrawing_a_proposal_closes_it(outsider):
    organisation = services.propose_organisation(outsider, name="Harbour Watch", stakeholder_type="other")
    services.withdraw_request(tie(outsider), by=Capacity(outsider, None, ""))
    organisation.refresh_from_db()
    assert organisation.status == "declined"
    assert services.propose_organisation(outsider, name="Second Try", stakeholder_type="other")
