"""The history checker: reads what the clients noted and what the tables hold, and says which guarantee broke, and where.

    python -m tests.chaos.checker LOGS DATABASE_URL

`LOGS` is the folder that tests/chaos/history.py writes, `DATABASE_URL` that of the site, or `sqlite:///path`. It prints one
line for each break and ends with status 1 if there is one. The names are those of the guarantees in docs/chaos.md.
"""

import sys
from collections import defaultdict
from dataclasses import dataclass

from tests.chaos.records import read_logs, read_tables

SESSION_ENDS_WITHIN, WITHOUT_REDIS = 2.0, 15.0
DELETED_WITHIN = 2.0
BACK_WITHIN = 25.0
SLACK = 0.5
"""Seconds by which a busy machine may note things late."""


@dataclass(frozen=True)
class Broken:
    """One break of one guarantee."""

    guarantee: str
    what: str
    client: str = ""
    room: int | None = None
    seq: int | None = None
    key: str | None = None

    def __str__(self):
        where = [
            f"{name} {value}" for name, value in vars(self).items() if name not in ("guarantee", "what") and value
        ]
        return f"{self.guarantee}: {self.what} ({', '.join(where)})" if where else f"{self.guarantee}: {self.what}"


def check(folder, database):
    """Return every break that the history of a run and its database show."""
    return judge(read_logs(folder), read_tables(database))


def judge(logs, tables):
    """Return every break, those of one guarantee together."""
    rooms = {story.room for story in logs.stories}
    broken = []
    for rule in RULES:
        broken += rule(logs, tables, rooms)
    return sorted(set(broken), key=lambda one: (int(one.guarantee[1:]), str(one)))


def stays(line, logs, tables):
    """Tell whether an ack must hold in the tables: it is of their epoch, or from before the backup that was put back."""
    if line.get("epoch") in (None, tables.epoch):
        return True
    restored = logs.noted("restored")
    return bool(restored) and line["at"] < restored[-1]["as_of"]


def acked_is_kept(logs, tables, rooms):
    """G1: what was acknowledged is one row with that number."""
    for story, line in logs.lines:
        if line["what"] != "ack" or not stays(line, logs, tables):
            continue
        about = {"client": story.client, "room": line["room"], "seq": line["seq"], "key": line["key"]}
        rows = tables.keys[story.person, line["key"]]
        if not rows:
            yield Broken("G1", "acknowledged, and there is no row", **about)
        elif len(rows) > 1:
            yield Broken("G2", f"one key has {len(rows)} rows", **about)
        elif (rows[0].room, rows[0].seq, rows[0].message, rows[0].version) != (
            line["room"],
            line["seq"],
            line["id"],
            line["version"],
        ):
            yield Broken("G1", f"acknowledged, and the row is number {rows[0].seq} of room {rows[0].room}", **about)


def one_outcome(logs, tables, rooms):
    """G2: one key has one outcome, told alike to everybody who asks."""
    told = {}
    for story, line in logs.lines:
        about = {"client": story.client, "room": story.room, "key": line.get("key")}
        if line["what"] == "ack":
            ack = tuple(line[name] for name in ("room", "seq", "id", "version"))
            first = told.setdefault((story.person, line["key"], line.get("epoch")), ack)
            if first != ack:
                yield Broken("G2", f"acknowledged as {first} and as {ack}", seq=line["seq"], **about)
    sends = {line["key"] for _, line in logs.lines if line["what"] == "said" and line["kind"] == "send"}
    for story, line in logs.lines:
        if line["what"] == "error" and line["key"] in sends and line["code"] == "conflict":
            about = {"client": story.client, "room": story.room, "key": line["key"]}
            yield Broken("G2", "sent again, and taken for something else", **about)
    several = defaultdict(list)
    for one in tables.messages:
        several[one.author, one.key].append(one)
    for found in several.values():
        if len(found) > 1:
            yield Broken(
                "G2", f"one key has {len(found)} messages", room=found[0].room, seq=found[1].seq, key=found[0].key
            )


