"""Numbers by stakeholder type as pages draw them: a bar of parts for each type, with the table beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from partners.models import StakeholderType


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a bar: where it begins and how long it is, in hundredths of the longest bar."""

    label: str
    value: int
    start: float
    width: float
    hue: int | str


@dataclass(frozen=True, slots=True)
class Row:
    """One bar with its numbers."""

    label: str
    pieces: Sequence[Piece]
    total: int


@dataclass(frozen=True, slots=True)
class Breakdown:
    """What `groups/_breakdown.html` draws: the heads of the columns with their hues, and the rows."""

    heads: Sequence[tuple[str, int | str]]
    rows: Sequence[Row]


def breakdown(
    columns: Mapping[str, str], counts: Mapping[str, Mapping[str, int]], hues: Sequence[int | str]
) -> Breakdown:
    """Return the drawing of `counts[row][column]`; `columns` says how each column is called, `hues` how it is coloured.

    A row is a stakeholder type, or bears the label it has.
    """
    longest = max((sum(row.values()) for row in counts.values()), default=0) or 1
    rows = []
    for kind, values in counts.items():
        start, pieces = 0.0, []
        for (column, label), hue in zip(columns.items(), hues, strict=True):
            value = values.get(column, 0)
            width = 100 * value / longest
            pieces.append(Piece(label, value, start, width, hue))
            start += width
        rows.append(Row(type_label(kind), pieces, sum(values.values())))
    return Breakdown(list(zip(columns.values(), hues, strict=True)), rows)


def type_label(kind: str) -> str:
    """Return how a stakeholder type is called; anything else as it is."""
    return str(StakeholderType(kind).label) if kind in StakeholderType.values else kind
