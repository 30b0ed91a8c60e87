"""Whatever people do, in whatever order: each organisation has one voice, and every tally equals a recount."""

import uuid
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import DomainError
from discussions.asking import services as asking
from discussions.asking import tally
from discussions.asking.models import AnswerVersion
from discussions.polls import services as polls
from discussions.polls.models import Ballot
from discussions.services import start_thread
from groups.models import Membership, Participant
from groups.services import change_membership_role, end_participation, leave, name_participant, remove_membership
from groups.standing import Standing
from partners.models import Affiliation
from partners.services import end_affiliation, hand_over

PEOPLE = 6  # two of each of three organisations; the first of them leads
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("vote"), st.integers(0, PEOPLE - 1), st.sets(st.integers(1, 3), min_size=1)),
        st.tuples(st.just("vote_alone"), st.integers(0, PEOPLE - 1), st.integers(1, 3)),
        st.tuples(st.just("answer"), st.integers(0, PEOPLE - 1), st.sampled_from(["support", "none"])),
        st.tuples(st.just("stop"), st.integers(0, PEOPLE - 1), st.none()),
        st.tuples(st.just("name"), st.integers(0, PEOPLE - 1), st.none()),
        st.tuples(st.just("leave"), st.integers(1, 2), st.none()),
        st.tuples(st.just("remove"), st.integers(1, 2), st.none()),
        st.tuples(st.just("observe"), st.integers(1, 2), st.sampled_from(["observer", "member"])),
        st.tuples(st.just("hand_over"), st.integers(0, PEOPLE - 1), st.none()),
        st.tuples(st.just("end"), st.integers(0, PEOPLE - 1), st.none()),
        st.tuples(st.just("join"), st.integers(1, 2), st.none()),
    ),
    max_size=14,
)