def dense(logs, tables, rooms):
    """G3: the numbers of a room are 1, 2, 3 … up to its head, and so are those of its messages."""
    for room in rooms:
        seqs = [row.seq for row in tables.logs[room]]
        yield from _dense(seqs, "event", room)
        numbers = sorted(one.number for one in tables.messages if one.room == room)
        yield from _dense(numbers, "message", room)
        if tables.heads.get(room, 0) != (seqs[-1] if seqs else 0):
            yield Broken("G3", f"the head is {tables.heads.get(room)}, the last row {seqs[-1:]}", room=room)
        by_seq = {one.seq: one for one in tables.messages if one.room == room}
        ordered = [by_seq[seq].number for seq in sorted(by_seq)]
        if ordered != sorted(ordered):
            yield Broken("G3", "the numbers of the messages are in another order than the log", room=room)


def _dense(seqs, name, room):
    for place, seq in enumerate(seqs, 1):
        if seq != place:
            yield Broken("G3", f"{name} {place} is missing or doubled: {seq} comes in its place", room=room, seq=seq)
            return


def exactly_once(logs, tables, rooms):
    """G4, G5, G22: what each client shows is the rows it may see, each once and in order, up to the head."""
    settled = logs.noted("settled")
    heads = {int(room): head for room, head in settled[-1]["heads"].items()} if settled else {}
    for story in logs.stories:
        http = story.lines[0]["transport"] == "http"
        name = "G22" if http else "G4"
        last, epoch, stopped = story.lines[0]["since"], None, None
        for line in story.lines:
            match line["what"]:
                case "hello":
                    epoch = epoch or line["epoch"]
                case "joined" | "page":
                    epoch = epoch or line.get("epoch")
                    last = max(last, min(line["floor"] - 1, line["head"]))
                case "reloaded":
                    last, epoch = line["head"], line["epoch"]
                    for event in line["events"]:
                        yield from _matches(story, event, tables, name, epoch)
                case "events":
                    by_seq = {event["seq"]: event for event in line["events"]}
                    for seq in line["handed"]:
                        if seq != last + 1:
                            told = (
                                "shown twice or out of order" if seq <= last else f"{last + 1} was not shown before it"
                            )
                            yield Broken(name, told, story.client, story.room, seq)
                        last = seq
                        yield from _matches(story, by_seq[seq], tables, name, epoch)
                case "stopped":
                    stopped = line
        head = heads.get(story.room)
        # Who was removed or signed out before the end is owed nothing more.
        if stopped and not story.of("ended") and head is not None and last < head:
            name = "G22" if http else "G5"
            yield Broken(name, f"{last + 1} to {head} never came", story.client, story.room, last + 1)


def _matches(story, event, tables, name, epoch):
    """Compare an event that was shown with its row; those of an epoch that is over are not in the tables any more."""
    if epoch not in (None, tables.epoch):
        return
    seq, row = event["seq"], tables.at.get((story.room, event["seq"]))
    if row is None:
        yield Broken(name, "shown, and there is no such row", story.client, story.room, seq)
        return
    message = event.get("message")
    if event["kind"] == "hidden":
        return
    if event["kind"] != row.kind or (message and message["id"] != row.message):
        told = f"shown as {event['kind']} of {message and message['id']}, the row is {row.kind} of {row.message}"
        yield Broken("G12", told, story.client, story.room, seq)


