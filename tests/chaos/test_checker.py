"""The checker on histories made by hand: a good one passes, of each kind of broken one it names guarantee and place."""

import json
import sqlite3
from dataclasses import replace

import pytest

from tests.chaos.checker import judge, main
from tests.chaos.records import Logs, Row, Said, Story, Tables

ROOM, EPOCH = 7, "5f0c2b1a-0000-4000-8000-000000000000"
AMINA, BILAL, CARLA = 1, 2, 3
KEYS = {seq: f"00000000-0000-4000-8000-{seq:012}" for seq in range(1, 20)}


def said(seq, by=AMINA, **more):
    return Said(100 + seq, ROOM, seq, more.pop("number", seq), 1, by, KEYS[seq], body=f"Words {seq}", **more)


def row(seq, kind="message", by=AMINA, message=None, **more):
    message = 100 + seq if message is None and kind == "message" else message
    return Row(ROOM, seq, kind, message, more.pop("version", 1), by, KEYS[seq], **more)


def event(seq, kind="message", **more):
    message = {"id": 100 + seq, "number": seq, "version": 1, "key": KEYS[seq], "body": f"Words {seq}", **more}
    return {"seq": seq, "kind": kind, "message": message}


class History:
    """Amina says three things by a socket, which Bilal sees by a socket and Carla by HTTP."""

    def __init__(self):
        self.rows = [row(seq) for seq in (1, 2, 3)]
        self.messages = [said(seq) for seq in (1, 2, 3)]
        self.harness = [{"at": 50.0, "what": "settled", "heads": {str(ROOM): 3}}]
        self.lines = {
            "amina": [
                *self.beginning("amina"),
                *(line for seq in (1, 2, 3) for line in self.act(seq)),
                self.events([event(seq) for seq in (1, 2, 3)]),
            ],
            "bilal": [*self.beginning("bilal"), *(self.events([event(seq)]) for seq in (1, 2, 3))],
            "carla": [
                *self.beginning("carla", "http"),
                {"at": 20.0, "what": "page", "room": ROOM, "head": 3, "floor": 1, "since": 0, "epoch": EPOCH},
                self.events([event(seq) for seq in (1, 2, 3)], "http"),
            ],
        }

    def beginning(self, client, transport="socket"):
        begun = {"client": client, "room": ROOM, "since": 0, "transport": transport}
        begun["person"] = {"amina": AMINA, "bilal": BILAL, "carla": CARLA}[client]
        if transport == "http":
            return [{"at": 1.0, "what": "begun", **begun}]
        return [
            {"at": 1.0, "what": "begun", **begun},
            {"at": 1.1, "what": "opening", "connection": 1},
            {"at": 1.2, "what": "hello", "connection": 1, "epoch": EPOCH},
            {"at": 1.3, "what": "join", "connection": 1, "since": 0},
            {"at": 1.4, "what": "joined", "connection": 1, "room": ROOM, "head": 0, "floor": 1},
        ]

    def act(self, seq, kind="send", at=10.0, took=0.1, **more):
        ack = {"room": ROOM, "key": KEYS[seq], "seq": seq, "id": 100 + seq, "version": 1, "epoch": EPOCH} | more
        return [
            {"at": at, "what": "said", "key": KEYS[seq], "kind": kind, "room": ROOM, "body": f"Words {seq}"},
            {"at": at, "what": "sent", "key": KEYS[seq], "transport": "socket", "connection": 1},
            {"at": at + took, "what": "ack", "transport": "socket", **ack},
        ]

    def events(self, events, transport="socket", at=20.0, handed=None):
        handed = [one["seq"] for one in events] if handed is None else handed
        told = {"events": events, "handed": handed, "whole": True}
        return {"at": at, "what": "events", "connection": 1, "transport": transport, "room": ROOM, **told}

    def of(self, client, what):
        return [line for line in self.lines[client] if line["what"] == what]

    def judged(self):
        """Return what the checker finds: guarantee, client, `seq`."""
        people = {"amina": AMINA, "bilal": BILAL, "carla": CARLA}
        stories = []
        for client, lines in self.lines.items():
            stopped = {"at": 60.0, "what": "stopped", "room": ROOM, "unsent": []}
            ends = [] if any(line["what"] in ("stopped", "ended") for line in lines) else [stopped]
            stories.append(Story(client, people[client], ROOM, lines + ends))
        heads = {ROOM: max((one.seq for one in self.rows), default=0)}
        tables = Tables(EPOCH, heads, self.rows, self.messages)
        return [(one.guarantee, one.client, one.seq) for one in judge(Logs(stories, self.harness), tables)]


