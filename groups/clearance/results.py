"""What the page of a round shows: every voice with its words, what is silent, and the numbers by stakeholder type."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from groups.breakdown import Breakdown, breakdown, type_label
from groups.bylines import Byline, bylines, bylines_for
from groups.clearance.models import Answer, Publication, Result, Round, Silent, Voice
from groups.standing import Standing
from partners.models import StakeholderType

HUES: list[int | str] = [0, 4, 3, "none"]
SHOWN = [Result.CLEAR, Result.COMMENT, Result.OBJECT, Result.SILENT]
"""What the chart counts; who has no voice any more is told beside it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An organisation for which nobody has spoken, as bylines take it."""

    organisation_id: int
    author_id: int = 0
    function: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One voice as its reader sees it: who spoke last, and what was said before."""

    voice: Voice
    who: Byline
    result: Result
    kind: str
    earlier: Sequence[tuple[Answer, Byline]]

    @property
    def has_answered(self) -> bool:
        """Whether anybody spoke for it."""
        return self.voice.said is not None

    @property
    def label(self) -> str:
        """What it counts for, in words; of one without a voice why it has none, and what it had said."""
        return self.voice.in_words


@dataclass(frozen=True, slots=True)
class Tally:
    """All voices of a round, and their numbers."""

    lines: Sequence[Line]
    counts: Sequence[tuple[str, int]]
    breakdown: Breakdown

    @property
    def silent(self) -> Sequence[Line]:
        """The voices that were or are silent."""
        return [line for line in self.lines if line.result == Result.SILENT]


def tally_of(round_: Round, standing: Standing) -> Tally:
    """Return the voices of a round, by the names of their organisations; a fixed number of queries."""
    voices = list(Voice.objects.select_related("organisation", "said").filter(round=round_))
    answers = list(Answer.objects.filter(voice__round=round_).order_by("-number"))
    spoken = [voice.said or Asked(voice.organisation_id) for voice in voices]
    names = bylines([*spoken, *answers], standing)
    earlier: dict[int, list[tuple[Answer, Byline]]] = defaultdict(list)
    last = {voice.said_id for voice in voices}
    for said, by in zip(answers, names[len(voices) :], strict=True):
        if said.pk not in last:
            earlier[said.voice_id].append((said, by))
    lines = [
        Line(voice, by, voice.counts_as, type_label(voice.stakeholder_type), earlier[voice.pk])
        for voice, by in zip(voices, names, strict=False)
    ]
    counts = Counter(line.result for line in lines)
    shown = [*SHOWN, *([Result.LEFT] if counts[Result.LEFT] else [])]
    return Tally(lines, [(str(result.label), counts[result]) for result in shown], _by_type(lines))


def _by_type(lines: Sequence[Line]) -> Breakdown:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for line in lines:
        if line.result != Result.LEFT:
            counts[line.voice.stakeholder_type][line.result] += 1
    rows = {kind: dict(counts[kind]) for kind in StakeholderType.values if kind in counts}
    return breakdown({str(result): str(result.label) for result in SHOWN}, rows, HUES)


@dataclass(frozen=True, slots=True)
class Clearers:
    """Who cleared a version, as a reader of its publication may be told; `unnamed` are those that are not named to them."""

    said: Sequence[Byline]
    by_silence: Sequence[Byline]
    unnamed: int
    silent: int

    @property
    def count(self) -> int:
        """How many organisations cleared it."""
        return len(self.said) + len(self.by_silence) + self.unnamed


def clearers_of(publications: Sequence[Publication], standing: Standing) -> list[Clearers]:
    """Return, for each, the organisations that cleared it, by the rule of names: no people, and no words of theirs.

    Silence is named only where the group's rule made it a clearance, which each of them knew; otherwise it is a number. A fixed
    number of queries.
    """
    of_round: dict[int, list[Voice]] = defaultdict(list)
    rounds = {one.round_id: one.round for one in publications}
    for voice in Voice.objects.select_related("organisation").filter(round__in=rounds):
        by_silence = voice.result == Result.SILENT and rounds[voice.round_id].silence == Silent.CLEARS
        if by_silence or voice.result in {Result.CLEAR, Result.COMMENT}:
            of_round[voice.round_id].append(voice)
    counted = [voice for voices in of_round.values() for voice in voices]
    names = bylines_for([Asked(voice.organisation_id) for voice in counted], standing.user)
    told = {
        voice.pk: by for voice, by in zip(counted, names, strict=True) if by.organisation == voice.organisation.name
    }
    silent = _silent_in([pk for pk, round_ in rounds.items() if round_.silence != Silent.CLEARS])
    return [_clearers(of_round[one.round_id], told, silent[one.round_id]) for one in publications]


def _silent_in(rounds: Sequence[int]) -> Counter[int]:
    return Counter(Voice.objects.filter(round__in=rounds, result=Result.SILENT).values_list("round_id", flat=True))


def _clearers(voices: Sequence[Voice], told: dict[int, Byline], silent: int) -> Clearers:
    named = [(voice, told[voice.pk]) for voice in voices if voice.pk in told]
    return Clearers(
        said=[by for voice, by in named if voice.result != Result.SILENT],
        by_silence=[by for voice, by in named if voice.result == Result.SILENT],
        unnamed=len(voices) - len(named),
        silent=silent,
    )
