"""What a process counts of itself: every figure is declared here, once, and its users name it from here.

Figures are plain integers, so that counting costs what an addition costs; `core.metrics` and `core.reporting` read them when
asked. An addition written out (`figures.EVENTS_READ.value += 1`) is whole in CPython whichever thread does it; what takes
several steps holds a lock. Labels come from closed sets: no person, room, group, organisation or address is ever one.
"""

import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

PREFIX = "actiongroups_"
"""What every name begins with where the figures are shown beside those of other programs."""

OTHER = "other"

ALL: "list[Figure]" = []
"""Every figure in the order it is declared in."""


class Figure:
    """One figure: its name, and one sentence for whoever reads it."""

    __slots__ = ("about", "name")

    def __init__(self, name: str, about: str) -> None:
        self.name, self.about = name, about
        ALL.append(self)


class Level(Figure):
    """What goes up and down."""

    __slots__ = ("value",)

    def __init__(self, name: str, about: str) -> None:
        super().__init__(name, about)
        self.value: float = 0


class Count(Figure):
    """What only grows, from the start of the process on."""

    __slots__ = ("value",)

    def __init__(self, name: str, about: str) -> None:
        super().__init__(name, about)
        self.value = 0


class CountBy(Figure):
    """What only grows, told apart by a label of few values; what is none of them counts as `other`."""

    __slots__ = ("label", "values")

    def __init__(self, name: str, about: str, label: str, of: Sequence[str]) -> None:
        super().__init__(name, about)
        self.label = label
        self.values = dict.fromkeys([*of, OTHER], 0)

    def add(self, value: object) -> None:
        """Count one."""
        key = str(value)
        self.values[key if key in self.values else OTHER] += 1

    @property
    def total(self) -> int:
        """All of them together."""
        return sum(self.values.values())


class Peak(Figure):
    """The highest value noted in this period and the one before; `turn` begins the next."""

    __slots__ = ("_before", "_now")

    def __init__(self, name: str, about: str) -> None:
        super().__init__(name, about)
        self._before = self._now = 0.0

    def note(self, value: float) -> None:
        """Remember the value if it is the highest."""
        if value > self._now:
            self._now = value

    def turn(self) -> None:
        """Begin a new period."""
        self._before, self._now = self._now, 0.0

    @property
    def value(self) -> float:
        """The highest of both periods."""
        return max(self._before, self._now)


class Times(Figure):
    """How long something takes, in seconds, sorted into steps; safe to note from any thread."""

    __slots__ = ("_lock", "counts", "steps", "total")

    STEPS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)

    def __init__(self, name: str, about: str, steps: Sequence[float] = STEPS) -> None:
        super().__init__(name, about)
        self.steps = tuple(steps)
        self.counts = [0] * (len(self.steps) + 1)
        self.total = 0.0
        self._lock = threading.Lock()

    def note(self, seconds: float, *, times: int = 1) -> None:
        """Note one, or several that took as long together; what clocks of two machines make negative took no time."""
        seconds = max(seconds, 0.0)
        with self._lock:
            self.counts[bisect_left(self.steps, seconds)] += times
            self.total += seconds * times

    @contextmanager
    def taken(self, times: Callable[[], int] = lambda: 1) -> Iterator[None]:
        """Note how long the block takes, unless it fails; `times` says afterwards for how many it stands."""
        start = time.perf_counter()
        yield
        self.note(time.perf_counter() - start, times=times())

    @property
    def count(self) -> int:
        """How many were noted."""
        return sum(self.counts)

    def read(self) -> tuple[list[int], float]:
        """Return how many took at most each step, the last one without end, and the seconds of all together."""
        with self._lock:
            counts, total = list(self.counts), self.total
        at_most, so_far = [], 0
        for count in counts:
            so_far += count
            at_most.append(so_far)
        return at_most, total


# --- The process ------------------------------------------------------------------------------------------------------

