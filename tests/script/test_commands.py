"""The commands a person types: they find a Python by running it, and say in one line what is wrong."""

import os
import shutil
import socket
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


HOW = "Install what is missing (venv and ensurepip: the package python3-venv on Debian and Ubuntu)."


def test_a_python_that_lacks_something_is_passed_over_for_one_that_does_not(tmp_path):
    interpreter(tmp_path / "bin", "python3", "echo 3.13.2 ensurepip")
    whole = interpreter(tmp_path / "bin", "python3.12", "echo 3.12.4")

    assert find_python(tmp_path, first_on_path=tmp_path / "bin").stdout.strip() == str(whole)


def test_where_every_python_lacks_something_the_first_is_named_with_it(tmp_path):
    only = interpreter(tmp_path, "python3", "echo 3.13.2 sqlite3 ensurepip")
    script = f". {ROOT}/script/lib/common.sh && python_candidates() {{ echo {only}; }} && find_python"

    found = subprocess.run(["bash", "-c", script], env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True)

    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr == (
        f"{only} (3.13.2) lacks sqlite3 ensurepip. {HOW} Or name another: APP_PYTHON=/path/to/python3.\n"
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("echo 3.11.9", "is Python 3.11.9; 3.12 or newer is needed."),
        ("echo 3.12.9 ssl", f"lacks ssl. {HOW}"),
        ("exit 1", "does not run."),
    ],
    ids=["too-old", "incomplete", "broken"],
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


def serve(folder, **environment):
    """Run script/server of the checkout in a folder; it is to end by itself."""
    return subprocess.run(
        [folder / "script" / "server"],
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_port_that_is_taken_is_told_of_before_anything_is_done(tmp_path, host):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = serve(ROOT, PORT=port, HOST=host, DATA_DIR=str(tmp_path / "data"))

    assert (done.returncode, done.stdout) == (1, "")
    assert (
        done.stderr == f"Port {port} on {host} is in use. Stop the other program, or choose another port with PORT.\n"
    )
    assert not (tmp_path / "data").exists()


@pytest.fixture
def fresh_clone(tmp_path):
    """A checkout whose translations were never compiled; it shares our environment."""
    folder = tmp_path / "clone"
    for name in ("script", "platform", "locale", "requirements"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("*.mo", "__pycache__"))
    shutil.copy(ROOT / "manage.py", folder)
    for name in ("groups", "discussions", "templates", "static", ".venv"):
        (folder / name).symlink_to(ROOT / name)
    return folder


def test_a_wrong_setting_is_the_only_thing_said_on_a_fresh_clone(fresh_clone, tmp_path):
    done = serve(fresh_clone, PORT="1", MAIL_URL="smtp://mail.example.org:abc", DATA_DIR=str(tmp_path / "data"))

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Configuration: MAIL_URL must look like")
    assert done.stderr.count("\n") == 1
    assert list((fresh_clone / "locale").rglob("*.mo"))


@pytest.mark.parametrize(
    ("host", "site", "told"), [("0.0.0.0", "", True), ("0.0.0.0", "http://192.0.2.7:1", False), ("::1", "", False)]
)
def test_whoever_listens_for_others_is_told_to_name_the_site(host, site, told, tmp_path):
    done = serve(ROOT, PORT="1", HOST=host, SITE_URL=site, SECRET_KEY="short", DATA_DIR=str(tmp_path))

    assert ("set SITE_URL to the address that others use" in done.stdout) == told
    assert done.stderr == "Configuration: SECRET_KEY must have at least 40 characters.\n"
