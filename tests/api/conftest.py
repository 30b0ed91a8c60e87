"""Programs that act for the people of every story, and how they ask."""

import json
import time
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from api.limits import pace
from api.scopes import SCOPES
from api.services import issue_token

ROOT = "/api/v1"


@pytest.fixture(autouse=True)
def _calm():
    """Forget how fast programs were."""
    pace.forget()


class Program:
    """A program with a token: asks as programs do, without cookies."""

    def __init__(self, token, secret):
        self.token, self.secret = token, secret
        self.client = Client(enforce_csrf_checks=True)

    def ask(self, method, path, body=None, **headers):
        """Send a request and return the answer, with `json` read where there is any."""
        sent = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        shown = {"Authorization": f"Bearer {self.secret}"} if self.secret else {}
        return self.client.generic(method, ROOT + path, headers=shown | headers, **sent)

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def make(self, path, body=None, key=None, **headers):
        """Send a POST that makes something, under a key."""
        return self.ask("POST", path, body, **{"Idempotency-Key": str(key or uuid.uuid4())}, **headers)

    def change(self, path, body, seen):
        """Send a PATCH against the answer that was seen."""
        return self.ask("PATCH", path, body, **{"If-Match": seen["ETag"]})


@pytest.fixture
def program_of(db):
    """Return a program that acts for a person."""

    def make(person, *scopes, group=None, days=30):
        token, secret = issue_token(
            person,
            name="A program",
            scopes=scopes or SCOPES,
            expires_at=timezone.now() + timedelta(days=days),
            group=group,
            key=uuid.uuid4(),
        )
        return Program(token, secret)

    return make


@pytest.fixture
def nobody():
    """Return a program without a token."""
    return Program(None, "")


def just_proven(client, person):
    """Have the client's session say that the person has just shown that it is them."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()


def wrong(answer):
    """Return status, kind and the fields to blame of a refusal, which must be problem details."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.content
    said = answer.json()
    assert set(said) == {"type", "title", "status", "detail", "errors"}
    assert said["status"] == answer.status_code
    assert said["title"]
    return said["status"], said["type"].partition("#")[2], [one["field"] for one in said["errors"]]
