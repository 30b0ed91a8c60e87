"""What a poll shows to one reader: its options, their numbers once they are shown, the reader's own vote."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from discussions.electorate import asked_in, may_answer
from discussions.models import Thread
from discussions.names import Names, tells_who
from discussions.polls.access import may_keep
from discussions.polls.models import Ballot, Option, Poll, Shown
from groups.breakdown import Breakdown, breakdown
from groups.bylines import Byline
from groups.standing import Standing
from partners.models import StakeholderType

FEWEST_UNNAMED = 3
"""Fewer voices than these are not shown of an anonymous poll, as a whole or of one stakeholder type: they would be named."""


@dataclass(slots=True)
class OptionShown:
    """One option; `votes` and `share` (of the voices, in hundredths) mean nothing while the result is not shown."""

    number: int
    text: str
    votes: int
    share: float
    mine: bool
    voices: list[Byline] = field(default_factory=list)


@dataclass(slots=True)
class PollShown:
    """One poll as its reader sees it."""

    poll: Poll
    options: list[OptionShown]
    may_vote: bool
    may_keep: bool

    @property
    def has_voted(self) -> bool:
        """Whether the reader's voice, or one of theirs, is cast."""
        return any(option.mine for option in self.options)

    @property
    def shows_result(self) -> bool:
        """Whether the numbers are shown to this reader now."""
        poll = self.poll
        if not poll.named and poll.cast < FEWEST_UNNAMED:
            return False
        if poll.is_over or poll.shown == Shown.ALWAYS:
            return True
        return poll.shown == Shown.AFTER_VOTING and self.has_voted

    @property
    def too_few(self) -> bool:
        """Whether an anonymous poll has ended with so few voices that its result would name them."""
        return self.poll.is_over and not self.poll.named and self.poll.cast < FEWEST_UNNAMED


def polls_in(thread: Thread, standing: Standing, *, only: int | None = None) -> list[PollShown]:
    """Return the polls of a thread that the reader may see, oldest first; one query."""
    options = Option.objects.filter(poll__thread=thread).select_related("poll").annotate(mine=Exists(_mine(standing)))
    if standing.history_from:
        options = options.filter(poll__created_at__gte=standing.history_from)
    if only is not None:
        options = options.filter(poll=only)
    by_poll: dict[int, list[Option]] = defaultdict(list)
    for option in options.order_by("poll_id", "number"):
        by_poll[option.poll_id].append(option)
    return [_shown(rows, thread, standing) for rows in by_poll.values()]


def _mine(standing: Standing) -> QuerySet[Ballot]:
    """Return the ballots that count as the reader's: their own, and those of organisations they write for."""
    organisations = [one.organisation_id for one in standing.capacities]
    own = Q(voter_organisation__in=organisations)
    if standing.user.is_authenticated:
        own |= Q(voter_person=standing.user.pk)
    return Ballot.objects.standing().filter(own, options=OuterRef("pk"))


def _shown(rows: Sequence[Option], thread: Thread, standing: Standing) -> PollShown:
    poll = rows[0].poll
    poll.thread = thread
    options = [
        OptionShown(row.number, row.text, row.votes, 100 * row.votes / (poll.cast or 1), row.mine)  # type: ignore[attr-defined]
        for row in rows
    ]
    may_vote = not poll.is_over and may_answer(standing, since=poll.created_at)
    return PollShown(poll, options, may_vote, may_keep(poll, standing))


@dataclass(frozen=True, slots=True)
class Details:
    """What a poll's own page says beyond its card."""

    asked: int
    silent: list[Byline]
    breakdown: Breakdown
    struck: int


def details_of(shown: PollShown, standing: Standing) -> Details:
    """Name the voices of each option where the poll does, and return who is silent and the result by stakeholder type."""
    poll = shown.poll
    ballots = list(
        Ballot.objects.filter(poll=poll).standing().select_related("organisation").prefetch_related("options")
    )
    asked = asked_in(poll.thread.group, since=poll.created_at)
    voted = {ballot.voter_organisation_id for ballot in ballots}
    silent = [one.organisation.pk for one in asked if one.organisation.pk not in voted] if poll.by_organisation else []
    names = Names(
        standing,
        [(ballot.author_id, ballot.organisation_id, ballot.function) for ballot in ballots]
        + [(None, organisation, "") for organisation in silent],
        thread=poll.thread,
    )
    says_who = poll.named and tells_who(poll.thread, standing)
    if says_who:
        by_option = defaultdict(list)
        for ballot in ballots:
            for option in ballot.options.all():
                by_option[option.number].append(names.of(ballot.author_id, ballot.organisation_id, ballot.function))
        for option_shown in shown.options:
            option_shown.voices = sorted(by_option[option_shown.number], key=str)
    columns = {str(option.number): option.text for option in shown.options}
    people = {seat.user_id for one in asked for seat in one.seats}
    return Details(
        asked=len(asked) if poll.by_organisation else len(people),
        silent=[names.of(None, organisation) for organisation in silent] if says_who else [],
        breakdown=breakdown(columns, by_type(poll, ballots), [number % 10 for number in range(len(columns))]),
        struck=Ballot.objects.filter(poll=poll, struck_why=Ballot.Struck.LEFT).count(),
    )


def by_type(poll: Poll, ballots: Iterable[Ballot]) -> dict[str, dict[str, int]]:
    """Return how many voices of each stakeholder type each option has, by the options' numbers.

    Of an anonymous poll types with fewer than three voices are put together, and with further ones until there are three.
    """
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    voices: Counter[str] = Counter()
    for ballot in ballots:
        kind = ballot.organisation.stakeholder_type if ballot.organisation else ""
        voices[kind] += 1
        counts[kind].update(str(option.number) for option in ballot.options.all())
    if poll.named:
        return {kind: dict(counts[kind]) for kind in StakeholderType.values if kind in counts}
    together: list[str] = []
    for kind, count in sorted(voices.items(), key=lambda one: (one[1], one[0])):
        if count >= FEWEST_UNNAMED and (not together or sum(voices[one] for one in together) >= FEWEST_UNNAMED):
            break
        together.append(kind)
    apart = {kind: dict(counts[kind]) for kind in StakeholderType.values if kind in counts and kind not in together}
    if together:
        merged: Counter[str] = Counter()
        for kind in together:
            merged.update(counts[kind])
        apart[_("Types with few voices, together")] = dict(merged)
    return apart
