"""Documents on their way to publication: one that was cleared and published, one that is being cleared, from `cleared.toml`."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, time, timedelta
from typing import Any

from groups.clearance import services
from groups.clearance.models import Round
from portal.demo import reader
from portal.demo.build.site import Site, backdate, key


def build(site: Site) -> None:
    """Review, ask, answer, end and publish, by the same verbs that people use."""
    content = tomllib.loads((reader.HERE / "cleared.toml").read_text(encoding="utf-8"))
    for row in content["rounds"]:
        _build(site, row)


def _at(site: Site, text: str) -> datetime:
    return reader.Moment.read(text).before(site.today)


def _build(site: Site, row: dict[str, Any]) -> None:
    document, name = site.documents[row["document"]], row["document"]
    group = document.group
    services.decide_silence(group, by=site.capacity(row["asked_by"]), silence=row["silence"])
    round_ = services.begin_review(
        document,
        by=site.capacity(row["by"]),
        number=1,
        until=_at(site, row["review_until"]),
        note=row["note"],
        key=key("round", name),
        at=_at(site, row["at"]),
    )
    for number, (person, at, text) in enumerate(row["remarks"]):
        by = site.capacity(person)
        services.add_remark(round_, by=by, text=text, key=key("remark", name, number), at=_at(site, at))
    later = datetime.combine(site.today + timedelta(days=row.get("until", 1)), time(18), UTC)
    round_ = services.begin_clearance(
        round_,
        by=site.capacity(row["asked_by"]),
        organisations=[site.organisations[one].pk for one in row["asked"]],
        until=later,
        at=_at(site, row["asked_at"]),
    )
    _answer(site, round_, row)
    if ended := row.get("ended"):
        _end(site, round_, row, _at(site, ended))


def _answer(site: Site, round_: Round, row: dict[str, Any]) -> None:
    said: dict[int | None, int] = {}
    for number, (person, at, says, text) in enumerate(row["answers"]):
        by = site.capacity(person)
        answer = services.answer(
            round_,
            by=by,
            says=says,
            text=text,
            base=said.get(by.organisation_id, 0),
            key=key("clearance", row["document"], number),
            at=_at(site, at),
        )
        said[by.organisation_id] = answer.number


def _end(site: Site, round_: Round, row: dict[str, Any], until: datetime) -> None:
    """Let the date have passed, and publish what was cleared."""
    backdate(round_, until=until)
    services.settle(round_.pk)
    backdate(round_, ended_at=until)
    words = dict(row["publication"])
    by, at = site.capacity(words.pop("by")), _at(site, words.pop("at"))
    made = services.publish_round(round_, by=by, year=at.year, **words)
    backdate(made, created_at=at)
