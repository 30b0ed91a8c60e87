"""The tables in docs/ say what the code does: every variable with its default, every requirement with its reason."""

import ast
import json
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
READERS = {
    "text",
    "flag",
    "number",
    "choice",
    "origin",
    "address",
    "domain",
    "keys",
    "database",
    "redis",
    "folder",
    "program",
}


def rows(name):
    """Return the first cells and the rest of each table row of a document in docs/."""
    lines = (ROOT / "docs" / name).read_text(encoding="utf-8").splitlines()
    cells = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| `"))
    return [(re.findall(r"`([^`]+)`", first), rest) for first, *rest in cells]


def variables_read():
    """Return each environment variable the platform reads, with its default where that is a plain value."""
    found = {}
    for path in (ROOT / "platform" / "config").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READERS):
                continue
            if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "env"):
                continue
            default = next((word.value for word in node.keywords if word.arg == "default"), None)
            position = 2 if node.func.attr == "choice" else 1
            if default is None and len(node.args) > position:
                default = node.args[position]
            found.setdefault(node.args[0].value, set()).add(
                default.value if isinstance(default, ast.Constant) else None
            )
    return found


def test_every_environment_variable_is_documented_with_its_default():
    documented = {name: rest[0].strip("`") for names, rest in rows("configuration.md") for name in names}
    read = variables_read()
    read_elsewhere = {
        name for names, rest in rows("configuration.md") if re.search(r"script/|\.yml", rest[0]) for name in names
    }
    assert set(documented) - read_elsewhere == set(read)
    for name, defaults in read.items():
        for default in defaults - {None, ""}:
            shown = str(int(default)) if isinstance(default, bool) else str(default)
            assert documented[name] == shown, name


TEXTS = ["README.md", "CONTRIBUTING.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
FOLDERS = "platform|groups|discussions|templates|static|tests|docs|script|deploy|benchmarks|requirements|locale"


@pytest.mark.parametrize("name", TEXTS)
def test_every_file_that_is_named_is_there(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    named = set(re.findall(rf"`((?:{FOLDERS})/[\w./-]*)", text)) | set(
        re.findall(rf"\]\(((?:{FOLDERS})/[^)]+)\)", text)
    )
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def test_every_style_sheet_and_script_has_its_place_in_the_looks():
    text = (ROOT / "docs" / "looks.md").read_text(encoding="utf-8")
    for folder, ending in (("css", ".css"), ("js", ".js")):
        for path in (ROOT / "static" / folder).rglob(f"*{ending}"):
            place = path.relative_to(ROOT / "static" / folder)
            assert f"{place}`" in text or f"{place.parts[0]}/`" in text, place


def test_decisions_are_numbered_one_by_one():
    for number, path in enumerate(sorted((ROOT / "docs" / "decisions").glob("0*.md")), start=1):
        headings = re.findall(r"^# (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert path.name.startswith(f"{number:04}-")
        assert [heading.partition(".")[0] for heading in headings] == [str(number)]


REQUIREMENTS = ["app.in", "s3.in", "dev.in", "node.in"]


def packages_of_npm():
    """Return what the bundle is made of, with the version asked for."""
    described = json.loads((ROOT / "frontend" / "package.json").read_text(encoding="utf-8"))
    return described["dependencies"] | described["devDependencies"]


@pytest.mark.parametrize("file", REQUIREMENTS)
def test_every_requirement_has_its_reason(file):
    lines = (ROOT / "requirements" / file).read_text(encoding="utf-8").splitlines()
    required = {re.match(r"[\w-]+", line)[0] for line in lines if re.match(r"\w", line)}
    assert required <= {name for names, _rest in rows("dependencies.md") for name in names}


def test_every_package_of_the_bundle_has_its_reason_one_version_and_its_hash():
    packages = packages_of_npm()
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert set(packages) <= {name for names, _rest in rows("dependencies.md") for name in names}
    assert packages == {name: lock[f"node_modules/{name}"]["version"] for name in packages}
    assert all(entry["integrity"].startswith("sha512-") for place, entry in lock.items() if place)
    assert not any("resolved" in entry for entry in lock.values())


def test_every_reason_has_its_requirement():
    text = "".join((ROOT / "requirements" / file).read_text(encoding="utf-8") for file in REQUIREMENTS)
    required = {*re.findall(r"^([\w-]+)", text, re.MULTILINE), *packages_of_npm()}
    assert {name for names, _rest in rows("dependencies.md") for name in names} <= required


def test_the_tests_use_what_the_platform_runs_on():
    """All locks hold the same version of whatever is in more than one."""
    app, s3, dev = (
        dict(
            re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements" / name).read_text(encoding="utf-8"), re.MULTILINE)
        )
        for name in ("app.lock", "s3.lock", "dev.lock")
    )
    assert {name: dev.get(name) for name in s3} == s3
    assert {name: s3.get(name) for name in app} == app
