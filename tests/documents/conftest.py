"""A library in folders of its own, and short ways to put something into it."""

import io
import uuid

import pytest
from django.core.files import File

from groups.documents.services import add_file, create_folder
from groups.standing import Standing

PDF = b"%PDF-1.4\n" + b"x" * 5000


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
