"""F10. A disk that is really full, while a file comes and while it is stored: said, nothing shown, and it goes on later."""

import json
import os
import resource
import subprocess
import uuid
from contextlib import contextmanager

import pytest
from django.urls import reverse

from groups.documents.models import Document, Upload, Version
from groups.documents.services import spool

MEGABYTE = 1024**2
PDF = b"%PDF-1.4\n" + b"x" * (3 * MEGABYTE)


@contextmanager
def small(folder):
    """Have two megabytes of room there: a file system of that size, or who may not make one, files that grow no larger."""
    folder.mkdir(parents=True, exist_ok=True)
    options = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if os.geteuid() == 0 and subprocess.run(options, capture_output=True).returncode == 0:
        try:
            yield
        finally:
            subprocess.run(["umount", "-l", str(folder)], check=True)
        return
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * MEGABYTE, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("where", ["spool", "files"])
def test_a_full_disk_is_said_and_nothing_is_shown_and_it_goes_on_when_there_is_room(
    where, signed_in, member, supply_chains, own_folders, monkeypatch
):
    monkeypatch.setattr(spool, "RESERVE", -(2**40))  # nobody asks beforehand: the disk itself says no
    client, key = signed_in(member), str(uuid.uuid4())
    chunks = reverse("documents:chunks", args=[supply_chains.slug, key])

    def send():
        answer = client.put(f"{chunks}?offset=0", PDF, content_type="application/octet-stream")
        return answer if answer.status_code != 200 else client.post(f"{chunks}finish/")

    announced = {"key": key, "name": "a.pdf", "size": len(PDF)}
    start = reverse("documents:start", args=[supply_chains.slug])
    if where == "files":
        client.post(start, json.dumps(announced), content_type="application/json")
        assert client.put(f"{chunks}?offset=0", PDF, content_type="application/octet-stream").status_code == 200
    with small(own_folders / where):
        if where == "spool":
            client.post(start, json.dumps(announced), content_type="application/json")
        full = send()
        left = [path for path in (own_folders / where).rglob("*") if path.is_file() and path.stat().st_size]
    assert (full.status_code, full.json()["error"]) == (507, "storage_full")
    assert not Document.objects.exists()
    assert left == []
    assert Upload.objects.get().received == (0 if where == "spool" else len(PDF))
    assert send().json()["done"]
    assert Version.objects.get().size == len(PDF)