class World:
    """A group of three organisations, with a poll of each kind and a consultation."""

    def __init__(self, make_group, make_organisation, make_person, affiliate, join):
        self.join = join
        self.group = make_group(f"Group {uuid.uuid4().hex[:6]}")
        kinds = ("workers", "government", "workers")
        self.organisations = [make_organisation(stakeholder_type=kind) for kind in kinds]
        self.people = [make_person(f"Person {number}") for number in range(PEOPLE)]
        for number, person in enumerate(self.people):
            affiliate(person, self.organisations[number // 2])
        for number, organisation in enumerate(self.organisations):
            pair = self.people[2 * number : 2 * number + 2]
            join(organisation, self.group, *pair, role="member" if number else "lead")
        self.lead = Standing.of(self.people[0], self.group).speak()
        later = timezone.now() + timedelta(days=5)
        thread = start_thread(self.group, by=self.lead, title="Asked", body="Words.", key=uuid.uuid4())
        asked = {
            "by": self.lead,
            "question": "Which?",
            "options": ["A", "B", "C"],
            "open_until": later,
            "several": True,
        }
        self.poll = polls.start_poll(thread, key=uuid.uuid4(), **asked)
        self.alone = polls.start_poll(thread, key=uuid.uuid4(), voices="people", **asked)
        self.consultation = start_thread(
            self.group,
            by=self.lead,
            title="Plan",
            body="Read.",
            kind="consultation",
            open_until=later,
            key=uuid.uuid4(),
        )

    def play(self, what, who, more):
        """Do it; what the platform refuses is refused."""
        try:
            getattr(self, f"do_{what}")(who, more)
        except DomainError:
            pass

    def speaking(self, who):
        return Standing.of(self.people[who], self.group).speak()

    def place(self, which):
        return Membership.objects.live().filter(group=self.group, organisation=self.organisations[which]).first()

    def do_vote(self, who, options):
        polls.vote(self.poll, by=self.speaking(who), options=options, key=uuid.uuid4())

    def do_vote_alone(self, who, option):
        polls.vote(self.alone, by=self.speaking(who), options=[option], key=uuid.uuid4())

    def do_answer(self, who, position):
        by = self.speaking(who)
        base = AnswerVersion.objects.filter(answer__thread=self.consultation, organisation=by.organisation).count()
        asking.answer(self.consultation, by=by, position=position, base=base, key=uuid.uuid4())

    def do_stop(self, who, _):
        seat = Participant.objects.filter(user=self.people[who], ended_at=None, membership__group=self.group).first()
        if seat:
            end_participation(seat, by=self.speaking(who))

    def do_name(self, who, _):
        tie = Affiliation.objects.active().filter(user=self.people[who]).first()
        focal = Affiliation.objects.focal().filter(organisation=self.organisations[who // 2]).first()
        if tie and focal and (place := self.place(who // 2)):
            name_participant(place, affiliation=tie, by=focal.capacity)

    def do_leave(self, which, _):
        focal = Affiliation.objects.focal().filter(organisation=self.organisations[which]).first()
        if focal and (place := self.place(which)):
            leave(place, by=focal.capacity)

    def do_remove(self, which, _):
        if place := self.place(which):
            remove_membership(place, by=self.lead, reason="Silent.")

    def do_observe(self, which, role):
        if place := self.place(which):
            change_membership_role(place, by=self.lead, role=role)

    def do_hand_over(self, who, _):
        leaving = Affiliation.objects.active().filter(user=self.people[who]).first()
        successor = Affiliation.objects.active().filter(user=self.people[who ^ 1]).first()
        if leaving and successor:
            hand_over(leaving, by=leaving.capacity, successor=successor, leave=True)

    def do_end(self, who, _):
        tie = Affiliation.objects.active().filter(user=self.people[who]).first()
        if tie:
            end_affiliation(tie, by=tie.capacity)

    def do_join(self, which, _):
        if self.place(which) is None:
            ties = Affiliation.objects.active().filter(organisation=self.organisations[which])
            self.join(self.organisations[which], self.group, *[tie.user for tie in ties.select_related("user")])

    # --- What must hold ---------------------------------------------------------------------------------------------

    def check(self):
        """Count everything anew, from the rows themselves and from who may speak now."""
        members = Membership.objects.active().filter(group=self.group).exclude(role="observer")
        organisations = set(members.values_list("organisation", flat=True))
        seats = Participant.objects.taking_part().filter(membership__in=members)
        people = set(seats.values_list("user", flat=True))
        for poll, field, electorate in (
            (self.poll, "voter_organisation_id", organisations),
            (self.alone, "voter_person_id", people),
        ):
            poll.refresh_from_db()
            standing = list(Ballot.objects.filter(poll=poll).standing().prefetch_related("options"))
            voices = [getattr(ballot, field) for ballot in standing]
            assert len(voices) == len(set(voices)) == poll.cast
            assert set(voices) <= electorate
            recount = Counter(option.number for ballot in standing for option in ballot.options.all())
            kept = {option.number: option.votes for option in poll.options.all()}
            assert kept == {number: recount[number] for number in kept}
        lines = tally.report_of(self.consultation).lines
        assert [line.organisation_id for line in lines].count(self.organisations[0].pk) == 1
        assert {line.organisation_id for line in lines} == organisations
        assert len(lines) == len(organisations)
        last = {}
        for version in AnswerVersion.objects.filter(answer__thread=self.consultation).order_by("number"):
            last[version.organisation_id] = version.position
        assert {line.organisation_id: line.position for line in lines} == {
            organisation: last.get(organisation, "") for organisation in organisations
        }
        assert sum(tally.by_position(lines).values()) == len(organisations)
        totals = [sum(row.values()) for row in tally.by_type(lines).values()]
        assert sum(totals) == len(organisations)


@pytest.fixture
def new_world(make_group, make_organisation, make_person, affiliate, join):
    """A fresh group for each example."""
    return lambda: World(make_group, make_organisation, make_person, affiliate, join)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(acts=ACTS)
def test_tallies_equal_a_recount_after_any_acts(new_world, acts):
    world = new_world()
    for what, who, more in acts:
        world.play(what, who, more)
        world.check()
