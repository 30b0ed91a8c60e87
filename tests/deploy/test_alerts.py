"""The example alerts speak of figures that there are, and the figures stay inside."""

import re

import httpx
import pytest
import yaml
from django.conf import settings

from core import figures
from tests.processes.servers import free_port

ALERTS = settings.BASE_DIR / "deploy" / "alerts.yml"
SUFFIXES = r"_(total|bucket|sum|count)$"


def rules():
    return [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]


def test_every_alert_says_what_it_is_about():
    for rule in rules():
        assert {"alert", "expr", "for", "labels", "annotations"} == rule.keys()
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"].endswith(".")


def test_every_figure_in_an_alert_is_declared_with_its_label():
    declared = {figure.name: figure for figure in figures.ALL}
    for rule in rules():
        for name, label, value in re.findall(r'actiongroups_(\w+)(?:\{(\w+)=~?"([^"]+)"\})?', rule["expr"]):
            if name == "process_info":
                continue
            figure = declared[re.sub(SUFFIXES, "", name)]
            counts = isinstance(figure, (figures.Count, figures.CountBy))
            assert name.endswith("_total") == counts, name
            if label:
                assert figure.label == label
                assert set(value.split("|")) <= figure.values.keys()


def test_the_running_guide_explains_every_alert():
    guide = (settings.BASE_DIR / "docs" / "running.md").read_text()
    assert [rule["alert"] for rule in rules() if f"`{rule['alert']}`" not in guide] == []


@pytest.mark.services
@pytest.mark.slow
def test_each_process_shows_its_figures_and_the_site_shows_none(site):
    first = free_port()
    environment = {"METRICS_PORT": str(first)}
    sockets, pages = site.start("sockets", **environment), site.start("pages", **environment)

    kinds = []
    for port in range(first, first + 5):
        try:
            text = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=5).text
        except httpx.ConnectError:
            continue
        kinds.append(re.search(r'process_info\{kind="(\w+)"\}', text)[1])
    assert sorted(kinds) == ["pages", "pages", "sockets"]
    for process in (sockets, pages):
        headers = {"Host": "groups.example.org", "X-Forwarded-Proto": "https"}
        assert httpx.get(f"http://127.0.0.1:{process.port}/metrics", headers=headers).status_code == 404

    said = [sockets.stop(), pages.stop()]
    assert said[0] == 0
    shown = site.run(
        ["python", "manage.py", "shell", "-c", "from core.models import Process; print(Process.objects.count())"]
    )
    assert shown.split()[-1] == "0"
