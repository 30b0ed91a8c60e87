"""A library in folders of its own, and short ways to put something into it."""

import io
import os
import time
import uuid

import pytest
from django.core.files import File
from django_tasks_db.models import DBTaskResult

from discussions import services
from groups.documents.services import add_file, create_folder
from groups.documents.tasks import sweep_library
from groups.standing import Standing

PDF = b"%PDF-1.4\n" + b"x" * 5000
SAID = "Kookaburra"
"""A word that stands in what is said of a document, and nowhere else."""


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path):
    settings.SPOOL_DIR = tmp_path / "spool"
    settings.STORAGES = settings.STORAGES | {
        "default": settings.STORAGES["default"] | {"OPTIONS": {"location": tmp_path / "files", "base_url": None}}
    }
    return tmp_path


@pytest.fixture
def stored(own_folders):
    """Return the paths of all bytes on the disk, on their way in or stored."""
    return lambda: sorted(path for path in own_folders.rglob("*") if path.is_file())


@pytest.fixture
def sweeps(stored):
    """Let an hour go by, and have the sweep done that waits for it."""

    def sweep():
        DBTaskResult.objects.get(task_path=sweep_library.module_path, status="READY").delete()
        for path in stored():
            os.utime(path, (time.time() - 3600,) * 2)
        sweep_library.call()

    return sweep


@pytest.fixture
def add():
    """Put a file into a library in a person's name."""

    def make(person, group, name="Mapping.pdf", content=PDF, **fields):
        fields.setdefault("key", uuid.uuid4())
        by = Standing.of(person, group).speak()
        return add_file(group, File(io.BytesIO(content), name=name), by=by, file_name=name, **fields)

    return make


@pytest.fixture
def make_folder():
    """Make a folder in a person's name."""

    def make(person, group, name, parent=None):
        by = Standing.of(person, group).speak()
        return create_folder(group, parent=parent, name=name, by=by, key=uuid.uuid4())

    return make


@pytest.fixture
def open_group(supply_chains):
    """The group, open to everybody."""
    supply_chains.find = supply_chains.read = "public"
    supply_chains.save()
    return supply_chains


@pytest.fixture
def drafts(make_folder, member, open_group):
    """A folder of its library."""
    return make_folder(member, open_group, "Drafts")


@pytest.fixture
def document(add, member, open_group, drafts):
    """A document in that folder."""
    return add(member, open_group, "Mapping.pdf", folder=drafts).document


@pytest.fixture
def remark():
    """Say something of a document in a person's name."""

    def say(document, person, body=f"{SAID} on page three?", key=None):
        by = Standing.of(person, document.group).speak()
        return services.comment(document, by=by, body=body, key=key or uuid.uuid4())

    return say