@pytest.fixture
def history():
    return History()


def test_a_good_history_passes(history):
    assert history.judged() == []


def test_acknowledged_without_a_row(history):
    history.lines["amina"] += history.act(4)
    assert history.judged() == [("G1", "amina", 4)]


def test_acknowledged_with_another_number(history):
    history.of("amina", "ack")[1]["seq"] = 3
    assert ("G1", "amina", 3) in history.judged()


def test_acknowledged_twice_in_two_ways(history):
    history.lines["amina"].append({**history.of("amina", "ack")[0], "version": 2})
    assert {name for name, *_ in history.judged()} == {"G1", "G2"}


def test_one_key_with_two_rows(history):
    twin = KEYS[1]
    history.rows.append(replace(row(4), key=twin))
    history.messages.append(replace(said(4), key=twin))
    for client in ("amina", "bilal"):
        history.lines[client].append(history.events([event(4)]))
    history.lines["carla"].append(history.events([event(4)], "http"))
    assert ("G2", "amina", 1) in history.judged()


def test_a_hole_in_the_numbers(history):
    del history.rows[1], history.messages[1]
    assert ("G3", "", 3) in history.judged()


def test_an_event_that_never_came(history):
    del history.lines["bilal"][-1]
    assert history.judged() == [("G5", "bilal", 3)]


def test_an_event_that_never_came_by_http(history):
    history.lines["carla"][-1] = history.events([event(1), event(2)], "http")
    assert history.judged() == [("G22", "carla", 3)]


def test_an_event_shown_twice(history):
    history.lines["bilal"].append(history.events([event(3)]))
    assert set(history.judged()) == {("G4", "bilal", 3)}


def test_a_server_that_leaves_a_gap_is_named_although_the_client_mends_it(history):
    later = history.events([event(3)], handed=[])
    again = [
        {"at": 21.0, "what": "join", "connection": 1, "since": 1},
        {"at": 21.1, "what": "joined", "connection": 1, "room": ROOM, "head": 3, "floor": 1},
        history.events([event(2), event(3)]),
    ]
    history.lines["bilal"][-2:] = [later, *again]
    assert history.judged() == [("G4", "bilal", 3)]


def test_something_else_at_the_same_number(history):
    history.lines["bilal"][-1] = history.events([event(3, id=777)])
    assert set(history.judged()) == {("G12", "bilal", 3)}


def test_an_answer_before_what_it_answers(history):
    history.messages[0] = replace(history.messages[0], reply_to=103)
    assert history.judged() == [("G12", "", 1)]


def test_a_send_that_waits_for_redis(history):
    fault = {"at": 9.0, "what": "fault", "name": "redis", "how": "frozen", "acked_within": 3.0}
    history.harness = [fault, {"at": 30.0, "what": "fault over", "name": "redis", "how": "frozen"}, *history.harness]
    assert history.judged() == []
    history.of("amina", "ack")[0]["at"] = 14.0
    assert history.judged() == [("G6", "amina", None)]


def removed(history, shown_above):
    """Bilal is removed at 2; what is above reaches him or not."""
    history.rows[1] = Row(ROOM, 2, "membership", change="ended", person=BILAL)
    history.messages = [said(1), said(3, number=2)]
    gone = {"seq": 2, "kind": "membership", "membership": {}}
    history.lines["amina"] = [
        *history.beginning("amina"),
        *history.act(1),
        *history.act(3),
        history.events([event(1), gone, event(3)]),
    ]
    history.lines["carla"][-1] = history.events([event(1), gone, event(3)], "http")
    history.lines["bilal"] = [*history.beginning("bilal"), history.events([event(1)])]
    if shown_above:
        history.lines["bilal"].append(history.events([gone, event(3)]))
    history.lines["bilal"].append({"at": 21.0, "what": "ended", "why": "removed", "room": ROOM, "last": 1})


