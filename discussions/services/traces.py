"""Writing down among the posts of a thread what was done to it."""

from discussions.models import Thread, Trace
from partners.capacity import Capacity


def trace(thread: Thread, kind: Trace.Kind, *, by: Capacity, text: str = "", html: str = "") -> Trace:
    """Say below the last post of a thread, whose row the caller has locked, what was done to it."""
    return _written(Trace(thread=thread, kind=kind, after=thread.last_number, text=text, html=html), by)


def trace_of_move(thread: Thread, kind: Trace.Kind, *, by: Capacity, after: int, other: Thread, count: int) -> Trace:
    """Say below a post how many posts came from another thread or went there."""
    return _written(Trace(thread=thread, kind=kind, after=after, other=other, count=count), by)


def _written(line: Trace, by: Capacity) -> Trace:
    line.speak_as(by)
    line.save(force_insert=True)
    line.thread.trace_count += 1
    line.thread.save(update_fields=["trace_count"])
    return line
