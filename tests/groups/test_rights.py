"""Whatever is done in whatever order: only leads widen who reads, a group keeps its lead, and removal empties a standing."""

import threading
import uuid

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.models import User
from core.errors import DomainError
from groups import services
from groups.models import Group, Membership, Participant
from groups.standing import Standing
from partners.capacity import Capacity, capacities_of
from partners.models import Affiliation, Organisation

NAMES = ["ports", "mines", "looms"]
names = st.sampled_from(NAMES)


class Rights(RuleBasedStateMachine):
    """Three organisations with a focal point and a colleague each, one group and one working group in it."""

    def __init__(self):
        super().__init__()
        self.ties = {}
        for name in NAMES:
            organisation = Organisation.objects.create(
                name=name, slug=uuid.uuid4().hex, status="active", stakeholder_type="other"
            )
            for role in ("focal-point", "staff"):
                user = User.objects.create_user(f"{uuid.uuid4().hex}@example.org", name=f"{name} {role}")
                self.ties[name, role] = Affiliation.objects.create(
                    user=user, organisation=organisation, role=role, state="active", started_at=timezone.now()
                )
        self.sent_away = False
        officer = User.objects.create_user(f"{uuid.uuid4().hex}@example.org", is_secretariat=True)
        self.officer = Capacity(officer, None, "Secretariat")

    @initialize(find=st.sampled_from(["public", "members"]), join=st.sampled_from(["open", "request"]))
    def open_both(self, find, join):
        """Ports lead both groups, mines are members of the outer one, looms have asked to join it."""
        by = self.focal("ports")
        group = services.propose_group(
            by=by, name="Harbours", summary="Harbours.", find=find, read="members", join=join, key=uuid.uuid4()
        )
        self.group = services.open_group(group, by=self.officer)
        self.inside = services.open_working_group(self.group, by=by, name="Drafting", summary="Drafts.")
        for name in ("mines", "looms"):
            tie = self.ties[name, "focal-point"]
            waiting = Membership.objects.create(group=self.group, organisation=tie.organisation, requested_by=tie.user)
            if name == "mines":
                services.accept_request(waiting, by=by)

    def focal(self, name):
        return self.ties[name, "focal-point"].capacity

    def group_now(self, inside):
        return Group.objects.get(pk=self.inside.pk if inside else self.group.pk)

    def pick(self, number, *states):
        """Return one of the memberships in the states, whichever group it is in."""
        found = list(
            Membership.objects.filter(group__in=[self.group, self.inside], state__in=states or ["requested", "active"])
            .select_related("organisation")
            .order_by("pk")
        )
        return found[number % len(found)] if found else None

    def readers(self):
        """Return who may read which of the two groups: organisations that belong, and everybody the switches let in."""
        found = set()
        for group in (self.group_now(False), self.group_now(True)):
            here = Membership.objects.active().filter(group=group)
            found |= {(group.pk, one) for one in here.values_list("organisation_id", flat=True)}
            if Standing.of(AnonymousUser(), group).may_read:
                found.add((group.pk, "everybody"))
        return found

    def attempt(self, by, act, *, sends_away=False):
        """Do the act; who does not lead may let in nobody, but bring their own organisation in where the group is open."""
        before, leads = self.readers(), {}
        for inside in (False, True):
            group = self.group_now(inside)
            leads[group.pk] = Standing.of(by.user, group).is_lead
        try:
            act()
        except DomainError:
            assert self.readers() == before, "a refused act changed something"
            return
        self.sent_away |= sends_away
        for group_pk, who in self.readers() - before:
            own = who == by.organisation_id and Group.objects.get(pk=group_pk).join == "open"
            assert leads[group_pk] or own, f"{by} let {who} into {group_pk}"

    @rule(name=names, inside=st.booleans())
    def ask(self, name, inside):
        tie = self.ties[name, "focal-point"]
        self.attempt(
            tie.capacity,
            lambda: services.request_to_join(self.group_now(inside), affiliation=tie, key=uuid.uuid4()),
        )

    @rule(who=names, number=st.integers(0, 5), act=st.sampled_from(["accept", "decline"]))
    def decide(self, who, number, act):
        by, membership = self.focal(who), self.pick(number, "requested")
        if membership and act == "accept":
            self.attempt(by, lambda: services.accept_request(membership, by=by))
        elif membership:
            self.attempt(by, lambda: services.decline_request(membership, by=by, reason="No."))

    @rule(who=names, number=st.integers(0, 5), act=st.sampled_from(["remove", "lead", "observer", "leave"]))
    def change(self, who, number, act):
        by, membership = self.focal(who), self.pick(number, "active")
        if membership and act == "remove":
            self.attempt(by, lambda: services.remove_membership(membership, by=by, reason="Out."), sends_away=True)
        elif membership and act == "leave":
            self.attempt(by, lambda: services.leave(membership, by=by))
        elif membership:
            self.attempt(by, lambda: services.change_membership_role(membership, by=by, role=act))

    @rule(who=names, number=st.integers(0, 5), name=names, role=st.sampled_from(["focal-point", "staff"]))
    def name_somebody(self, who, number, name, role):
        by, membership, tie = self.focal(who), self.pick(number, "active"), self.ties[name, role]
        if membership:
            self.attempt(by, lambda: services.name_participant(membership, affiliation=tie, by=by))

    @rule(who=names, number=st.integers(0, 5))
    def end(self, who, number):
        by, membership = self.focal(who), self.pick(number, "active")
        seat = membership and membership.participants.filter(ended_at=None).first()
        if seat:
            others = by.organisation_id != membership.organisation_id
            self.attempt(by, lambda: services.end_participation(seat, by=by, reason="Out."), sends_away=others)

    @rule(who=names, inside=st.booleans(), find=st.sampled_from(["public", "partners", "members"]),
          read=st.sampled_from(["public", "partners", "members"]))  # fmt: skip
    def switch(self, who, inside, find, read):
        by = self.focal(who)
        self.attempt(by, lambda: services.change_switches(self.group_now(inside), by=by, find=find, read=read))

    @invariant()
    def the_rules_hold(self):
        """Somebody leads; the working group is no wider than its parent; who has lost their place has lost everything.

        Only who is sent away from the outer group leaves the working group without a lead: the Secretariat is told.
        """
        if not hasattr(self, "group"):
            return
        groups = [self.group_now(False), self.group_now(True)]
        leaderless = set(Group.objects.without_lead())
        assert leaderless <= ({self.inside} if self.sent_away else set())
        belongs = set(Membership.objects.active().filter(group__in=groups).values_list("group_id", "organisation_id"))
        for tie in self.ties.values():
            outer, inner = (Standing.of(tie.user, group) for group in groups)
            assert outer.may_read or not inner.may_read
            for group, standing in zip(groups, (outer, inner), strict=True):
                if (group.pk, tie.organisation_id) not in belongs:
                    assert not (standing.is_participant or standing.may_read_chat or standing.may_post)
        assert not Standing.of(AnonymousUser(), groups[1]).may_read or Standing.of(AnonymousUser(), groups[0]).may_read
        live = Participant.objects.filter(membership__group__in=groups, ended_at=None)
        assert live.count() == Participant.objects.taking_part().filter(membership__group__in=groups).count()


