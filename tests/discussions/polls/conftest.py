"""Polls to tell stories about."""

import uuid

import pytest

from discussions.polls import services


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
