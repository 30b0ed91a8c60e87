"""Announcements to acknowledge and consultations to answer."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from discussions.asking import services


@pytest.fixture
def announcement(supply_chains, lead, start):
    """An announcement by `lead`."""
    return start(supply_chains, lead, "The meeting moves", "To Monday.", kind="announcement")


@pytest.fixture
def request_(announcement, lead, capacity):
    """That announcement, to be acknowledged."""
    return services.ask_to_acknowledge(announcement, by=capacity(lead, announcement.group))


@pytest.fixture
def consultation(supply_chains, lead, start):
    """A consultation that is open for ten days."""
    until = timezone.now() + timedelta(days=10)
    return start(supply_chains, lead, "The draft plan", "Read it.", kind="consultation", open_until=until)


@pytest.fixture
def answer(capacity):
    """Answer for one's organisation."""

    def answer(thread, person, position="support", text="", *, base=0, key=None):
        by = capacity(person, thread.group)
        return services.answer(thread, by=by, position=position, text=text, base=base, key=key or uuid.uuid4())

    return answer
