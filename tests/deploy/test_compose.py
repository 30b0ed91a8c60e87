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


def config(environment, folder):
    """Return what the compose tool makes of the file, or None where there is no such tool."""
    for command in (["docker-compose"], ["docker", "compose"]):
        if shutil.which(command[0]) and subprocess.run([*command, "version"], capture_output=True).returncode == 0:
            inherited = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME"}}
            return subprocess.run(
                [*command, "--project-directory", folder, "-f", COMPOSE, "config"],  # where there is no .env
                env=inherited | environment,
                capture_output=True,
                text=True,
            )
    return None


def test_every_part_of_the_full_mode_is_there_and_watched():
    services = compose()["services"]
    assert set(services) == {"postgres", "redis", "migrate", "pages", "sockets", "worker", "proxy"}
    watched = {name for name, service in services.items() if "healthcheck" in service}
    # One runs once, and a worker's health is the age of its oldest task, which the pages' readiness tells.
    assert set(services) - watched == {"migrate", "worker"}
    assert all("ports" not in service for name, service in services.items() if name != "proxy")


def test_every_command_names_something_that_exists():
    services = compose()["services"]
    assert services["pages"]["command"][0] == "granian"
    assert importlib.util.find_spec(services["pages"]["command"][-1].partition(":")[0])
    assert importlib.util.find_spec(services["sockets"]["command"][2])
    assert services["worker"]["command"][1:] == ["manage.py", "work"]
    assert {"work", "migrate", "collectstatic"} <= get_commands().keys()
    assert importlib.util.find_spec(services["pages"]["healthcheck"]["test"][3])


def test_the_example_of_the_environment_names_what_compose_asks_for():
    asked = variables(COMPOSE.read_text(encoding="utf-8")) - {"VERSION"}
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^(\w+)=", example, re.MULTILINE)) == asked


def test_the_compose_tool_accepts_it_and_refuses_what_is_not_filled_in(tmp_path):
    complete = config(FILLED, tmp_path)
    if complete is None:
        assert compose()["services"]["pages"]["environment"]["MODE"] == "full"
        return
    assert complete.returncode == 0, complete.stderr
    assert yaml.safe_load(complete.stdout)["services"]["pages"]["environment"]["SITE_URL"] == FILLED["SITE_URL"]
    for name in FILLED:
        lacking = config({key: value for key, value in FILLED.items() if key != name}, tmp_path)
        assert lacking.returncode != 0
        assert f"set {name} in .env" in lacking.stderr


@pytest.mark.parametrize(
    ("arguments", "status"), [(["1"], 1), ([], 2), (["eighty"], 2)], ids=["nobody-listens", "no-port", "no-number"]
)
def test_the_health_check_tells_that_nothing_answers(arguments, status):
    from config.healthcheck import main

    assert main(arguments) == status
