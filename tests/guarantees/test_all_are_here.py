"""Every promise has its file, tests that run, and its line in docs/guarantees.md."""

import ast
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings

HERE = Path(__file__).parent
DOCUMENT = Path(settings.BASE_DIR) / "docs" / "guarantees.md"
NAMES = [f"G{number}" for number in range(1, 23)]
OF_FILES = ("T5", "T6", "T12", "T13", "T22")
THREATS = [
    *("T17", "T18", *OF_FILES, "F5", "F9", "F10", "F14", "F24", "F25", "F28", "F31", "F32"),
    *(f"F{number}" for number in range(40, 48)),
]
THREAT = re.compile(r"^\| ([TF]\d+) \| (.+?) \| (.+) \|$", re.MULTILINE)
TEST = re.compile(r"\[([\w.]+)\]\(\.\./([\w./]+)\)")
ROW = re.compile(r"^\| (G\d+) \| (.+?) \| \[([\w.]+)\]\(([\w./]+)\) \|$", re.MULTILINE)


def files():
    """Return the file of each promise, by its name."""
    return {f"G{int(path.name[6:8])}": path for path in sorted(HERE.glob("test_g[0-9][0-9]_*.py"))}


def test_every_promise_has_a_file_that_says_what_it_is():
    assert list(files()) == NAMES
    for name, path in files().items():
        said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        assert said.startswith(f"{name}. "), path.name


@pytest.mark.slow
def test_every_promise_has_tests_that_run():
    """Collected as a run on this machine would: none is left out of both engines or skipped where it stands."""
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", str(HERE)]
    done = subprocess.run(
        command,
        cwd=settings.BASE_DIR,
        env=environment | {"ENGINES": "embedded"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    counted = Counter(f"G{int(found)}" for found in re.findall(r"/test_g(\d\d)_\w+\.py::", done.stdout))
    assert set(counted) == set(NAMES)
    for path in files().values():
        assert "pytest.mark.skip" not in path.read_text(encoding="utf-8"), path.name


def test_the_list_for_people_who_run_it_names_each_with_its_file():
    rows = ROW.findall(DOCUMENT.read_text(encoding="utf-8"))
    assert [name for name, *_ in rows] == NAMES
    for name, promise, text, link in rows:
        path = (DOCUMENT.parent / link).resolve()
        assert path == files()[name] and text == path.name
        assert promise.endswith(".")


def test_every_threat_that_is_listed_names_tests_that_are_there():
    rows = THREAT.findall(DOCUMENT.read_text(encoding="utf-8"))
    assert [name for name, *_ in rows] == THREATS
    for name, promise, shown in rows:
        assert promise.endswith("."), name
        tests = TEST.findall(shown)
        assert tests, name
        for test, link in tests:
            path = Path(settings.BASE_DIR) / link
            names = {one.name for one in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if hasattr(one, "name")}
            assert test == path.name or test in names, (name, test)
