"""What interrupted uploads leave behind is removed in time; what is under way stays."""

import os
import time
import uuid
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files import File
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from core.schedule import enqueue_due
from groups.documents.models import Upload
from groups.documents.services import add_file, append_chunk, finishing, start_upload, sweep, sweeping
from groups.documents.services.spool import open_spool
from groups.documents.services.sweeping import Swept
from groups.documents.tasks import see_to_sweep, sweep_library
from groups.standing import Standing

PDF = b"%PDF-1.4\n" + b"x" * 5000


@pytest.fixture
def begun(member, supply_chains):
    def begin(rested=timedelta()):
        by = Standing.of(member, supply_chains).speak()
        upload = start_upload(supply_chains, by=by, key=uuid.uuid4(), file_name="a.pdf", size=len(PDF))
        append_chunk(upload, offset=0, chunk=PDF[:100])
        Upload.objects.filter(pk=upload.pk).update(active_at=timezone.now() - rested)
        return upload

    return begin


def age(path, seconds):
    os.utime(path, (time.time() - seconds,) * 2)


def test_only_what_rested_for_a_day_is_forgotten(begun, stored):
    fresh, old = begun(timedelta(hours=23)), begun(timedelta(hours=25))
    assert sweep() == Swept(uploads=1, chunks=0, files=0, more=True)
    assert list(Upload.objects.all()) == [fresh]
    assert stored() == [fresh.spool_path]
    assert not Upload.objects.filter(pk=old.pk).exists()


def test_an_upload_that_is_worked_on_is_left_alone(begun):
    upload = begun(timedelta(hours=25))
    with open_spool(upload):
        assert sweep() == Swept(0, 0, 0, more=True)
    assert sweep() == Swept(1, 0, 0, more=False)


def test_bytes_without_a_row_go_after_half_an_hour_and_others_stay(
    add, member, supply_chains, own_folders, stored, settings
):
    version = add(member, supply_chains)
    kept = own_folders / "files" / version.path
    young, old = (kept.parent / name for name in ("young", "old"))
    chunk = own_folders / "spool" / "stray"
    chunk.parent.mkdir(exist_ok=True)
    for path in (young, old, chunk):
        path.write_bytes(b"left over")
    for path in (kept, old, chunk):
        age(path, 3600)
    assert sweep() == Swept(uploads=0, chunks=1, files=1, more=True)
    assert stored() == sorted([kept, young])


def test_a_restored_version_keeps_its_bytes(add, member, supply_chains, own_folders):
    from groups.documents.services import restore_version

    version = add(member, supply_chains)
    add(member, supply_chains, document=version.document)
    by = Standing.of(member, supply_chains).speak()
    again = restore_version(version.document, number=1, base=2, by=by, key=uuid.uuid4())
    age(own_folders / "files" / version.path, 3600)
    sweep()
    with again.open() as file:
        assert file.read() == PDF


def test_the_command_says_what_it_removed_and_what_is_lost(begun, add, member, supply_chains, own_folders, capsys):
    begun(timedelta(hours=25))
    version = add(member, supply_chains)
    call_command("sweep_uploads")
    assert capsys.readouterr().out == "Removed 1 uploads, 0 chunks, 0 stored files.\n"
    (own_folders / "files" / version.path).unlink()
    with pytest.raises(SystemExit):
        call_command("sweep_uploads")
    assert f"Document {version.document_id}, version 1" in capsys.readouterr().err


def test_one_sweep_waits_however_many_files_come(db, begun):
    for _ in range(3):
        see_to_sweep()
    waiting = DBTaskResult.objects.filter(task_path=sweep_library.module_path)
    task = waiting.get()
    assert timedelta(minutes=29) < task.run_after - timezone.now() <= timedelta(minutes=30)
    task.delete()
    sweep_library.call()
    assert not waiting.exists()
    begun()
    sweep_library.call()
    assert waiting.count() == 1


def test_the_library_is_swept_once_a_day_though_nobody_asks(db):
    assert sweep_library.module_path in enqueue_due()
    assert sweep_library.module_path not in enqueue_due(timezone.now() + timedelta(hours=20))
    DBTaskResult.objects.all().delete()
    assert sweep_library.module_path in enqueue_due(timezone.now() + timedelta(hours=25))


def test_what_is_too_young_to_go_is_looked_at_again(db, own_folders, stored):
    waiting = DBTaskResult.objects.filter(task_path=sweep_library.module_path)
    left = own_folders / "files" / "versions" / "ab" / "left"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"of a process that was killed")
    sweep_library.call()
    waiting.get().delete()
    age(left, 3600)
    sweep_library.call()
    assert stored() == []
    assert not waiting.exists()


def test_a_sweep_that_fails_comes_again(db, monkeypatch):
    def unreachable(self, path):
        raise OSError("the storage is away")

    monkeypatch.setattr(FileSystemStorage, "listdir", unreachable)
    with pytest.raises(OSError, match="away"):
        sweep_library.call()
    assert DBTaskResult.objects.filter(task_path=sweep_library.module_path).count() == 1


def test_what_is_being_finished_keeps_its_bytes_however_old_they_look(member, supply_chains, own_folders, monkeypatch):
    """S3 may give as the time of a file that was sent in parts the moment when it was begun: here everything looks old."""
    monkeypatch.setattr(sweeping, "LEFT_FOR", timedelta(seconds=-5))
    swept, put = [], finishing.put

    def put_and_swept(storage, path, *more):
        path = put(storage, path, *more)
        swept.append(sweep())
        return path

    monkeypatch.setattr(finishing, "put", put_and_swept)
    by = Standing.of(member, supply_chains).speak()
    version = add_file(supply_chains, File(BytesIO(PDF)), by=by, key=uuid.uuid4(), file_name="a.pdf")
    assert swept == [Swept(uploads=0, chunks=0, files=0, more=True)]
    with version.open() as file:
        assert file.read() == PDF
    assert sweep().files == 0


def test_what_waits_for_its_sender_keeps_no_other_bytes(begun, own_folders, stored):
    """A file that has arrived whole, and whose sender is asked something, is in nobody's hands."""
    upload = begun()
    Upload.objects.filter(pk=upload.pk).update(received=len(PDF))
    left = own_folders / "files" / "versions" / "ab" / "left"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"of a process that was killed")
    age(left, 3600)
    with open_spool(upload):
        assert sweep() == Swept(0, 0, 0, more=True)
    assert sweep() == Swept(uploads=0, chunks=0, files=1, more=True)
    assert stored() == [upload.spool_path]