def server_streams_whole(logs, tables, rooms):
    """G4: from `joined` on, the server itself sends every number once and in order; no client has to mend it."""
    for story in logs.stories:
        asked, expected, connection = [], None, None
        for line in story.lines:
            if line.get("connection") != connection and line["what"] in ("opening", "hello"):
                asked, expected, connection = [], None, line["connection"]
            if line["what"] == "join":
                asked.append(line["since"])
            elif line["what"] in ("reset", "not joined") and asked:
                asked.pop(0)
                expected = None
            elif line["what"] == "joined" and asked:
                expected = max(asked.pop(0), line["floor"] - 1) + 1
            elif line["what"] == "events" and line["transport"] == "socket" and expected is not None:
                for event in line["events"]:
                    if event["seq"] != expected:
                        told = f"the server sent it where {expected} was due"
                        yield Broken("G4", told, story.client, line["room"], event["seq"])
                    expected = event["seq"] + 1


def acked_without_redis(logs, tables, rooms):
    """G6: while the layer is gone, every send is acknowledged in time."""
    for fault in logs.faults():
        if not fault["acked_within"]:
            continue
        for story in logs.stories:
            sent = {}
            for line in story.lines:
                if line["what"] == "sent" and fault["at"] <= line["at"] < fault["until"]:
                    sent.setdefault(line["key"], line["at"])
                elif line["what"] in ("ack", "error") and line["key"] in sent:
                    took = line["at"] - sent.pop(line["key"])
                    if took > fault["acked_within"]:
                        told = f"answered after {took:.1f} s while {fault['name']} was {fault['how']}"
                        yield Broken("G6", told, story.client, story.room, key=line["key"])
            for key in () if story.of("ended") else sent:  # who has lost the room is not told any more
                told = f"never answered, sent while {fault['name']} was {fault['how']}"
                yield Broken("G6", told, story.client, story.room, key=key)


def removal_is_exact(logs, tables, rooms):
    """G7: nothing above the number of somebody's removal reaches them."""
    for story in logs.stories:
        moves = tables.moves(story.room, story.person)
        if not any(move.change == "ended" for move in moves):
            continue
        joined = None
        for line in story.lines:
            if line["what"] == "joined":
                joined = line["head"]
            elif line["what"] in ("events", "reloaded") and line["events"]:
                head = joined if line.get("transport") == "socket" else _page_head(line)
                removal = _removed(moves, head)
                for event in line["events"]:
                    if removal is not None and event["seq"] > removal:
                        told = f"reached somebody who was removed at {removal}"
                        yield Broken("G7", told, story.client, story.room, event["seq"])


def _page_head(line):
    """Return how far the room was, at the least, when a page of the log was given out."""
    return line["events"][-1]["seq"]


def _removed(moves, head):
    """Return the number above which nothing may come to somebody who was let in when the room was at `head`."""
    ended = [move.seq for move in moves if move.change == "ended"]
    begun = [move.seq for move in moves if move.change == "started"]
    if head is None:
        return None
    before = [seq for seq in ended if seq <= head and not any(seq < start <= head for start in begun)]
    if before:
        # Let in again a moment after the head was read: all is theirs to see.
        return None if any(start > head for start in begun) else before[-1]
    after = [seq for seq in ended if seq > head]
    return after[0] if after else None


def session_end_is_exact(logs, tables, rooms):
    """G8: nothing reaches a session that has ended."""
    faults = logs.faults()
    for ended in logs.noted("session ended"):
        at = ended["at"]
        redis = any(one["name"] == "redis" and one["at"] - 1 <= at <= one["until"] + WITHOUT_REDIS for one in faults)
        latest = at + (WITHOUT_REDIS if redis else SESSION_ENDS_WITHIN) + SLACK
        for story in logs.stories:
            if story.person != ended["person"]:
                continue
            for line in story.of("events", "ack", "joined", "hello", "heads", "page"):
                if line["at"] > latest:
                    told = f"{line['what']} came {line['at'] - at:.1f} s after the session ended"
                    yield Broken("G8", told, story.client, story.room)
                    break


