"""Reads the content files: groups, threads, rooms and the library.

Each Markdown or CSV file begins with a head in TOML between two lines of `+++`. Moments are written as days before the day of
seeding and a time in UTC, "20 08:00". In a thread a post begins with `%% author moment`, and `re 3` says that it answers post 3;
after it `%%+ moment` begins the text it was changed to, and `%%x moment` says that its author took it back.
In a room `== 6` begins a day, `09:12 author: words` is a message, `^2` says that it answers the message two before it, and
indented lines `edited 09:13: words` and `deleted 09:14` tell what became of it, `signs: 👍 joao, marta; 🎉 grace` who reacted, and
`pinned` that it is pinned, `attached: a-document, another` which documents of the library go with it. `supply-chains.leads.txt` is a further room, for leads only; its first line is its name. In the library a line that begins with
`+2` stands in version 2 and later ones, `-2` in earlier ones only.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
POST = re.compile(r"^%% (?P<author>[a-z]+) (?P<at>\d+ \d\d:\d\d)(?: re (?P<answers>\d+))?$")
MESSAGE = re.compile(r"^(?P<at>\d\d:\d\d) (?P<author>[a-z]+)(?: \^(?P<back>\d+))?: (?P<body>.+)$")
TURN = re.compile(r"^%%(?P<what>[+x]) (?P<at>\d+ \d\d:\d\d)$")
CHANGE = re.compile(r"^ +(?P<what>edited|deleted) (?P<at>\d\d:\d\d)(?:: (?P<body>.+))?$")
ATTACHED = re.compile(r"^ +attached: (?P<documents>.+)$")
SIGNS = re.compile(r"^ +signs: (?P<signs>.+)$")
SINCE = re.compile(r"^(?P<marks>(?:[+-]\d )+)(?P<line>.*)$")


@dataclass(frozen=True)
class Moment:
    """Some days before the day of seeding, at a time in UTC."""

    days: int
    at: time

    @classmethod
    def read(cls, text: str) -> Moment:
        """Read "20 08:00"."""
        days, at = text.split()
        return cls(int(days), time.fromisoformat(at))

    def before(self, today: date) -> datetime:
        """Return the moment itself."""
        return datetime.combine(today - timedelta(days=self.days), self.at, UTC)


@dataclass(frozen=True)
class Member:
    """An organisation's place in a group."""

    organisation: str
    people: tuple[str, ...]
    brings: str
    role: str = "member"


@dataclass(frozen=True)
class Request:
    """An organisation that asks to join, through a person."""

    organisation: str
    person: str
    days: int
    brings: str


@dataclass(frozen=True, kw_only=True)
class Group:
    """A group with its switches, its terms of reference and its members; `opened` and `closed` are days ago."""

    key: str
    name: str
    theme: str
    summary: str
    terms: str
    find: str
    read: str
    join: str
    start_threads: str
    history: str
    opened: int
    members: tuple[Member, ...]
    requests: tuple[Request, ...] = ()
    parent: str = ""
    closed: int | None = None
    reason: str = ""
    proposed: bool = False

    def organisation_of(self, person: str) -> str:
        """Return the organisation for which the person takes part."""
        return next(member.organisation for member in self.members if person in member.people)


@dataclass
class Post:
    """One post of a thread, with what became of it."""

    number: int
    author: str
    at: Moment
    answers: int | None
    body: str = ""
    edits: list[tuple[Moment, str]] = field(default_factory=list)
    deleted: Moment | None = None


@dataclass(frozen=True, kw_only=True)
class Thread:
    """One conversation; `until` is in days after the day of seeding, `closed` the moment and the person."""

    key: str
    group: str
    title: str
    kind: str
    posts: tuple[Post, ...]
    lang: str = "en"
    pinned: bool = False
    until: int | None = None
    closed: str = ""
    conclusion: str = ""


@dataclass
class Message:
    """One message of a room, with what became of it."""

    author: str
    at: Moment
    body: str
    answers: int | None
    edits: list[tuple[Moment, str]] = field(default_factory=list)
    deleted: Moment | None = None
    signs: list[tuple[str, str]] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)
    pinned: bool = False


@dataclass(frozen=True)
class Version:
    """One version of a document."""

    number: int
    author: str
    at: Moment
    note: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Document:
    """One document of a group's library."""

    key: str
    group: str
    name: str
    folder: str
    format: str
    versions: tuple[Version, ...]
    lang: str = "en"
    drawing: str = ""


def _split(path: Path) -> tuple[dict[str, Any], str]:
    _, head, body = path.read_text(encoding="utf-8").split("+++\n", 2)
    return tomllib.loads(head), body


