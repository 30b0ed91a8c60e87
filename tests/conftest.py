"""The same few people in every story.

`lead` speaks for the Dockers' Federation, which leads `supply_chains`; `member` for the Weavers' Union, a member of it;
`observer` for the Ministry, an observer; `stranger` for the Harbour Institute, a partner that belongs to no group;
`outsider` has an account and no organisation; `secretariat` works the queue. All are invented.
"""

import itertools
import uuid

import pytest
from django.conf import settings
from django.core.cache import caches
from django.utils import timezone

from accounts.models import User
from core.realtime import threads
from groups.models import Group, GroupState, Membership, Participant
from partners.models import Affiliation, Organisation, OrganisationStatus

PASSWORD = "correct horse battery"
_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def _fresh_limits():
    """Limits are counted in the cache, and numbers remembered in the process's; both outlive a test."""
    for name in settings.CACHES:
        caches[name].clear()


@pytest.fixture(autouse=True)
def _no_database_no_connections(request, monkeypatch):
    """In a test without a database, the live threads do not look after connections that an earlier one left open."""
    if request.node.get_closest_marker("django_db") is None and "db" not in request.fixturenames:
        monkeypatch.setattr(threads, "close_old_connections", lambda: None)


@pytest.fixture
def make_person(db):
    """Make a person, with a verified address."""

    def make(name="Somebody", email=None, password=None, **fields):
        from allauth.account.models import EmailAddress
        from django.db import transaction

        from accounts.events import PersonChanged
        from core.events import publish

        person = User.objects.create_user(
            email or f"person{next(_numbers)}@example.org", password, name=name, **fields
        )
        with transaction.atomic():
            publish(PersonChanged(person))
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
        return person

    return make


@pytest.fixture
def make_organisation(db):
    """Make a partner organisation."""

    def make(name=None, *, status=OrganisationStatus.ACTIVE, stakeholder_type="civil-society", **fields):
        number = next(_numbers)
        name = name or f"Organisation {number}"
        return Organisation.objects.create(
            name=name, slug=f"organisation-{number}", status=status, stakeholder_type=stakeholder_type, **fields
        )

    return make


@pytest.fixture
def affiliate(db):
    """Tie a person to an organisation."""

    def make(person, organisation, *, role="focal-point", state="active", function="Policy officer"):
        return Affiliation.objects.create(
            user=person,
            organisation=organisation,
            role=role,
            state=state,
            function=function,
            started_at=timezone.now(),
        )

    return make


@pytest.fixture
def make_group(db):
    """Make an open group, with its room and whatever else opening one makes."""

    def make(name=None, *, slug=None, state=GroupState.ACTIVE, **fields):
        from django.db import transaction

        from core.events import publish
        from groups.events import GroupOpened

        number = next(_numbers)
        name = name or f"Group {number}"
        with transaction.atomic():
            group = Group.objects.create(
                name=name, slug=slug or f"group-{number}", state=state, summary="What it is for.", **fields
            )
            if state != GroupState.PROPOSED:
                publish(GroupOpened(group))
        return group

    return make


@pytest.fixture
def join(db):
    """Make an organisation a member of a group, with the people named taking part."""

    def make(organisation, group, *people, role="member", state="active"):
        from django.db import transaction

        from core.events import publish
        from groups.events import MembershipStarted, ParticipantStarted

        with transaction.atomic():
            membership = Membership.objects.create(
                organisation=organisation,
                group=group,
                role=role,
                state=state,
                started_at=timezone.now(),
                key=uuid.uuid4(),
            )
            if state == "active":
                publish(MembershipStarted(membership))
            for person in people:
                affiliation = Affiliation.objects.active().get(user=person, organisation=organisation)
                participant = Participant.objects.create(membership=membership, affiliation=affiliation, user=person)
                publish(ParticipantStarted(participant))
        return membership

    return make


@pytest.fixture
def make_insider(make_person, make_organisation, affiliate, join):
    """Make a person whose own new organisation belongs to the group."""

    def make(group, name="Somebody", *, role="member", **fields):
        person = make_person(name, **fields)
        organisation = make_organisation()
        affiliate(person, organisation)
        join(organisation, group, person, role=role)
        return person

    return make


@pytest.fixture
def dockers(make_organisation):
    """The organisation that leads."""
    return make_organisation("Dockers’ Federation", stakeholder_type="workers", country="CI")


@pytest.fixture
def weavers(make_organisation):
    """The organisation that is a member."""
    return make_organisation("Weavers’ Union", stakeholder_type="workers", country="BD")


@pytest.fixture
def ministry(make_organisation):
    """The organisation that observes."""
    return make_organisation("Ministry of Labour", stakeholder_type="government", country="CL")


@pytest.fixture
def institute(make_organisation):
    """A partner that belongs to no group."""
    return make_organisation("Harbour Institute", stakeholder_type="academic", country="PT")


@pytest.fixture
def lead(make_person, affiliate, dockers):
    """Leads the group for the dockers."""
    person = make_person("Lina Okafor", "lead@example.org", PASSWORD)
    affiliate(person, dockers, function="Coordinator")
    return person


@pytest.fixture
def member(make_person, affiliate, weavers):
    """Takes part for the weavers."""
    person = make_person("Marco Silva", "member@example.org", PASSWORD)
    affiliate(person, weavers, function="Research officer")
    return person


@pytest.fixture
def observer(make_person, affiliate, ministry):
    """Observes for the ministry."""
    person = make_person("Olga Rivas", "observer@example.org", PASSWORD)
    affiliate(person, ministry, function="Adviser")
    return person


@pytest.fixture
def stranger(make_person, affiliate, institute):
    """Acts for a partner that is in no group."""
    person = make_person("Sana Haddad", "stranger@example.org", PASSWORD)
    affiliate(person, institute, function="Lecturer")
    return person


@pytest.fixture
def outsider(make_person):
    """Has an account and acts for nobody."""
    return make_person("Otto Meyer", "outsider@example.org", PASSWORD)


@pytest.fixture
def secretariat(make_person):
    """Works the queue; takes part in nothing."""
    return make_person("Selma Berg", "secretariat@example.org", PASSWORD, is_secretariat=True)


@pytest.fixture
def supply_chains(make_group, join, dockers, weavers, ministry, lead, member, observer):
    """A group that everybody may find, members may read, partners may ask to join."""
    group = make_group("Supply Chains", slug="supply-chains")
    join(dockers, group, lead, role="lead")
    join(weavers, group, member)
    join(ministry, group, observer, role="observer")
    return group


@pytest.fixture
def hidden_group(make_group, join, dockers, weavers, lead, member):
    """A group that only its members may know of."""
    group = make_group("Quiet Harbour", slug="k3v9x0q2m7aa", find="members", read="members", join="invitation")
    join(dockers, group, lead, role="lead")
    join(weavers, group, member)
    return group


@pytest.fixture
def signed_in(client):
    """Sign the test client in as a person."""

    def sign_in(person):
        client.force_login(person)
        return client

    return sign_in