STARTED = Level("started_timestamp_seconds", "When the process began, in seconds since 1970.")
DATABASE_ANSWERS = Level("database_answers", "1 when the database answered at the last report of the process, else 0.")
LAYER_ANSWERS = Level("layer_answers", "1 when the channel layer answered at the last report of the process, else 0.")
TASKS_WAITING = Level("tasks_waiting", "Background tasks that are due, in all, at the last report.")
TASKS_WAIT = Level("tasks_wait_seconds", "How long the oldest due background task has waited, at the last report.")
TASKS_FAILED = Level("tasks_failed", "Background tasks that failed in the last thirty days, at the last report.")
TASKS_ENDED = CountBy(
    "tasks_ended",
    "Background tasks that this process brought to an end, by how.",
    "how",
    ["done", "failed", "comes_back", "returned"],
)
TASK_TIMES = Times("task_seconds", "Background tasks, from their beginning to their end, where they were done.")
REPORTS_FAILED = Count("reports_failed", "Reports that could not be written to the database.")

# --- Pages ------------------------------------------------------------------------------------------------------------

HTTP_REQUESTS = CountBy(
    "http_requests", "Pages answered, by class of status.", "status", ["1xx", "2xx", "3xx", "4xx", "5xx"]
)
HTTP_TIMES = Times("http_request_seconds", "From a request's arrival in the application to its answer.")

# --- Sockets ----------------------------------------------------------------------------------------------------------

SOCKETS = Level("sockets_open", "WebSockets that are open.")
HANDSHAKES_ACCEPTED = Count("handshakes_accepted", "WebSockets that were let in.")
HANDSHAKES_REFUSED = CountBy(
    "handshakes_refused",
    "WebSockets that were not let in.",
    "reason",
    ["origin", "path", "head", "signed_out", "too_many", "full", "database"],
)
SOCKETS_CLOSED = CountBy(
    "sockets_closed",
    "WebSockets that ended, by close code: 4408 readers too slow, 4401 signed out, 1006 gone without a word.",
    "code",
    ["1000", "1001", "1005", "1006", "1009", "1011", "1012", "1013", "4401", "4408"],
)
FRAMES_REFUSED = CountBy(
    "frames_refused",
    "Frames of clients answered with an error, by its code.",
    "code",
    ["malformed", "unknown_type", "not_found", "forbidden", "too_long", "rate_limited", "conflict", "busy"],
)
OUTBOX_PEAK = Peak(
    "outbox_peak_ratio", "The fullest queue of any socket in the last 10 to 20 seconds; at 1 it is closed."
)
LOOP_LAG = Peak("loop_lag_seconds", "The longest the event loop came late in the last 10 to 20 seconds.")

# --- Rooms ------------------------------------------------------------------------------------------------------------

ROOMS = Level("rooms_followed", "Rooms that sockets of the process follow.")
EVENTS_READ = Count(
    "events_read", "Events of rooms read from the database, each once however many sockets they go to."
)
FRAMES_WRITTEN = Count("frames_written", "Frames handed to sockets.")
DELIVERIES = Count("deliveries", "Events handed to sockets: one event to a hundred sockets is a hundred.")
CATCH_UPS = Count("catch_ups", "Times a socket read the log for itself, after a break or because it fell behind.")
CATCH_UP_EVENTS = Count("catch_up_events", "Events read for one socket alone.")
RESETS = Count("resets", "Times a client was told to load a room anew.")
SEND_TIMES = Times("send_seconds", "Saying something, from the beginning of its transaction until it is committed.")
ACK_TIMES = Times("ack_seconds", "Saying something by a socket, from its frame until its acknowledgement is queued.")
HANDOVER_TIMES = Times(
    "handover_seconds",
    "From an event's own time to its being queued for those who follow the room; the oldest of a batch.",
)

# --- What the live part rests on --------------------------------------------------------------------------------------

DATABASE_WORK = Level("database_work_pending", "Pieces of database work that sockets wait for, running ones included.")
DATABASE_TIMES = Times("database_work_seconds", "Database work for sockets, from being asked for to its result.")
POLLS_FAILED = Count("polls_failed", "Polls of rooms, rights and sessions that the database did not answer.")
FOUND_BY_POLL = Count("found_by_poll", "Events that no bell told of and the poll found.")
BELLS_RUNG = Count("bells_rung", "Bells the channel layer took, each for itself though several go in one ring.")
BELLS_FAILED = Count("bells_failed", "Bells it did not take; what they told of is found by the poll.")
LAYER_ERRORS = CountBy(
    "layer_errors",
    "Failures of the channel layer, by what was asked of it.",
    "asked",
    ["listen", "hear", "hear_no_more"],
)