class TestRights(TestCase):
    """Runs each history in a transaction of its own."""

    def test_no_history_of_acts_lets_in_who_was_not_let_in(self):
        run_state_machine_as_test(
            Rights,
            settings=settings(
                max_examples=20, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )


@pytest.mark.django_db(transaction=True)
def test_two_leads_who_accept_at_once_make_one_member(supply_chains, lead, institute, stranger, member):
    """Whatever the order, one membership becomes active once and the asker takes part once."""
    asked = services.request_to_join(supply_chains, affiliation=stranger.affiliations.get(), key=uuid.uuid4())
    services.change_membership_role(
        Membership.objects.get(group=supply_chains, organisation__name="Weavers’ Union"),
        by=capacities_of(lead)[0],
        role="lead",
    )
    start, errors = threading.Barrier(2), []

    def accept(person):
        try:
            start.wait()
            services.accept_request(Membership.objects.get(pk=asked.pk), by=capacities_of(person)[0])
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=accept, args=[person]) for person in (lead, member)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert Membership.objects.get(pk=asked.pk).state == "active"
    assert Participant.objects.filter(membership=asked).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_leads_who_leave_at_once_leave_one_behind(supply_chains, lead, member):
    places = {
        person: Membership.objects.get(group=supply_chains, organisation__affiliations__user=person)
        for person in (lead, member)
    }
    services.change_membership_role(places[member], by=capacities_of(lead)[0], role="lead")
    start, refused = threading.Barrier(2), []

    def leave(person):
        try:
            start.wait()
            services.leave(places[person], by=capacities_of(person)[0])
        except services.LastLead as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=leave, args=[person]) for person in (lead, member)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert Membership.objects.leads().filter(group=supply_chains).count() == 1
