"""An organisation is proposed, answered, edited, suspended; who may, and what follows."""

import pytest

from core.audit import first_broken
from core.errors import Conflict, DomainError
from core.models import AuditChain, AuditEntry
from partners import services
from partners.capacity import capacities_of, secretariat_capacity
from partners.models import Affiliation, Organisation, OrganisationStatus
from partners.standing import NotAllowed, OrganisationStanding


@pytest.fixture
def harbour_watch(outsider):
    """An organisation that the outsider proposed."""
    return services.propose_organisation(
        outsider, name="Harbour Watch", stakeholder_type="civil-society", country="PT", function="Director"
    )


def verbs():
    return list(AuditEntry.objects.order_by("number").values_list("verb", flat=True))


def test_a_proposed_organisation_waits_and_gives_no_right(harbour_watch, outsider):
    assert list(Organisation.objects.applicants()) == [harbour_watch]
    assert capacities_of(outsider) == []
    assert not Organisation.objects.visible_to(outsider).filter(pk=harbour_watch.pk).exists()


def test_accepting_makes_the_partner_and_its_first_focal_point(harbour_watch, outsider, secretariat):
    services.accept_organisation(harbour_watch, by=secretariat_capacity(secretariat))

    [capacity] = capacities_of(outsider)
    assert (capacity.organisation, capacity.function) == (harbour_watch, "Director")
    assert Affiliation.objects.get().role == Affiliation.Role.FOCAL_POINT
    assert verbs() == [
        "organisation.proposed",
        "affiliation.requested",
        "organisation.accepted",
        "affiliation.confirmed",
    ]
    assert first_broken(AuditChain.objects.get(scope="site")) is None


def test_declining_keeps_the_reason_and_closes_the_request(harbour_watch, secretariat):
    services.decline_organisation(harbour_watch, by=secretariat_capacity(secretariat), reason=" Not a legal body. ")

    harbour_watch.refresh_from_db()
    affiliation = Affiliation.objects.get()
    assert (harbour_watch.status, harbour_watch.status_reason) == (OrganisationStatus.DECLINED, "Not a legal body.")
    assert (affiliation.state, affiliation.reason) == (Affiliation.State.DECLINED, "Not a legal body.")


def test_an_application_is_answered_once(harbour_watch, secretariat):
    by = secretariat_capacity(secretariat)
    services.accept_organisation(harbour_watch, by=by)
    with pytest.raises(DomainError, match="already been answered"):
        services.decline_organisation(harbour_watch, by=by, reason="Second thoughts")
    harbour_watch.refresh_from_db()
    assert harbour_watch.is_active


def test_only_the_secretariat_answers_even_with_an_old_capacity(harbour_watch, secretariat, lead):
    by = secretariat_capacity(secretariat)
    secretariat.is_secretariat = False
    secretariat.save()
    for capacity in [by, capacities_of(lead)[0]]:
        with pytest.raises(NotAllowed):
            services.accept_organisation(harbour_watch, by=capacity)
    harbour_watch.refresh_from_db()
    assert harbour_watch.status == OrganisationStatus.APPLICANT


def test_declining_without_a_reason_writes_nothing(harbour_watch, secretariat):
    with pytest.raises(DomainError, match="Give a reason"):
        services.decline_organisation(harbour_watch, by=secretariat_capacity(secretariat), reason="  ")
    harbour_watch.refresh_from_db()
    assert harbour_watch.status == OrganisationStatus.APPLICANT


def test_one_proposal_at_a_time_and_the_same_one_is_not_doubled(harbour_watch, outsider):
    again = services.propose_organisation(outsider, name="harbour  watch", stakeholder_type="civil-society")
    assert again == harbour_watch
    with pytest.raises(DomainError, match="still with the Secretariat"):
        services.propose_organisation(outsider, name="Another", stakeholder_type="other")
    assert Organisation.objects.count() == 1


def test_a_name_of_the_directory_is_refused_and_a_hidden_one_is_not_told(outsider, make_organisation):
    make_organisation("Élan Portuaire")
    hidden = make_organisation("Quiet Union", listing="undisclosed")
    with pytest.raises(DomainError, match="already a partner"):
        services.propose_organisation(outsider, name="elan portuaire", stakeholder_type="other")
    assert services.propose_organisation(outsider, name="Quiet Union", stakeholder_type="other") != hidden


def test_suspending_silences_its_people_and_reinstating_gives_their_place_back(member, weavers, secretariat):
    by = secretariat_capacity(secretariat)
    services.suspend_organisation(weavers, by=by, reason="Under review.")
    weavers.refresh_from_db()
    assert capacities_of(member) == []
    assert not OrganisationStanding.of(member, weavers).may_manage

    services.reinstate_organisation(weavers, by=by, reason="Cleared.")
    assert [capacity.organisation for capacity in capacities_of(member)] == [weavers]


def test_two_editors_do_not_overwrite_each_other(member, weavers):
    [by] = capacities_of(member)
    services.edit_profile(weavers, by=by, base=1, acronym="WU")
    with pytest.raises(Conflict) as refused:
        services.edit_profile(weavers, by=by, base=1, acronym="WVU")
    assert refused.value.current.acronym == "WU"


def test_name_and_type_are_the_secretariats_to_change(member, weavers, secretariat):
    [by] = capacities_of(member)
    with pytest.raises(NotAllowed):
        services.edit_profile(weavers, by=by, base=1, name="Governments United")
    services.edit_profile(weavers, by=secretariat_capacity(secretariat), base=1, name="Weavers United")
    weavers.refresh_from_db()
    assert weavers.name == "Weavers United"


def test_becoming_undisclosed_takes_the_name_out_of_the_address(member, weavers):
    [by] = capacities_of(member)
    before = weavers.slug
    hidden = services.edit_profile(weavers, by=by, base=1, listing="undisclosed")
    assert hidden.slug != before
    assert "weavers" not in hidden.slug
    shown = services.edit_profile(weavers, by=by, base=2, listing="named")
    assert shown.slug == "weavers-union"


def test_the_page_stays_where_it_is_while_the_name_is_known(member, weavers, make_organisation):
    [by] = capacities_of(member)
    weavers.slug = "weavers-union"
    weavers.save()
    for base, listing in enumerate(["partners", "named", "partners"], start=1):
        assert services.edit_profile(weavers, by=by, base=base, listing=listing).slug == "weavers-union"


def test_searching_ignores_case_accents_and_order(make_organisation):
    found = make_organisation("Coordination des Pêcheurs", acronym="CdP")
    make_organisation("Fishers’ Union")
    for query in ["pecheurs", "PÊCHEURS coordination", "cdp"]:
        assert list(Organisation.objects.matching(query)) == [found]
