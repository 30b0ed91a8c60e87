"""The editor is bundled at set-up: with a Node that runs, once, and where it cannot be everything else goes on."""

import subprocess
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PLAIN = "Pages have their plain form; script/bootstrap tries again."


def program(folder, name, body):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def checkout(tmp_path):
    """A checkout with two sources, whose environment has a Python that installs nothing."""
    folder = tmp_path / "checkout"
    for name in ("frontend/src", "static/js", "requirements", "script/lib"):
        (folder / name).mkdir(parents=True)
    (folder / "frontend" / "package-lock.json").write_text("{}")
    (folder / "frontend" / "build.js").write_text("")
    (folder / "frontend" / "src" / "main.js").write_text("one")
    (folder / "static" / "js" / "kept.js").write_text("two")
    (folder / "requirements" / "node.lock").write_text("nothing")
    (folder / "script" / "lib" / "common.sh").write_text((ROOT / "script" / "lib" / "common.sh").read_text())
    program(folder / ".venv" / "bin", "python", "exit 1")
    return folder


def node(folder, version="24.1.0", npm="mkdir -p frontend/node_modules; echo npm >>$CALLED"):
    """A Node that says its version as the check asks, and bundles into the place where a bundle stands."""
    new_enough = int(int(version.split(".")[0]) < 20)
    program(folder, "npm", f'[ "$1" = --version ] && exit 0\n{npm}')
    body = 'mkdir -p ../static/built; echo made >../static/built/pages.js; echo build >>"$CALLED"'
    return program(folder, "node", f'[ "$1" = -e ] && exit {new_enough}\n{body}')


def bundle(checkout, *folders, command="bundle_scripts", name="server"):
    path = ":".join([*map(str, folders), "/nowhere"])
    # Node of the machine the tests run on is not on this path; the other tools are linked beside.
    tools = checkout / "tools"
    if not tools.exists():
        tools.mkdir()
        for tool in ("bash", "cat", "cksum", "dirname", "mkdir", "rm", "sleep", "sh"):
            found = subprocess.run(["bash", "-c", f"type -P {tool}"], capture_output=True, text=True).stdout.strip()
            (tools / tool).symlink_to(found)
    # What looks beyond the path is taken out, so that a Node in /usr/local is not found either.
    source = checkout / "script" / "lib" / "common.sh"
    source.write_text(source.read_text().replace("/usr/local/bin/node /opt/*/bin/node", ""))
    return subprocess.run(
        ["bash", "-c", f". {source}; VENV={checkout}/.venv; {command}", name],
        env={"PATH": f"{path}:{tools}", "HOME": str(checkout), "CALLED": str(checkout / "called")},
        capture_output=True,
        text=True,
    )


def called(checkout):
    place = checkout / "called"
    return place.read_text().split() if place.exists() else []


def test_it_is_bundled_once_and_again_when_a_source_changed(checkout, tmp_path):
    node(tmp_path / "bin")

    first, second = bundle(checkout, tmp_path / "bin"), bundle(checkout, tmp_path / "bin")
    (checkout / "frontend" / "src" / "main.js").write_text("three")
    bundle(checkout, tmp_path / "bin")

    assert (first.returncode, first.stdout, first.stderr) == (0, "Bundling the editor of frontend/ ...\n", "")
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert called(checkout) == ["npm", "build", "build"]  # the packages did not change


def test_a_lock_that_changed_is_installed_anew(checkout, tmp_path):
    node(tmp_path / "bin")
    bundle(checkout, tmp_path / "bin")

    (checkout / "frontend" / "package-lock.json").write_text('{"changed": 1}')
    bundle(checkout, tmp_path / "bin")

    assert called(checkout) == ["npm", "build", "npm", "build"]


def test_a_node_that_is_too_old_or_does_not_run_is_passed_over(checkout, tmp_path):
    program(tmp_path / "shims", "node", "echo 'command not found' >&2; exit 127")
    node(tmp_path / "old", "18.20.0")
    real = node(tmp_path / "real")

    found = bundle(checkout, tmp_path / "shims", tmp_path / "old", tmp_path / "real", command="find_node")

    assert found.stdout.strip() == str(real)


def test_without_a_node_it_is_said_in_a_line_and_not_tried_at_every_start(checkout):
    first, second = bundle(checkout), bundle(checkout)
    asked = bundle(checkout, name="script/bootstrap")

    assert first.returncode == second.returncode == asked.returncode == 0
    assert first.stderr.count("\n") == 1
    assert "no Node 20 or newer runs here, and none could be installed" in first.stderr
    assert first.stderr.rstrip().endswith(PLAIN)
    assert (second.stdout, second.stderr) == ("", "")
    assert asked.stderr == first.stderr
    assert not (checkout / ".venv.lock").exists()


def test_the_one_that_pip_brings_is_used_where_there_is_none(checkout, tmp_path):
    node(tmp_path / "wheel")
    program(
        checkout / ".venv" / "bin",
        "python",
        f'echo "$*" >>"$CALLED.pip"; cat {tmp_path}/wheel/node >{checkout}/.venv/bin/node\n'
        f"cat {tmp_path}/wheel/npm >{checkout}/.venv/bin/npm\n/bin/chmod +x {checkout}/.venv/bin/node {checkout}/.venv/bin/npm",
    )

    done = bundle(checkout)

    assert (done.returncode, done.stderr) == (0, "")
    assert called(checkout) == ["npm", "build"]
    assert "--require-hashes -r requirements/node.lock" in (checkout / "called.pip").read_text()


def test_what_npm_refuses_is_said_in_a_line(checkout, tmp_path):
    node(tmp_path / "bin", npm="echo no network >&2; exit 1")

    done = bundle(checkout, tmp_path / "bin")

    assert done.returncode == 0
    assert "npm or the bundler failed" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (checkout / "static" / "built").exists()
