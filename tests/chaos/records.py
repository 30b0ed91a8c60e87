"""What the checker reads: the tables of the site and the history of the clients."""

import json
import sqlite3
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import psycopg


@dataclass(frozen=True)
class Row:
    """One event of a room's log, as the table has it."""

    room: int
    seq: int
    kind: str
    message: int | None = None
    version: int | None = None
    actor: int | None = None
    key: str | None = None
    change: str = ""
    person: int | None = None


@dataclass(frozen=True)
class Said:
    """One message, as the table has it."""

    id: int
    room: int
    seq: int
    number: int
    version: int
    author: int | None
    key: str
    body: str = ""
    html: str = ""
    reply_to: int | None = None
    deleted: bool = False
    versions: int = 0


@dataclass
class Tables:
    """The tables of the rooms."""

    epoch: str
    heads: dict[int, int]
    rows: list[Row]
    messages: list[Said]

    def __post_init__(self):
        self.logs = defaultdict(list)
        self.keys = defaultdict(list)
        for row in sorted(self.rows, key=lambda row: (row.room, row.seq)):
            self.logs[row.room].append(row)
            if row.key:
                self.keys[row.actor, row.key].append(row)
        self.at = {(row.room, row.seq): row for row in self.rows}
        self.by_id = {one.id: one for one in self.messages}

    def moves(self, room, person):
        """Return the numbers at which the person's part in the room ended and began, in order."""
        return [row for row in self.logs[room] if row.person == person and row.change in ("ended", "started")]


EVENTS = "SELECT room_id, seq, kind, message_id, version, actor_id, key, change, person_id FROM chat_event"
MESSAGES = """
    SELECT m.id, m.room_id, m.seq, m.number, m.version, m.author_id, m.key, m.body, m.html, m.reply_to_id,
           m.deleted_at IS NOT NULL, (SELECT COUNT(*) FROM chat_messageversion v WHERE v.message_id = m.id)
    FROM chat_message m
"""


def read_tables(address):
    """Read the tables of a database, `postgresql://…` or `sqlite:///path`, as they are at one moment."""
    if address.startswith("sqlite:"):
        connection = sqlite3.connect(f"file:{address.removeprefix('sqlite://')}?mode=ro", uri=True)
        connection.execute("BEGIN")
    else:
        connection = psycopg.connect(address)
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    try:
        ask = lambda query: connection.execute(query).fetchall()  # noqa: E731
        epoch = ask("SELECT epoch FROM core_deployment")
        return Tables(
            epoch=text(epoch[0][0]) if epoch else "",
            heads=dict(ask("SELECT id, last_seq FROM chat_room")),
            rows=[Row(*row[:6], text(row[6]), *row[7:]) for row in ask(EVENTS)],
            messages=[Said(*row[:6], text(row[6]), *row[7:10], bool(row[10]), row[11]) for row in ask(MESSAGES)],
        )
    finally:
        connection.close()


def text(key):
    """Return a key as clients write it; SQLite keeps it without dashes."""
    return None if key is None else str(key if isinstance(key, uuid.UUID) else uuid.UUID(str(key)))


@dataclass
class Story:
    """What one client noted, in order."""

    client: str
    person: int
    room: int
    lines: list[dict] = field(default_factory=list)

    def of(self, *kinds):
        return [line for line in self.lines if line["what"] in kinds]

    def in_epochs(self):
        """Give each line with the epoch it belongs to: after a restore, the same numbers are other events."""
        epoch = None
        for line in self.lines:
            epoch = line.get("epoch") or epoch
            yield epoch, line


@dataclass
class Logs:
    """The history of one run."""

    stories: list[Story]
    harness: list[dict]

    @property
    def lines(self):
        return [(story, line) for story in self.stories for line in story.lines]

    def faults(self):
        """Return each fault with its beginning and its end."""
        found = []
        for line in self.harness:
            if line["what"] == "fault":
                found.append({**line, "until": float("inf")})
            elif line["what"] == "fault over":
                for fault in found:
                    if (fault["name"], fault["how"]) == (line["name"], line["how"]) and fault["until"] == float("inf"):
                        fault["until"] = line["at"]
        return found

    def noted(self, what):
        return [line for line in self.harness if line["what"] == what]


def read_logs(folder):
    """Read the history of a run; a last line cut in the middle of being written is left out."""
    stories, harness = [], []
    for file in sorted(Path(folder).glob("*.jsonl")):
        lines = []
        for line in file.read_text(encoding="utf-8").splitlines():
            try:
                lines.append(json.loads(line))
            except ValueError:
                continue
        if file.name == "harness.jsonl":
            harness = lines
        elif lines:
            begun = lines[0]
            stories.append(Story(begun["client"], begun["person"], begun["room"], lines))
    return Logs(stories, harness)