@cache
def groups() -> tuple[Group, ...]:
    """Return the groups, parents before their working groups, oldest first."""
    found = []
    for path in sorted((HERE / "groups").glob("*.md")):
        head, terms = _split(path)
        members = tuple(Member(**row | {"people": tuple(row["people"])}) for row in head.pop("members"))
        requests = tuple(Request(**row) for row in head.pop("requests", ()))
        found.append(Group(key=path.stem, terms=terms.strip(), members=members, requests=requests, **head))
    return tuple(sorted(found, key=lambda group: (-group.opened, group.key)))


@cache
def threads() -> tuple[Thread, ...]:
    """Return the threads, the one begun first standing first."""
    found = []
    for path in sorted((HERE / "threads").glob("*/*.md")):
        head, body = _split(path)
        found.append(Thread(key=path.stem, group=path.parent.name, posts=tuple(_posts(body)), **head))
    return tuple(sorted(found, key=lambda thread: (-thread.posts[0].at.days, thread.posts[0].at.at, thread.key)))


def _posts(body: str) -> list[Post]:
    found: list[Post] = []
    for part in re.split(r"^(?=%%)", body, flags=re.MULTILINE)[1:]:
        line, _, text = part.partition("\n")
        if head := POST.match(line):
            answers = int(head["answers"]) if head["answers"] else None
            found.append(Post(len(found) + 1, head["author"], Moment.read(head["at"]), answers, text.strip()))
        elif not (turn := TURN.match(line)) or not found:
            raise ValueError(f"This is no head of a post: {line}")
        elif turn["what"] == "+":
            found[-1].edits.append((Moment.read(turn["at"]), text.strip()))
        else:
            found[-1].deleted = Moment.read(turn["at"])
    return found


def name_of_room(key: str) -> str:
    """Return the name of a further room, as the first line of its file says it; the main room has none."""
    first = (HERE / "rooms" / f"{key}.txt").read_text(encoding="utf-8").partition("\n")[0]
    return first.removeprefix("= ") if first.startswith("= ") else ""


@cache
def rooms() -> dict[str, list[Message]]:
    """Return the messages of each room, in order: by the group's key, for further rooms by `group.leads`."""
    return {path.stem: _messages(path.read_text(encoding="utf-8")) for path in sorted((HERE / "rooms").glob("*.txt"))}


@cache
def conversations() -> dict[str, list[Message]]:
    """Return the messages of each direct conversation, in order, by the keys of the people in it: first whoever began it."""
    folder = HERE / "conversations"
    return {path.stem: _messages(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.txt"))}


def _messages(text: str) -> list[Message]:
    found: list[Message] = []
    days = 0
    for line in text.splitlines():
        if line.startswith("= "):
            continue
        if line.startswith("== "):
            days = int(line[3:])
        elif given := SIGNS.match(line):
            for part in given["signs"].split("; "):
                emoji, _, people = part.partition(" ")
                found[-1].signs += [(emoji, person) for person in people.split(", ")]
        elif given := ATTACHED.match(line):
            found[-1].documents += given["documents"].split(", ")
        elif line.strip() == "pinned":
            found[-1].pinned = True
        elif said := MESSAGE.match(line):
            answers = len(found) - int(said["back"]) if said["back"] else None
            at = Moment(days, time.fromisoformat(said["at"]))
            found.append(Message(said["author"], at, said["body"].strip(), answers))
        elif change := CHANGE.match(line):
            at = Moment(days, time.fromisoformat(change["at"]))
            if change["what"] == "edited":
                found[-1].edits.append((at, change["body"]))
            else:
                found[-1].deleted = at
        else:
            raise ValueError(f"This is no line of a room: {line}")
    return found


@cache
def documents() -> tuple[Document, ...]:
    """Return the documents of all libraries, the one uploaded first standing first."""
    found = []
    for path in sorted((HERE / "library").glob("*/*")):
        head, body = _split(path)
        versions = tuple(
            Version(number, row["by"], Moment.read(row["at"]), row["note"], as_of(body, number))
            for number, row in enumerate(head.pop("versions"), start=1)
        )
        found.append(Document(key=path.stem, group=path.parent.name, versions=versions, **head))
    return tuple(sorted(found, key=lambda one: (-one.versions[0].at.days, one.versions[0].at.at, one.key)))


def as_of(text: str, version: int) -> str:
    """Return the text as it stood in a version."""
    lines = []
    for line in text.splitlines():
        marked = SINCE.match(line)
        if not marked:
            lines.append(line)
        elif all(_holds(mark, version) for mark in marked["marks"].split()):
            lines.append(marked["line"])
    return "\n".join(lines).strip() + "\n"


def _holds(mark: str, version: int) -> bool:
    return version >= int(mark[1:]) if mark[0] == "+" else version < int(mark[1:])
