"""Threads to tell stories about."""

import uuid
from datetime import timedelta

import pytest
from django.conf import settings as site_settings
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import sync_playwright

from core.events import publish
from discussions import services
from discussions.polls import services as polls
from groups.events import ParticipantStarted
from groups.models import Membership, Participant
from groups.standing import Standing
from tests.letters import deliver, digest  # noqa: F401 - the fixtures of letters

BROWSER = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]


@pytest.fixture
def capacity():
    """The capacity a person writes in."""

    def capacity(person, group):
        return Standing.of(person, group).speak()

    return capacity


@pytest.fixture
def start(capacity):
    """Start a thread."""

    def start(group, person, title="Recruitment fees", body="Who has figures?", **more):
        return services.start_thread(
            group, by=capacity(person, group), title=title, body=body, key=uuid.uuid4(), **more
        )

    return start


@pytest.fixture
def say(capacity):
    """Add a post."""

    def say(thread, person, body="I have some.", *, key=None, **more):
        return services.post(thread, by=capacity(person, thread.group), body=body, key=key or uuid.uuid4(), **more)

    return say


@pytest.fixture
def thread(supply_chains, member, start):
    """A thread that `member` started in the group."""
    return start(supply_chains, member, body="Who has figures for *2024*?")


@pytest.fixture
def address(thread):
    """The address of that thread, or of something below it."""
    return lambda below="": thread.get_absolute_url() + below


@pytest.fixture
def colleague(make_person, affiliate, weavers, supply_chains):
    """Takes part for the weavers too."""
    person = make_person("Carla Colleague", "colleague@example.org")
    tie = affiliate(person, weavers, role="staff", function="Organiser")
    membership = Membership.objects.get(group=supply_chains, organisation=weavers)
    with transaction.atomic():
        publish(ParticipantStarted(Participant.objects.create(membership=membership, affiliation=tie, user=person)))
    return person


@pytest.fixture
def ask(capacity):
    """Ask a question in a thread."""

    def ask(thread, person, question="Where do we meet?", options=("Porto", "Dhaka", "Online"), **more):
        more.setdefault("open_until", timezone.now() + timedelta(days=3))
        by = capacity(person, thread.group)
        return polls.start_poll(thread, by=by, question=question, options=options, key=uuid.uuid4(), **more)

    return ask


@pytest.fixture
def open_as(chromium, live_server, client, settings, monkeypatch):
    """Open a tab as a person; what breaks the policy or a script fails the test."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    name = site_settings.SESSION_COOKIE_NAME
    troubles = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER)

        def open_as(person, **options):
            client.force_login(person)
            context = browser.new_context(base_url=live_server.url, **options)
            context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
            page = context.new_page()
            page.set_default_timeout(20_000)
            page.on("pageerror", lambda error: troubles.append(str(error)))
            page.on("console", lambda line: troubles.append(line.text) if "Content Security" in line.text else None)
            return page

        yield open_as
        browser.close()
        assert troubles == []
