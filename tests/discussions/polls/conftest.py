"""Polls to tell stories about."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from discussions.polls import services


@pytest.fixture
def ask(capacity):
    """Ask a question in a thread."""

    def ask(thread, person, question="Where do we meet?", options=("Porto", "Dhaka", "Online"), **more):
        more.setdefault("open_until", timezone.now() + timedelta(days=3))
        by = capacity(person, thread.group)
        return services.start_poll(thread, by=by, question=question, options=options, key=uuid.uuid4(), **more)

    return ask


@pytest.fixture
def vote(capacity):
    """Vote for options by their numbers."""

    def vote(poll, person, *options, key=None):
        by = capacity(person, poll.thread.group)
        return services.vote(poll, by=by, options=options, key=key or uuid.uuid4())

    return vote


@pytest.fixture
def poll(thread, lead, ask):
    """One organisation one voice, named, shown to who has voted."""
    return ask(thread, lead)