def test_nothing_above_a_removal_may_come(history):
    removed(history, shown_above=False)
    assert history.judged() == []
    removed(history, shown_above=True)
    assert history.judged() == [("G7", "bilal", 3)]


def test_who_is_back_may_see_what_happened_meanwhile(history):
    removed(history, shown_above=False)
    history.rows.append(Row(ROOM, 4, "membership", change="started", person=BILAL))
    back = {"seq": 4, "kind": "membership", "membership": {}}
    gone = {"seq": 2, "kind": "membership", "membership": {}}
    for client in ("amina", "carla"):
        history.lines[client].append(history.events([back], "http" if client == "carla" else "socket"))
    history.lines["bilal"][-1:] = [
        {"at": 22.0, "what": "join", "connection": 1, "since": 1},
        {"at": 22.1, "what": "joined", "connection": 1, "room": ROOM, "head": 4, "floor": 1},
        history.events([gone, event(3), back]),
    ]
    history.harness[0]["heads"] = {str(ROOM): 4}
    assert history.judged() == []


def test_a_session_that_has_ended_hears_nothing(history):
    history.harness.append({"at": 18.0, "what": "session ended", "person": BILAL})
    assert history.judged() == [], "two seconds are allowed"
    history.harness[-1]["at"] = 17.0
    assert history.judged() == [("G8", "bilal", None)]
    history.harness.append({"at": 16.0, "what": "fault", "name": "redis", "how": "killed", "acked_within": None})
    assert history.judged() == [], "fifteen without Redis"


def deleted(history, **kept):
    """Amina takes the first message back."""
    history.rows.append(row(4, "deleted", message=101, version=2))
    gone = replace(history.messages[0], version=2, deleted=True, html="", body="")
    history.messages[0] = replace(gone, **kept)
    taken = {"seq": 4, "kind": "deleted", "message": {"id": 101, "number": 1, "version": 2, "deleted": True}}
    for client in ("amina", "bilal", "carla"):
        history.lines[client].append(history.events([taken], "http" if client == "carla" else "socket", at=30.0))
    return taken


def test_a_deletion_leaves_no_text(history):
    deleted(history)
    assert history.judged() == []
    history.messages[0] = replace(history.messages[0], body="Words 1")
    assert history.judged() == [("G10", "", 1)]


def test_a_text_that_comes_after_its_deletion(history):
    deleted(history)
    again = history.events([event(1)], at=40.0, handed=[])
    history.lines["bilal"] += [
        {"at": 39.0, "what": "join", "connection": 1, "since": 0},
        {"at": 39.1, "what": "joined", "connection": 1, "room": ROOM, "head": 4, "floor": 1},
        again,
    ]
    assert history.judged() == [("G10", "bilal", 1)]


def test_a_deletion_that_tells_the_text(history):
    taken = deleted(history)
    taken["message"]["body"] = "Words 1"
    assert ("G10", "bilal", 4) in history.judged()


def test_an_act_without_a_fate(history):
    history.lines["amina"].append({"at": 60.0, "what": "stopped", "room": ROOM, "unsent": [KEYS[9]]})
    assert history.judged() == [("G15", "amina", None)]


