"""F10, as far as chat goes: the log, the temporary files or the volume of uploads is full, and people talk on."""

import contextlib
import os
import shutil
import subprocess
import uuid
from pathlib import Path

import pytest

from tests.chaos.hostile.conftest import Target
from tests.processes.servers import free_port
from tests.processes.site import Site

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("counted")]
FIGURE = (
    "F10",
    "the log full; the volumes of uploads and of temporary files full",
    "everything said is acknowledged and heard",
)
FULL = "/dev/full"


@contextlib.contextmanager
def full_volume(path):
    """Have a folder be a volume with no room left: a small one of its own for root, else one in which nothing can be made."""
    path = Path(path)
    path.mkdir(parents=True, exist_ok=True)
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64k,nr_inodes=20", "tmpfs", str(path)], capture_output=True
        ).returncode
    )
    if mounted:
        with contextlib.suppress(OSError), (path / "full").open("wb", buffering=0) as file:
            while file.write(b"\0" * 4096):
                pass
    else:
        path.chmod(0o500)
    try:
        yield path
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(path)], check=True)
        else:
            path.chmod(0o700)


def talk(target, speaker, hearer, count=15):
    """Have one say things and the other hear them; every one is acknowledged and arrives, in order."""
    keys = [str(uuid.uuid4()) for _ in range(count)]
    hearer.say(type="join", room=target.room)
    while hearer.said()["type"] != "joined":
        pass
    for key in keys:
        speaker.say(type="send", room=target.room, key=key, body="The tide is in.")
        assert speaker.said()["type"] == "ack"
    heard = []
    while len(heard) < count:
        heard += [event["message"]["key"] for event in hearer.said().get("events", [])]
    assert heard == keys


def test_a_full_log_stops_nothing(tmp_path):
    """Whatever is printed or logged fails from the first line on: the site starts, serves, and stops in order."""
    with Site(tmp_path, MODE="embedded") as site:
        port = free_port()
        (site.folder / f"sockets-{port}-0.log").symlink_to(FULL)
        target = Target(site, port=port, LOG_LEVEL="DEBUG")
        with target.connect(0) as speaker, target.connect(1) as hearer:
            speaker.say(type="shout")
            assert speaker.said()["code"] == "unknown_type"
            talk(target, speaker, hearer)
        assert site.ask("head", target.room) > 0
        assert target.process.is_alive
        target.process.stop()


def test_full_volumes_of_uploads_and_temporary_files_stop_no_talk(tmp_path):
    with contextlib.ExitStack() as stack:
        site = stack.enter_context(Site(tmp_path / "site", MODE="embedded"))
        temporary = tmp_path / "temporary"
        temporary.mkdir()
        target = Target(site, TMPDIR=str(temporary))
        volumes = [temporary, site.folder / "data" / "files", site.folder / "data" / "spool"]
        with target.connect(0) as speaker, target.connect(1) as hearer:
            talk(target, speaker, hearer)
            for path in volumes:
                stack.enter_context(full_volume(path))
            if os.geteuid() == 0 and shutil.disk_usage(temporary).total < 10**6:
                with pytest.raises(OSError, match="No space left"):
                    (temporary / "more").write_bytes(b"a" * 8192)
            talk(target, speaker, hearer, count=3)
            with target.connect(2) as another:
                talk(target, another, hearer)
        assert target.process.is_alive
