"""What the full mode's description promises, as far as it can be checked without an engine to run it on."""

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.BASE_DIR)
COMPOSE = ROOT / "docker-compose.yml"
# Where docs/configuration.md says what is no choice in the containers.
SETTLED = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8").partition("## ")[0]
FILLED = {
    "SITE_URL": "https://groups.example.org",
    "SECRET_KEY": "k" * 50,
    "POSTGRES_PASSWORD": "secret",
    "MAIL_URL": "smtp://localhost",
}


def compose():
    return yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))


def variables(text):
    return set(re.findall(r"\$\{(\w+)", text))


@pytest.fixture
def config(tmp_path):
    """Ask the compose tool what it makes of the file with a `.env` of these variables."""
    tools = (["docker", "compose"], ["docker-compose"])
    found = next(
        (
            tool
            for tool in tools
            if shutil.which(tool[0]) and subprocess.run([*tool, "version"], capture_output=True).returncode == 0
        ),
        None,
    )
    if not found:
        pytest.skip("needs a compose tool (Debian has docker-compose; no engine is asked)")
    shutil.copy(COMPOSE, tmp_path)

    def make(environment):
        (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in environment.items()))
        clean = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
        return subprocess.run([*found, "config"], cwd=tmp_path, env=clean, capture_output=True, text=True)

    return make


def test_every_part_of_the_full_mode_is_there_and_watched():
    services = compose()["services"]
    assert set(services) == {"postgres", "redis", "migrate", "pages", "sockets", "worker", "mail", "proxy"}
    watched = {name for name, service in services.items() if "healthcheck" in service}
    # One runs once, a worker's health is the age of its oldest task, which the pages' readiness tells, and a mail server that
    # cannot hand its mail over says so itself.
    assert set(services) - watched == {"migrate", "worker", "mail"}
    assert services["mail"]["ports"] == ["127.0.0.1:8024:8024"]
    assert all("ports" not in service for name, service in services.items() if name not in {"proxy", "mail"})


def test_every_command_names_something_that_exists():
    services = compose()["services"]
    assert services["pages"]["command"][0] == "granian"
    assert importlib.util.find_spec(services["pages"]["command"][-1].partition(":")[0])
    assert importlib.util.find_spec(services["sockets"]["command"][2])
    assert services["worker"]["command"][1:] == ["manage.py", "work"]
    assert services["mail"]["command"][1:] == ["manage.py", "receive_mail"]
    assert {"work", "migrate", "collectstatic", "receive_mail"} <= get_commands().keys()
    assert importlib.util.find_spec(services["pages"]["healthcheck"]["test"][3])


def documented():
    """Return the variables of docs/configuration.md, each with the second cell of its row."""
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \| ([^|]*) \|", text, re.MULTILINE)
    return {name: second for names, second in rows for name in re.findall(r"\w+", names)}


def test_the_example_of_the_environment_names_what_compose_asks_for():
    asked = variables(COMPOSE.read_text(encoding="utf-8"))
    example = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))
    assert asked - {"VERSION"} <= example
    assert asked | example <= documented().keys()


def test_the_compose_tool_accepts_it_and_refuses_what_is_not_filled_in(config):
    complete = config(FILLED)
    assert complete.returncode == 0, complete.stderr
    assert yaml.safe_load(complete.stdout)["services"]["pages"]["environment"]["SITE_URL"] == FILLED["SITE_URL"]
    for name in FILLED:
        lacking = config({key: value for key, value in FILLED.items() if key != name})
        assert lacking.returncode != 0
        assert f"set {name} in .env" in lacking.stderr


def test_every_documented_variable_reaches_the_containers(config):
    ours = [name for name, read_by in documented().items() if not re.search(r"script/|\.yml", read_by)]
    assert "REDIS_PREFIX" in ours and "SOCKETS_MAX" in ours
    done = config(FILLED | {name: f"as-{name}" for name in ours})
    assert done.returncode == 0, done.stderr
    services = yaml.safe_load(done.stdout)["services"]
    settled = compose()["x-app"]["environment"]
    for service in ("migrate", "pages", "sockets", "worker"):
        given = services[service]["environment"]
        for name in ours:
            if settled.get(name, f"${{{name}").startswith(f"${{{name}"):
                assert given[name] == f"as-{name}", (service, name)
            else:
                assert f"`{name}`" in SETTLED, f"docs/configuration.md does not say that {name} is settled"


@pytest.mark.parametrize(
    ("arguments", "status"), [(["1"], 1), ([], 2), (["eighty"], 2)], ids=["nobody-listens", "no-port", "no-number"]
)
def test_the_health_check_tells_that_nothing_answers(arguments, status):
    from config.healthcheck import main

    assert main(arguments) == status