@pytest.mark.parametrize(
    ("announced", "code", "back", "broken"),
    [(True, 1012, 20.0, False), (False, 1012, 20.0, True), (True, 1006, 20.0, True), (True, 1012, 40.0, True)],
)
def test_a_planned_restart(history, announced, code, back, broken):
    history.harness += [
        {"at": 29.0, "what": "fault", "name": "rolling restart", "how": "process 0", "acked_within": None},
        {"at": 90.0, "what": "fault over", "name": "rolling restart", "how": "process 0"},
    ]
    restart = [{"at": 29.5, "what": "restart", "connection": 1, "retry_after": 8}] if announced else []
    history.lines["bilal"] += [
        *restart,
        {"at": 30.0, "what": "lost", "connection": 1, "code": code},
        {"at": 30.0 + back, "what": "opening", "connection": 2},
        {"at": 30.0 + back, "what": "hello", "connection": 2, "epoch": EPOCH},
        {"at": 30.0 + back, "what": "join", "connection": 2, "since": 3},
        {"at": 30.0 + back, "what": "joined", "connection": 2, "room": ROOM, "head": 3, "floor": 1},
    ]
    assert history.judged() == ([("G21", "bilal", None)] if broken else [])


def test_after_a_restore_only_the_new_history_counts(history):
    """What was acknowledged after the backup is gone with the old epoch; what was before must be there still."""
    old = "00000000-0000-4000-8000-000000000000"
    history.lines["amina"] += history.act(9, at=5.0, epoch=old)
    assert history.judged() == []
    history.harness.append({"at": 8.0, "what": "restored", "as_of": 6.0})
    assert history.judged() == [("G1", "amina", 9)]


def test_what_a_restore_brings_back_is_no_leak(history):
    """Carla saw the first message deleted, before the backup was put back in which it stands."""
    old = "00000000-0000-4000-8000-000000000000"
    taken = {"seq": 2, "kind": "deleted", "message": {"id": 101, "number": 1, "version": 2, "deleted": True}}
    history.lines["carla"][1:1] = [
        {"at": 2.0, "what": "page", "room": ROOM, "head": 2, "floor": 1, "since": 0, "epoch": old},
        history.events([event(1), taken], "http", at=2.0),
        {"at": 3.0, "what": "reloaded", "room": ROOM, "epoch": EPOCH, "head": 0, "events": []},
    ]
    assert history.judged() == []


def test_the_command(history, tmp_path, capsys):
    """It reads the files and a database, prints a line for each break and says by its status whether there was one."""
    database = sqlite3.connect(tmp_path / "database")
    database.executescript("""
        CREATE TABLE core_deployment (epoch);
        CREATE TABLE chat_room (id, last_seq);
        CREATE TABLE chat_event (room_id, seq, kind, message_id, version, actor_id, key, change, person_id);
        CREATE TABLE chat_message (id, room_id, seq, number, version, author_id, key, body, html, reply_to_id, deleted_at);
        CREATE TABLE chat_messageversion (message_id);
    """)
    database.execute("INSERT INTO core_deployment VALUES (?)", [EPOCH.replace("-", "")])
    database.execute("INSERT INTO chat_room VALUES (?, 3)", [ROOM])
    for one in history.rows:
        values = [one.room, one.seq, one.kind, one.message, one.version, one.actor, one.key.replace("-", ""), "", None]
        database.execute("INSERT INTO chat_event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    for one in history.messages:
        values = [
            one.id,
            one.room,
            one.seq,
            one.number,
            1,
            one.author,
            one.key.replace("-", ""),
            one.body,
            "",
            None,
            None,
        ]
        database.execute("INSERT INTO chat_message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    database.commit()
    database.close()
    logs = tmp_path / "logs"
    logs.mkdir()

    def write(client):
        text = "".join(json.dumps(line) + "\n" for line in history.lines[client])
        (logs / f"{client}.jsonl").write_text(text + '{"at": 70, "what": "cut in the mid')

    for client in history.lines:
        write(client)
    assert main([str(logs), f"sqlite://{tmp_path / 'database'}"]) == 0
    assert capsys.readouterr().out == "Every guarantee holds.\n"
    history.of("amina", "ack")[0]["seq"] = 9
    write("amina")
    assert main([str(logs), f"sqlite://{tmp_path / 'database'}"]) == 1
    told = f"G1: acknowledged, and the row is number 1 of room 7 (client amina, room 7, seq 9, key {KEYS[1]})"
    assert capsys.readouterr().out == f"{told}\n1 breaks.\n"
