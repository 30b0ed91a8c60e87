"""What machines ask: whether the process answers, whether it can work, and where a fault is reported."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max


def test_the_process_answers_without_a_question_to_the_database(client):
    # This test has no database: a query would be an error.
    assert client.get("/healthz").content == b"ok"


@pytest.mark.django_db
def test_readiness_tells_how_long_work_has_waited(client):
    assert client.get("/readyz").json() == {"database": True, "waiting": 0}

    common = {"args_kwargs": {}, "task_path": "x", "backend_name": "default"}
    DBTaskResult.objects.create(run_after=timezone.now() + timedelta(hours=1), **common)
    assert client.get("/readyz").json()["waiting"] == 0
    waits = DBTaskResult.objects.create(run_after=get_date_max(), **common)
    DBTaskResult.objects.filter(pk=waits.pk).update(enqueued_at=timezone.now() - timedelta(minutes=5))
    assert 300 <= client.get("/readyz").json()["waiting"] < 330


def test_without_a_database_it_is_not_ready(client, monkeypatch):
    def refuse():
        raise DatabaseError

    monkeypatch.setattr("core.background.waiting", refuse)

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (503, {"database": False})


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        ("security@example.org", "mailto:security@example.org"),
        ("https://example.org/security", "https://example.org/security"),
    ],
)
def test_a_site_says_where_its_faults_are_reported(client, settings, contact, shown):
    settings.SECURITY_CONTACT = contact

    text = client.get("/.well-known/security.txt").text

    assert f"Contact: {shown}\n" in text
    assert f"Canonical: {settings.SITE_URL}/.well-known/security.txt" in text


def test_a_site_that_names_nobody_has_no_such_file(client, settings):
    settings.SECURITY_CONTACT = ""
    assert client.get("/.well-known/security.txt").status_code == 404
