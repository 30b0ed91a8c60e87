"""What can be found, and looking for it."""

import uuid

import pytest
from django.utils import timezone

from discussions import services
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
