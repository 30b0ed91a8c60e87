"""Any order of acts upon two versions of a document: stages move one way, one voice counts once, results never change."""

import io
import uuid
from datetime import timedelta

import pytest
from django.core.files import File
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core.errors import DomainError
from groups import services as groups
from groups.clearance import services
from groups.clearance.models import Answer, Publication, Result, Round, Silent, Stage, Voice
from groups.documents.models import Document
from groups.documents.services import add_file
from groups.models import Membership
from groups.standing import Standing

BODIES = ["dockers", "weavers", "smiths"]
DAY = timedelta(days=1)
FORWARD = {
    Stage.REVIEW: {Stage.REVIEW, Stage.CLEARANCE, Stage.WITHDRAWN, Stage.OVERTAKEN},
    Stage.CLEARANCE: {Stage.CLEARANCE, Stage.CLEARED, Stage.REFUSED, Stage.WITHDRAWN, Stage.OVERTAKEN},
}


class Clearance(RuleBasedStateMachine):
    """What the acts should come to, kept beside what they do."""

    def __init__(self, world):
        super().__init__()
        self.group, self.people, self.organisations = world
        self.last = {}
        self.words = {}
        self.ended = {}
        self.version = None
        self.count = 0

    def by(self, body):
        return Standing.of(self.people[body], self.group).speak()

    @property
    def lead(self):
        return self.by("dockers")

    def open_round(self):
        return Round.objects.open().filter(document=self.version.document).first()

    @initialize(silence=st.sampled_from(Silent.values))
    def begin(self, silence):
        services.decide_silence(self.group, by=self.lead, silence=silence)
        self.silence = silence
        self.add_version()

    @rule()
    def add_version(self):
        self.count += 1
        before = self.open_round() if self.version else None
        document = Document.objects.get(pk=self.version.document_id) if self.version else None
        file = File(io.BytesIO(b"%PDF-1.4 " + str(self.count).encode() * 20), "a.pdf")
        self.version = add_file(self.group, file, by=self.lead, key=uuid.uuid4(), file_name="a.pdf", document=document)
        if before:
            assert Round.objects.get(pk=before.pk).stage == Stage.OVERTAKEN
            self.words = {}

    @rule()
    def review(self):
        past = timezone.now() - 3 * DAY
        free = self.open_round() is None and not self.version.rounds.filter(stage=Stage.CLEARED).exists()
        begun = {"number": self.version.number, "until": past + DAY, "key": uuid.uuid4(), "at": past}
        try:
            services.begin_review(self.version.document, by=self.lead, **begun)
        except DomainError:
            assert not free
        else:
            assert free
            self.words = {}

    @rule(bodies=st.sets(st.sampled_from(BODIES), min_size=1))
    def ask(self, bodies):
        round_ = self.open_round() or Round.objects.last()
        if round_ is None:
            return
        here = self.here()
        fits = round_.stage == Stage.REVIEW and bodies <= here
        ids = [self.organisations[body].pk for body in bodies]
        try:
            services.begin_clearance(round_, by=self.lead, organisations=ids, until=timezone.now() + 3 * DAY)
        except DomainError:
            assert not fits
        else:
            assert fits
            self.words = dict.fromkeys(bodies)

    @rule(body=st.sampled_from(BODIES), says=st.sampled_from(["clear", "comment", "object"]), stale=st.booleans())
    def answer(self, body, says, stale):
        round_ = self.open_round()
        if round_ is None or body not in self.here():
            return
        seen = Answer.objects.filter(voice__round=round_, voice__organisation=self.organisations[body]).count()
        base = seen + 1 if stale else seen
        text = "" if says == "clear" else "Words."
        same = self.words.get(body) == says
        fits = round_.stage == Stage.CLEARANCE and body in self.words and (same or not stale)
        try:
            services.answer(round_, by=self.by(body), says=says, text=text, base=base, key=uuid.uuid4())
        except DomainError:
            assert not fits
        else:
            assert fits
            self.words[body] = says

    @rule()
    def leave_or_come_back(self):
        place = Membership.objects.get(group=self.group, organisation=self.organisations["smiths"])
        role = "observer" if place.role == "member" else "member"
        groups.change_membership_role(place, by=self.lead, role=role)

    def here(self):
        places = Membership.objects.active().filter(group=self.group).exclude(role="observer")
        return {body for body in BODIES if places.filter(organisation=self.organisations[body]).exists()}

    @precondition(lambda self: self.version and self.open_round())
    @rule()
    def withdraw(self):
        services.withdraw_round(self.open_round(), by=self.lead, reason="No.")
        self.words = {}

    @precondition(lambda self: self.version and self.open_round())
    @rule()
    def the_date_passes(self):
        round_ = self.open_round()
        if round_.stage != Stage.CLEARANCE:
            services.attend()
            assert Round.objects.get(pk=round_.pk).stage == Stage.REVIEW
            return
        counted = self.here()
        said = {body: word or "silent" for body, word in self.words.items() if body in counted}
        Round.objects.filter(pk=round_.pk).update(until=timezone.now())
        services.attend()
        clear = any(word in {"clear", "comment"} for word in said.values())
        silent = "silent" in said.values()
        passes = "object" not in said.values() and not (silent and round_.silence == "blocks")
        passes = passes and (clear or (silent and round_.silence == "clears"))
        assert Round.objects.get(pk=round_.pk).stage == ("cleared" if passes else "refused")
        results = dict(Voice.objects.filter(round=round_).values_list("organisation__name", "result"))
        assert results == {body: said.get(body, "left") for body in self.words}
        self.words = {}

    @rule()
    def publish(self):
        round_ = Round.objects.last()
        if round_ is None:
            return
        words = {"title": "A", "authors": "B", "year": 2026, "language": "en", "licence": "reserved"}
        try:
            made = services.publish_round(round_, by=self.lead, **words)
        except DomainError:
            assert round_.stage != Stage.CLEARED
        else:
            assert (round_.stage, made.sha256) == (Stage.CLEARED, round_.version.sha256)

    @invariant()
    def stages_go_one_way_and_results_stay(self):
        for round_ in Round.objects.all():
            before = self.last.get(round_.pk, Stage.REVIEW)
            assert round_.stage in FORWARD.get(before, {before})
            self.last[round_.pk] = round_.stage
            if round_.is_open:
                continue
            frozen = (round_.stage, round_.sha256, sorted(round_.voices.values_list("organisation", "result", "said")))
            assert self.ended.setdefault(round_.pk, frozen) == frozen

    @invariant()
    def one_voice_counts_once_with_its_last_word(self):
        for voice in Voice.objects.select_related("said"):
            numbers = list(voice.answers.values_list("number", flat=True))
            assert numbers == list(range(1, len(numbers) + 1))
            assert (voice.said.number if voice.said else 0) == len(numbers)
            if voice.result in {Result.CLEAR, Result.COMMENT, Result.OBJECT}:
                assert voice.said.says == voice.result

    @invariant()
    def what_is_published_was_cleared(self):
        for made in Publication.objects.select_related("round", "version"):
            assert (made.round.stage, made.sha256) == (Stage.CLEARED, made.version.sha256)


@pytest.mark.django_db
def test_any_order_of_acts_keeps_what_a_clearance_promises(
    make_group, make_organisation, make_person, affiliate, join
):
    def world():
        group = make_group("Yard")
        organisations = {body: make_organisation(body) for body in BODIES}
        people = {body: make_person(body.title()) for body in BODIES}
        for body in BODIES:
            affiliate(people[body], organisations[body])
            join(organisations[body], group, people[body], role="lead" if body == "dockers" else "member")
        return group, people, organisations

    def start():
        Publication.objects.all().delete()
        Voice.objects.update(said=None, result="")
        Answer.objects.all().delete()
        Voice.objects.all().delete()
        Round.objects.all().delete()
        return Clearance(world())

    plenty = settings(max_examples=12, stateful_step_count=18, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(start, settings=plenty)
