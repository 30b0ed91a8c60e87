"""What can be found, and looking for it."""

import uuid

import pytest
from django.utils import timezone

from discussions import services
from groups.clearance.models import Publication, Round
from groups.documents.models import Document, Version
from groups.standing import Standing

SEARCH = "/search/"


@pytest.fixture
def start():
    """Start a thread."""

    def start(group, person, title="Recruitment fees", body="Who has figures?", **more):
        by = Standing.of(person, group).speak()
        return services.start_thread(group, by=by, title=title, body=body, key=uuid.uuid4(), **more)

    return start


@pytest.fixture
def publish(file):
    """Publish a document, as if it had been cleared."""

    def publish(group, person, title):
        document = file(group, person, f"Draft of {title}", "draft.txt")
        now, by = timezone.now(), Standing.of(person, group).speak()
        about = {"group": group, "document": document, "version": document.latest, "sha256": "0" * 64}
        ended = {"stage": "cleared", "ended_at": now, "review_until": now, "silence": "blocks"}
        ended |= {"asked_at": now, "asked_by": person, "asked_for": by.organisation, "until": now}
        round_ = Round(**about, **ended, key=uuid.uuid4())
        words = {"title": title, "authors": "The group", "year": 2026, "language": "en", "licence": "cc-by-4.0"}
        publication = Publication(round=round_, **about, **words)
        for one in (round_, publication):
            one.speak_as(by)
            one.save()
        return publication

    return publish


@pytest.fixture
def file():
    """Put a file into a group's library, as if its bytes had come."""

    def file(group, person, title, file_name):
        by = Standing.of(person, group).speak()
        document = Document(group=group, title=title, changed_at=timezone.now())
        document.speak_as(by)
        document.save()
        version = Version(document=document, number=1, file_name=file_name, kind="text", size=1, key=uuid.uuid4())
        version.speak_as(by)
        version.save()
        document.latest = version
        document.save(update_fields=["latest"])
        return document

    return file
