"""G18. An upload is there wholly or not at all.

A document shows only after every byte has arrived, was checked and is stored. A process killed at any step leaves nothing
visible, and nothing at all after a sweep; the sender goes on from the last whole chunk, and what is downloaded is, to the bit,
what was sent. (Versions never change, and of two who save at once both are kept: `tests/documents/test_uploads.py`.)
"""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

pytestmark = [pytest.mark.slow, pytest.mark.embedded]

STORY = '''
import errno, hashlib, io, json, os, sys, uuid
from datetime import timedelta
import django
django.setup()
from django.core.files import File
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command
from django.db import connections
from accounts.models import User
from groups.documents.models import Document, Upload, Version
from groups.documents.services import finishing, sweep, sweeping, uploads
from groups.models import Group, Membership, Participant
from groups.standing import Standing
from partners.models import Affiliation, Organisation

call_command("migrate", verbosity=0)
content = b"%PDF-1.4\\n" + bytes(range(256)) * 20000
person = User.objects.create_user("a@example.org", None, name="A")
organisation = Organisation.objects.create(name="O", slug="o", stakeholder_type="academic", status="active")
tie = Affiliation.objects.create(user=person, organisation=organisation, role="staff", state="active", function="Officer")
group = Group.objects.create(name="G", slug="g", summary="S", state="active")
seat = Membership.objects.create(organisation=organisation, group=group, role="member", state="active", key=uuid.uuid4())
Participant.objects.create(membership=seat, affiliation=tie, user=person)
by = Standing.of(person, group).speak()

def die(*args, **kwargs):
    os._exit(9)

def half_a_chunk(file, offset, chunk):
    file.seek(offset); file.write(chunk[:len(chunk) // 2]); file.flush(); die()

def half_a_file(self, name, file):
    os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
    with open(self.path(name), "wb") as stored:
        stored.write(content[:999])
    die()

def no_link(*args):
    raise OSError(errno.EXDEV, "another disk")

def copied():
    os.link = no_link
    FileSystemStorage._save = half_a_file

STEPS = {
    "announced": lambda: setattr(finishing, "append_chunk", die),
    "in a chunk": lambda: setattr(uploads, "write_at", half_a_chunk),
    "after a chunk": lambda: setattr(uploads, "_note", die),
    "checked": lambda: setattr(finishing, "kind_of", die),
    "before the scan": lambda: setattr(finishing, "look_for_malware", die),
    "copied into the storage": copied,
    "linked into the storage": lambda: setattr(os, "link", die),
    "stored": lambda: setattr(finishing, "settle", die),
    "before the commit": lambda: setattr(Upload, "delete", die),
    "after the commit": lambda: setattr(Upload, "spool_path", property(die)),
}

def send(key):
    return finishing.add_file(group, File(io.BytesIO(content), name="a.pdf"), by=by, key=key, file_name="a.pdf")

def late(key):
    """Die where only the clearing away is left to do."""
    store = finishing._store
    def stored(*args, **kwargs):
        version = store(*args, **kwargs)
        STEPS["after the commit"]()
        return version
    finishing._store = stored

def files():
    return sorted(path.parent.name for folder in (sweeping.settings.SPOOL_DIR, sweeping.settings.DATA_DIR / "files")
                  for path in folder.rglob("*") if path.is_file())

told = {}
for step, break_it in STEPS.items():
    key = uuid.uuid4()
    before = Version.objects.count()
    connections.close_all()
    child = os.fork()
    if not child:
        late(key) if step == "after the commit" else break_it()
        send(key)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    seen = Version.objects.count() - before
    shown = Document.objects.present().count() == Version.objects.count()
    # The sender goes on with the same key.
    version = send(key)
    with version.open() as file:
        same = hashlib.sha256(file.read()).hexdigest() == version.sha256 == hashlib.sha256(content).hexdigest()
    told[step] = [code, seen, shown, Version.objects.count() - before, same]
sweeping.LEFT_FOR = timedelta(seconds=-5)
first, second = sweep(), sweep()
told["swept"] = [Upload.objects.count(), len(files()) - Version.objects.count(), [second.uploads, second.chunks, second.files]]
told["left by killed ones"] = first.files
print(json.dumps(told))
'''


def test_a_kill_at_any_step_leaves_nothing_visible_and_the_sender_goes_on(tmp_path):
    root = settings.BASE_DIR
    environment = {
        **{name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL", "MODE"}},
        "DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": f"{root}:{root / 'platform'}",
        "PYTHONWARNINGS": "ignore",
        "LOG_LEVEL": "ERROR",
    }
    run = subprocess.run([sys.executable, "-c", STORY], env=environment, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout.splitlines()[-1])
    files_of_the_dead = told.pop("left by killed ones")
    swept = told.pop("swept")
    # [exit code, versions visible after the kill, each shown is whole, versions after going on, same bytes]
    late = told.pop("after the commit")
    assert late == [9, 1, True, 1, True]
    assert set(map(tuple, told.values())) == {(9, 0, True, 1, True)}
    assert len(told) == 9
    assert files_of_the_dead == 3
    assert swept == [0, 0, [0, 0, 0]]
