"""The long run's plan, its report, and what it does where a row cannot be played."""

import subprocess

import pytest

from tests.chaos import long
from tests.chaos.report import Report
from tests.chaos.rows import processes
from tests.chaos.rows.table import ROWS, NotHere

ALL = list(ROWS)


def test_it_takes_about_the_minutes_it_is_given():
    shortest = long.plan(ALL, 1)[2]
    for minutes in range(int(shortest) + 1, 180, 7):
        size, stories, takes = long.plan(ALL, minutes)
        assert shortest <= takes <= minutes
        assert stories == "ordinary" or size > 1, "rows of size 2 come before the stories' full size"


def test_a_row_alone_is_played_on_each_layer_it_can_happen_on():
    assert long.plays(["F6"]) == {"pubsub": ["F6"], "core": ["F6"]}
    assert long.plays(["F7"]) == {"pubsub": ["F7"], "core": ["F7"], "in memory": ["F7"]}


def test_the_report_says_what_was_not_played_and_why(tmp_path):
    report = Report(1, 1)
    report.blank(ROWS["F16"], "core", 0, "not played: there is no history", False)
    report.stories = [["F9, G16", "kills", "none lost", "none"], ["", "`test_it`", "", "failed"]]
    report.write(tmp_path / "report.md")
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert report.is_clean
    assert "| not played: there is no history |" in text
    assert "|  | `test_it` |  | failed |" in text


@pytest.mark.parametrize("commits", [0, 1])
def test_without_the_history_the_older_code_is_said_to_be_missing(tmp_path, monkeypatch, commits):
    git = ["git", "-C", str(tmp_path), "-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    (tmp_path / "app" / "migrations").mkdir(parents=True)
    (tmp_path / "app" / "migrations" / "0001_first.py").touch()
    for _ in range(commits):
        subprocess.run([*git, "add", "."], check=True)
        subprocess.run([*git, "commit", "-qm", "All there is"], check=True)
    monkeypatch.setattr(processes, "ROOT", tmp_path)
    with pytest.raises(NotHere, match="git fetch --unshallow"):
        processes.older_code(tmp_path / "older")
