"""A file enters whole or not at all."""

import hashlib
import io
import uuid

import pytest
from django.core.files import File

from core.errors import Conflict
from groups.documents.models import Document, Upload
from groups.documents.services import add_file, append_chunk, finish_upload, start_upload
from groups.documents.types import Refused
from groups.standing import Standing

PDF = b"%PDF-1.4\n" + b"x" * 5000


def capacity(person, group):
    return Standing.of(person, group).speak()


def test_a_file_sent_in_chunks_arrives_whole(member, supply_chains):
    by = capacity(member, supply_chains)
    upload = start_upload(supply_chains, by=by, key=uuid.uuid4(), file_name="Mapping.pdf", size=len(PDF))
    assert append_chunk(upload, offset=0, chunk=PDF[:2000]) == 2000
    assert append_chunk(upload, offset=0, chunk=PDF[:2000]) == 2000
    with pytest.raises(Conflict) as gap:
        append_chunk(upload, offset=3000, chunk=PDF[3000:])
    assert gap.value.current == 2000
    upload.refresh_from_db()
    with pytest.raises(Conflict):
        finish_upload(upload, by=by)
    assert list(Document.objects.present()) == []
    append_chunk(upload, offset=2000, chunk=PDF[2000:])
    upload.refresh_from_db()
    version = finish_upload(upload, by=by)
    assert finish_upload(upload, by=by) == version
    assert (version.number, version.sha256) == (1, hashlib.sha256(PDF).hexdigest())
    with version.open() as file:
        assert file.read() == PDF
    assert version.document.title == "Mapping"
    assert not upload.spool_path.exists()


def test_a_wrong_type_under_a_right_name_leaves_nothing(member, supply_chains, own_folders):
    program = b"MZ" + b"\x00" * 4000
    with pytest.raises(Refused, match="report.pdf"):
        add_file(
            supply_chains,
            File(io.BytesIO(program), name="report.pdf"),
            by=capacity(member, supply_chains),
            key=uuid.uuid4(),
            file_name="report.pdf",
        )
    assert not Document.objects.exists()
    assert not Upload.objects.exists()
    assert [path for path in own_folders.rglob("*") if path.is_file()] == []


def test_a_version_is_never_written_again(add, member, supply_chains):
    """T22."""
    version = add(member, supply_chains)
    version.sha256 = "0" * 64
    with pytest.raises(TypeError):
        version.save()
    version.refresh_from_db()
    with version.open() as file:
        assert hashlib.sha256(file.read()).hexdigest() == version.sha256


def test_the_same_sending_twice_is_one_version(member, supply_chains):
    key, by = uuid.uuid4(), capacity(member, supply_chains)
    first, second = (
        add_file(supply_chains, File(io.BytesIO(PDF), name="a.pdf"), by=by, key=key, file_name="a.pdf")
        for _ in range(2)
    )
    assert first == second
    assert Document.objects.count() == 1
