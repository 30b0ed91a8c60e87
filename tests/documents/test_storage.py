"""Where files are kept, on the disk or with a service that speaks S3: the same of both, in bounded memory."""

import hashlib
import io
import json
import os
import tracemalloc
import uuid
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import storages
from django.urls import reverse

from groups.documents.models import Document, Upload, Version
from groups.documents.services import lost_versions, make_preview, sweep, sweeping
from portal.demo import files
from tests.documents import s3

PDF = b"%PDF-1.4\n" + bytes(range(256)) * 400
MEGABYTE = 1024**2


@pytest.fixture(scope="session")
def service():
    with s3.serving() as address:
        yield address


@pytest.fixture(params=["disk", "s3"])
def kept(request, settings, own_folders):
    """The storage of the library; of its objects, those that are there."""
    if request.param == "s3":
        settings.STORAGES = settings.STORAGES | {"default": s3.new_bucket(request.getfixturevalue("service"))}
    return storages["default"]


def everything(storage):
    found = []
    for top in ("versions", "previews"):
        try:
            folders = storage.listdir(top)[0]
        except FileNotFoundError:
            continue
        found += [f"{top}/{one}/{name}" for one in folders for name in storage.listdir(f"{top}/{one}")[1]]
    return sorted(found)


def body(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_what_goes_in_comes_out_whole_and_in_parts(kept, add, member, supply_chains, signed_in):
    version = add(member, supply_chains, "Mapping.pdf", PDF)
    assert everything(kept) == [version.path]
    client = signed_in(member)
    assert hashlib.sha256(body(client.get(version.get_absolute_url()))).hexdigest() == version.sha256
    for asked, status, part in (
        ("bytes=0-99", 206, slice(0, 100)),
        ("bytes=5000-", 206, slice(5000, None)),
        ("bytes=-9", 206, slice(-9, None)),
        ("bytes=100-200", 206, slice(100, 201)),
        (f"bytes={len(PDF)}-", 416, slice(0, 0)),
    ):
        response = client.get(version.get_absolute_url(), headers={"range": asked})
        assert (response.status_code, body(response)) == (status, PDF[part])


def test_it_is_read_and_sought_in_like_any_file(kept):
    path = kept.save("versions/ab/one", ContentFile(PDF))
    with kept.open(path, "rb") as file:
        assert file.read(9) == PDF[:9]
        assert file.seek(-5, io.SEEK_END) == len(PDF) - 5
        assert file.read() == PDF[-5:]
        assert file.read(1) == b""
        file.seek(1000)
        assert (file.read(10), file.tell()) == (PDF[1000:1010], 1010)
    assert kept.size(path) == len(PDF)
    with pytest.raises(FileNotFoundError):
        kept.open("versions/ab/none", "rb")
    assert not kept.exists("versions/ab/none")
    kept.delete("versions/ab/none")
    kept.delete(path)
    assert not kept.exists(path)


def test_a_zip_of_a_selection_and_a_preview_come_from_it(kept, add, member, supply_chains, signed_in, settings):
    report = add(member, supply_chains, "Mapping.pdf", files.make("pdf", "Wages were withheld."))
    add(member, supply_chains, "Other.pdf", PDF)
    assert make_preview(report).is_ready
    assert any(path.startswith("previews/") for path in everything(kept))
    assert not list(Path(settings.SPOOL_DIR).iterdir())  # what was copied to be read is gone
    page = signed_in(member).get(reverse("documents:thumbnail", args=[supply_chains.slug, report.document_id, 1]))
    assert page["Content-Type"] == "image/webp"
    chosen = {"document": [document.pk for document in Document.objects.all()]}
    answer = signed_in(member).get(reverse("documents:zip", args=[supply_chains.slug]), chosen)
    with zipfile.ZipFile(io.BytesIO(body(answer))) as archive:
        assert archive.read("Other.pdf") == PDF
        assert archive.testzip() is None


def test_a_picture_in_a_storage_that_is_away_is_to_be_asked_for_later(
    kept, add, member, supply_chains, signed_in, monkeypatch
):
    report = add(member, supply_chains, "Mapping.pdf", files.make("pdf", "Wages were withheld."))
    make_preview(report)
    monkeypatch.setattr(type(kept), "_open", lambda self, name, mode="rb": os.listdir("/dev/null"))
    for page in (
        reverse("documents:thumbnail", args=[supply_chains.slug, report.document_id, 1]),
        reverse("documents:zip", args=[supply_chains.slug]) + f"?document={report.document_id}",
    ):
        answer = signed_in(member).get(page)
        assert (answer.status_code, answer["Retry-After"]) == (503, "30")


def test_what_no_row_names_is_swept_and_what_is_lost_is_told(kept, add, member, supply_chains, monkeypatch):
    version = add(member, supply_chains, "Mapping.pdf", PDF)
    kept.save("versions/ff/left", ContentFile(b"of a process that was killed"))
    assert sweep().files == 0
    monkeypatch.setattr(sweeping, "LEFT_FOR", timedelta(seconds=-5))
    assert sweep().files == 1
    assert everything(kept) == [version.path]
    assert lost_versions() == []
    kept.delete(version.path)
    assert lost_versions() == [version]


def test_a_storage_that_is_away_is_said_and_finishing_goes_on_later(
    kept, signed_in, member, supply_chains, monkeypatch
):
    client, key = signed_in(member), str(uuid.uuid4())
    start, chunks = (
        reverse("documents:start", args=[supply_chains.slug]),
        reverse("documents:chunks", args=[supply_chains.slug, key]),
    )
    client.post(start, json.dumps({"key": key, "name": "a.pdf", "size": len(PDF)}), content_type="application/json")
    client.put(f"{chunks}?offset=0", PDF, content_type="application/octet-stream")
    with monkeypatch.context() as broken:
        if hasattr(kept, "bucket"):
            broken.setattr(kept, "_bucket", None)
            broken.setattr(kept, "endpoint_url", "http://127.0.0.1:9")
            broken.setattr(kept, "_connections", type(kept._connections)())
        else:
            broken.setattr(type(kept), "_save", lambda *args: os.listdir("/nowhere/at/all"))
            broken.setattr(os, "link", lambda *names: os.listdir("/nowhere/at/all"))
        answer = client.post(f"{chunks}finish/")
    assert (answer.status_code, answer.json()["error"]) == (503, "storage_away")
    assert not Document.objects.exists()
    assert Upload.objects.get().received == len(PDF)
    assert client.post(f"{chunks}finish/").json()["done"]
    assert Version.objects.get().sha256 == hashlib.sha256(PDF).hexdigest()


def test_a_large_file_never_is_in_memory(kept, tmp_path):
    """Forty megabytes in and out; what Python holds meanwhile stays below thirty-two."""
    large = tmp_path / "large.pdf"
    with large.open("wb") as file:
        file.write(b"%PDF-1.4\n")
        for number in range(40):
            file.write(bytes([number]) * MEGABYTE)
    sent = hashlib.sha256(large.read_bytes()).hexdigest()
    tracemalloc.start()
    try:
        with large.open("rb") as source:
            path = kept.save("versions/ab/large", File(source))
        with kept.open(path, "rb") as stored:
            digest = hashlib.sha256()
            while block := stored.read(128 * 1024):
                digest.update(block)
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert digest.hexdigest() == sent
    assert most < 32 * MEGABYTE