def deleted_is_gone(logs, tables, rooms):
    """G10: the text of a deleted message is in no table, and in no frame soon after; a restore brings back what it held."""
    bodies, gone = defaultdict(set), {}
    texts = {(story.person, line["key"]): line["body"] for story, line in logs.lines if line["what"] == "said"}
    for story, epoch, line in in_their_epochs(logs):
        if line["what"] == "ack" and (body := texts.get((story.person, line["key"]))):
            bodies[line["id"]].add(body)
        for event in line.get("events", ()):
            if event["kind"] == "deleted":
                it = epoch, event["message"]["id"]
                gone[it] = min(line["at"], gone.get(it, line["at"]))
                if set(event["message"]) - {"id", "number", "version", "deleted"}:
                    yield Broken("G10", "a deletion tells more than it must", story.client, story.room, event["seq"])
    for one in tables.messages:
        if one.room in rooms and one.deleted and (one.body or one.html or one.versions):
            yield Broken("G10", "deleted, and its text is kept", room=one.room, seq=one.seq)
    for story, epoch, line in in_their_epochs(logs):
        for event in line.get("events", ()):
            message = event.get("message") or {}
            told = message.get("body")
            since = gone.get((epoch, message.get("id")))
            if told and since is not None and line["at"] > since + DELETED_WITHIN and told in bodies[message["id"]]:
                yield Broken("G10", "came after it was deleted", story.client, story.room, event["seq"])


def in_their_epochs(logs):
    """Return each line of each client with the epoch it belongs to."""
    for story in logs.stories:
        for epoch, line in story.in_epochs():
            yield story, epoch, line


def one_order(logs, tables, rooms):
    """G12: everybody has the same thing at the same number, and no answer before what it answers."""
    first = {}
    for one in tables.messages:
        parent = tables.by_id.get(one.reply_to)
        if one.room in rooms and parent and parent.seq >= one.seq:
            yield Broken("G12", f"it answers {parent.seq}, which comes after it", room=one.room, seq=one.seq)
    for story, epoch, line in in_their_epochs(logs):
        for event in line.get("events", ()):
            if event["kind"] == "hidden":
                continue
            it = (event["kind"], (event.get("message") or {}).get("id"))
            known, client = first.setdefault((epoch, story.room, event["seq"]), (it, story.client))
            if known != it:
                told = f"{it} here, {known} for {client}"
                yield Broken("G12", told, story.client, story.room, event["seq"])


def every_act_has_its_fate(logs, tables, rooms):
    """G15: what was said is sent or refused in the end."""
    for story in logs.stories:
        for line in story.of("stopped"):
            for key in line["unsent"]:
                yield Broken("G15", "neither sent nor refused", story.client, story.room, key=key)


def restart_is_announced(logs, tables, rooms):
    """G21: who is sent away by a planned restart is told before, with 1012, and is back in time."""
    for fault in logs.faults():
        if fault["name"] != "rolling restart":
            continue
        for story in logs.stories:
            told = {line["connection"] for line in story.of("restart")}
            for place, line in enumerate(story.lines):
                if line["what"] != "lost" or not fault["at"] <= line["at"] <= fault["until"]:
                    continue
                if line["connection"] not in told or line["code"] not in (1012, 1011):
                    if any(one["what"] == "hello" and one["connection"] == line["connection"] for one in story.lines):
                        yield Broken("G21", f"cut off with {line['code']}, unannounced", story.client, story.room)
                    continue
                back = next((one for one in story.lines[place:] if one["what"] == "joined"), None)
                if back is None or back["at"] - line["at"] > BACK_WITHIN + SLACK:
                    yield Broken("G21", "not back in time", story.client, story.room)


RULES = [
    acked_is_kept,
    one_outcome,
    dense,
    exactly_once,
    server_streams_whole,
    acked_without_redis,
    removal_is_exact,
    session_end_is_exact,
    deleted_is_gone,
    one_order,
    every_act_has_its_fate,
    restart_is_announced,
]


def main(arguments):
    """Print every break; return the exit status."""
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    broken = check(*arguments)
    for one in broken:
        print(one)
    print(f"{len(broken)} breaks." if broken else "Every guarantee holds.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
