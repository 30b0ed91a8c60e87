"""What a row is, and what each asks for besides the guarantees."""

from collections.abc import Callable
from dataclasses import dataclass

BACK = 35
"""Seconds in which every client has everything after a fault, whatever it was."""

ACKED = 3.0
HEARD = 15.0


@dataclass(frozen=True)
class Row:
    """One fault."""

    name: str
    fault: str
    expected: str
    play: Callable
    lasts: tuple[int, int]
    """How many seconds it takes, and how many more for each size, on two cores with nothing else to do."""
    short: bool = True
    embedded: bool = False
    """Whether it can happen to one process on SQLite."""


ROWS = {}


class NotHere(Exception):
    """A row cannot be played here, for a reason that is no fault of what is tested."""


def row(name, fault, expected, **more):
    def take(play):
        ROWS[name] = Row(name, fault, expected, play, **more)
        return play

    return take


def judge(play, took, *, within=BACK):
    """Note what a row asks for besides the guarantees."""
    if took > within:
        play.failures.append(f"complete after {took:.1f} s, {within} s allowed")
    figures = play.figures()
    if figures["faults"]:
        play.failures.append(f"{figures['faults']} answers were 500")
    if figures["refused"] and not play.may_refuse:
        play.failures.append(f"{figures['refused']} answers were 502 or 503")
    return play
