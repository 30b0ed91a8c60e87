"""What became of an action: each version as what it changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.listing import listed
from discussions.actions.models import Action, ActionVersion
from discussions.electorate import reads
from discussions.names import Names
from groups.bylines import Byline
from groups.standing import Standing


@dataclass(frozen=True, slots=True)
class Change:
    """One field as it was and as it became; `before` is None for what the first version says."""

    label: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class Step:
    """One version: who saved it (nobody where the platform did), when, why, and what it changed."""

    number: int
    at: datetime
    by: Byline | None
    why: str
    changes: Sequence[Change]


def history_of(action: Action, standing: Standing) -> list[Step]:
    """Return the versions that the reader may see, newest first; of the oldest of them, everything it says."""
    versions = [one for one in action.versions.order_by("number") if reads(standing, one.created_at)]
    names = Names(
        standing,
        [(one.author_id, one.organisation_id, one.function) for one in versions]
        + [(one.person_id, one.owner_id, "") for one in versions],
        thread=action.post.thread if action.post else None,
    )
    steps, before = [], None
    for version in versions:
        by = names.of(version.author_id, version.organisation_id, version.function) if version.author_id else None
        steps.append(
            Step(version.number, version.created_at, by, version.get_why_display(), _changes(before, version, names))
        )
        before = version
    return steps[::-1]


def _changes(before: ActionVersion | None, now: ActionVersion, names: Names) -> list[Change]:
    old = dict(_fields(before, names)) if before else {}
    return [
        Change(label, old.get(label), value)
        for label, value in _fields(now, names)
        if value and old.get(label) != value
    ]


def _fields(version: ActionVersion, names: Names) -> list[tuple[str, str]]:
    return [
        (_("What is to be done"), version.text),
        (_("Who does it"), _who(version, names)),
        (_("Until"), _day(version.due_on)),
        (_("State"), str(version.get_state_display())),
        (_("Why it is dropped"), version.reason),
    ]


def _who(version: ActionVersion, names: Names) -> str:
    who = names.of(version.person_id, version.owner_id)
    return listed([who.name, who.organisation])


def _day(day: date) -> str:
    return str(date_format(day, "j F Y"))
