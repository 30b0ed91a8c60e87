"""What organisations have answered: read from the answers while a consultation is open, from its report afterwards.

Counted are the organisations that are asked (`discussions.electorate`) now, or were at the end; each has one voice.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from discussions.asking.models import Answer, ClosingReport, Position
from discussions.electorate import asked_in
from discussions.models import Post, Thread
from partners.models import StakeholderType


@dataclass(frozen=True, slots=True)
class Line:
    """One organisation that is asked: what it answered, by whom, when, and where its people wrote."""

    organisation_id: int
    stakeholder_type: str
    position: str = ""
    text: str = ""
    author_id: int | None = None
    function: str = ""
    answered_at: datetime | None = None
    versions: int = 0
    posts: tuple[int, ...] = ()

    @property
    def has_answered(self) -> bool:
        """Whether it has stated an answer; writing in the thread alone states none."""
        return bool(self.position)


@dataclass(frozen=True, slots=True)
class Report:
    """The lines of a consultation, and whether they are frozen."""

    lines: Sequence[Line]
    frozen_at: datetime | None = None


def report_of(thread: Thread) -> Report:
    """Return the closing report of a consultation that has one, else the lines as they are now; at most five queries."""
    frozen = ClosingReport.objects.filter(thread=thread).prefetch_related("lines").first()
    if frozen is None:
        return Report(live_lines(thread))
    lines = [
        Line(
            organisation_id=row.organisation_id,
            stakeholder_type=row.stakeholder_type,
            position=row.position,
            text=row.text,
            author_id=row.author_id,
            function=row.function,
            answered_at=row.answered_at,
            versions=row.versions,
            posts=tuple(row.posts),
        )
        for row in frozen.lines.all()
    ]
    return Report(lines, frozen.ended_at)


def live_lines(thread: Thread) -> list[Line]:
    """Return a line for every organisation that is asked now."""
    answers = {given.organisation_id: given for given in Answer.objects.filter(thread=thread)}
    posts: dict[int | None, list[int]] = defaultdict(list)
    spoken = Post.objects.filter(thread=thread).standing().order_by("number")
    for organisation_id, number in spoken.values_list("organisation_id", "number"):
        posts[organisation_id].append(number)
    lines = []
    for one in asked_in(thread.group, since=thread.created_at):
        given = answers.get(one.organisation.pk)
        here = tuple(posts[one.organisation.pk])
        if given is None:
            lines.append(Line(one.organisation.pk, one.organisation.stakeholder_type, posts=here))
            continue
        lines.append(
            Line(
                organisation_id=one.organisation.pk,
                stakeholder_type=one.organisation.stakeholder_type,
                position=given.position,
                text=given.text,
                author_id=given.author_id,
                function=given.function,
                answered_at=given.changed_at,
                versions=given.version,
                posts=here,
            )
        )
    return lines


def by_position(lines: Iterable[Line]) -> dict[str, int]:
    """Return how many organisations hold each position; `""` counts the silent ones."""
    counts = Counter(line.position for line in lines)
    return {position: counts[position] for position in [*Position.values, ""]}


def by_type(lines: Iterable[Line]) -> dict[str, dict[str, int]]:
    """Return the same for each stakeholder type of which an organisation is asked, in the order of the types."""
    grouped: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        grouped[line.stakeholder_type].append(line)
    return {kind: by_position(grouped[kind]) for kind in StakeholderType.values if kind in grouped}
