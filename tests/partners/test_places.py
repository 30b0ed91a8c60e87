"""What happens to a person's places in groups when they hand over, leave, or their account closes."""

import pytest

from accounts.models import User
from accounts.services import change_standing
from groups.models import Participant
from groups.standing import Standing
from partners import services
from partners.capacity import capacities_of
from partners.models import Affiliation


def takes_part(person, group):
    return Standing.of(User.objects.get(pk=person.pk), group).is_participant


def tie(person):
    return Affiliation.objects.get(user=person)


@pytest.fixture
def colleague(make_person, affiliate, weavers):
    """Staff of the weavers who takes part in nothing yet."""
    person = make_person("Carla Nunes", "colleague@example.org")
    affiliate(person, weavers, role="staff", function="Assistant")
    return person


@pytest.fixture
def drafting(make_group, supply_chains, join, weavers, member):
    """A working group in which the member takes part too."""
    group = make_group("Drafting", parent=supply_chains)
    join(weavers, group, member)
    return group


def test_a_successor_takes_over_every_seat(member, colleague, supply_chains, drafting):
    [by] = capacities_of(member)
    services.hand_over(tie(member), by=by, successor=tie(colleague), leave=True)
    for group in [supply_chains, drafting]:
        assert takes_part(colleague, group)
        assert not takes_part(member, group)


def test_a_successor_who_takes_part_already_is_not_doubled(member, colleague, supply_chains, drafting):
    seat = Participant.objects.get(user=member, membership__group=supply_chains)
    Participant.objects.create(membership=seat.membership, affiliation=tie(colleague), user=colleague)
    [by] = capacities_of(member)
    services.hand_over(tie(member), by=by, successor=tie(colleague), leave=True)
    assert Participant.objects.filter(user=colleague, ended_at=None).count() == 2


def test_handing_over_without_leaving_moves_no_seat(member, colleague, supply_chains):
    [by] = capacities_of(member)
    services.hand_over(tie(member), by=by, successor=tie(colleague))
    assert takes_part(member, supply_chains)
    assert not takes_part(colleague, supply_chains)


def test_a_closed_account_loses_its_places_and_gets_them_back(member, supply_chains, make_person):
    administrator = make_person("Ada Quist", is_staff=True, is_superuser=True)
    before = supply_chains.acl_version
    roles = {"is_secretariat": False, "is_staff": False}
    change_standing(member, by=administrator, is_active=False, reason="Asked for it.", **roles)
    assert not takes_part(member, supply_chains)
    supply_chains.refresh_from_db()
    assert supply_chains.acl_version > before
    change_standing(member, by=administrator, is_active=True, reason="Came back.", **roles)
    assert takes_part(member, supply_chains)
