"""The commands a person types: they find a Python by running it, and say in one line what is wrong."""

import os
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
COMMANDS = sorted(path for path in (ROOT / "script").iterdir() if path.is_file())


def interpreter(folder, name, body):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def find_python(tmp_path, *, first_on_path, **environment):
    return subprocess.run(
        ["bash", "-c", f". {ROOT}/script/lib/common.sh && find_python"],
        env={"PATH": f"{first_on_path}:/usr/bin:/bin", "HOME": str(tmp_path / "home"), **environment},
        capture_output=True,
        text=True,
    )


def test_a_stand_in_that_does_not_run_is_passed_over(tmp_path):
    shims = tmp_path / "shims"
    for name in ("python3", "python", "python3.13"):
        interpreter(shims, name, "echo 'command not found' >&2; exit 127")
    real = interpreter(tmp_path / "home" / ".pyenv" / "versions" / "3.13.9" / "bin", "python3", "echo 3.13.9")

    assert find_python(tmp_path, first_on_path=shims).stdout.strip() == str(real)


def test_the_python_we_develop_on_is_preferred_to_an_older_and_a_newer_one(tmp_path):
    first = tmp_path / "bin"
    interpreter(first, "python3", "echo 3.12.4")
    interpreter(first, "python3.14", "echo 3.14.1")
    preferred = interpreter(first, "python3.13", "echo 3.13.0")

    assert find_python(tmp_path, first_on_path=first).stdout.strip() == str(preferred)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("echo 3.11.9", "is Python 3.11.9; 3.12 or newer is needed."),
        ("exit 1", "does not run, or lacks sqlite3, ssl, venv or ensurepip."),
    ],
    ids=["too-old", "broken"],
)
def test_a_named_python_that_does_not_serve_is_refused_in_one_line(tmp_path, body, message):
    named = interpreter(tmp_path / "named", "python3", body)

    found = find_python(tmp_path, first_on_path=tmp_path, APP_PYTHON=str(named))

    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr == f"APP_PYTHON={named} {message}\n"


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: path.name)
def test_every_command_runs_says_what_it_is_for_and_fits_a_screen(path):
    lines = path.read_text(encoding="utf-8").splitlines()

    assert os.access(path, os.X_OK)
    assert lines[0] == "#!/usr/bin/env bash"
    assert lines[1].startswith("# ")
    assert len(lines) <= 60
    assert subprocess.run(["bash", "-n", path], capture_output=True).returncode == 0


@pytest.mark.parametrize(
    ("command", "environment", "message"),
    [
        (["server"], {"DEMO": "perhaps"}, "DEMO must be 0 or 1, not 'perhaps'."),
        (["bootstrap", "everything"], {}, "Usage: script/bootstrap [app|dev]"),
        (["bench", "no-such"], {}, "There is no benchmark named no-such."),
        (["lint", "--all"], {}, "Usage: script/lint [--fix]"),
    ],
)
def test_a_wrong_argument_is_refused_before_anything_is_done(command, environment, message):
    done = subprocess.run(
        [ROOT / "script" / command[0], *command[1:]],
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment},
        capture_output=True,
        text=True,
    )

    assert done.returncode != 0
    assert message in done.stderr
