"""What groups ask of their members, and what they have agreed to do: from `asked.toml`, by the same verbs that people use."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, time, timedelta
from typing import Any

from discussions.actions import services as actions
from discussions.asking import services as asking
from discussions.models import Thread
from discussions.polls import services as polls
from portal.demo import reader
from portal.demo.build.site import Site, key


def build(site: Site, threads: dict[str, Thread]) -> None:
    """Ask, let people acknowledge, answer and vote, and write the actions down."""
    content = tomllib.loads((reader.HERE / "asked.toml").read_text(encoding="utf-8"))
    for row in content["acknowledgements"]:
        _acknowledge(site, threads[row["thread"]], row)
    for row in content["answers"]:
        _answer(site, threads[row["thread"]], row)
    for number, row in enumerate(content["polls"]):
        _poll(site, threads[row["thread"]], row, number)
    for number, row in enumerate(content["actions"]):
        _act(site, threads, row, number)


def _at(site: Site, text: str) -> datetime:
    return reader.Moment.read(text).before(site.today)


def _acknowledge(site: Site, thread: Thread, row: dict[str, Any]) -> None:
    request = asking.ask_to_acknowledge(thread, by=site.capacity(row["by"]), at=_at(site, row["at"]))
    for person, at in row["said"]:
        asking.acknowledge(request, by=site.capacity(person), at=_at(site, at))


def _answer(site: Site, thread: Thread, row: dict[str, Any]) -> None:
    versions: dict[int | None, int] = {}
    for number, (person, at, position, text) in enumerate(row["given"]):
        by = site.capacity(person)
        given = asking.answer(
            thread,
            by=by,
            position=position,
            text=text,
            base=versions.get(by.organisation_id, 0),
            key=key("answer", row["thread"], number),
            at=_at(site, at),
        )
        versions[by.organisation_id] = given.version


def _poll(site: Site, thread: Thread, row: dict[str, Any], number: int) -> None:
    at = _at(site, row["at"])
    poll = polls.start_poll(
        thread,
        by=site.capacity(row["by"]),
        question=row["question"],
        options=row["options"],
        open_until=datetime.combine(site.today + timedelta(days=row["until"]), time(18), UTC),
        key=key("poll", row["thread"], number),
        several=row["several"],
        voices=row["voices"],
        named=row["named"],
        shown=row["shown"],
        at=at,
    )
    for place, (person, options) in enumerate(row["votes"], start=1):
        cast_at = at + timedelta(hours=5 * place)
        by = site.capacity(person)
        polls.vote(poll, by=by, options=options, key=key("vote", f"{row['thread']}/{number}", place), at=cast_at)


def _act(site: Site, threads: dict[str, Thread], row: dict[str, Any], number: int) -> None:
    by, person = site.capacity(row["by"]), row.get("person")
    thread, post = row.get("post", (None, 0))
    action = actions.add_action(
        site.groups[row["group"]],
        by=by,
        text=row["text"],
        owner_id=site.organisations[row["owner"]].pk,
        person_id=site.people[person].pk if person else None,
        due_on=site.today + timedelta(days=row["due"]),
        key=key("action", row["group"], number),
        post=threads[thread].posts.get(number=post) if thread else None,
        at=_at(site, row["at"]),
    )
    if done := row.get("done"):
        actions.finish_action(action, by=by, base=1, at=_at(site, done))
    if dropped := row.get("dropped"):
        at, reason = dropped
        actions.drop_action(action, by=by, base=1, reason=reason, at=_at(site, at))
