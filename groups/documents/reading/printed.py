"""Office files printed to PDF by LibreOffice, where it is installed: as they look, page by page.

It runs by itself, with a profile of its own that goes with it, bounded in time, memory and what it writes, and, where the
system allows it, without a network. Whatever it leaves running is ended with it.

A process that is killed cannot tidy up. So a second one watches the first through a pipe, which the system closes with it: then
it ends the program and removes the copy of the file. Where all of them are killed at once, the next one that prints does so.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from groups.documents.reading.asking import Unreadable, on_disk

SECONDS = 90
"""Of the clock."""

MEMORY = 3 * 1024**3
WRITTEN = 512 * 1024**2
PRINTABLE = frozenset({"docx", "xlsx", "pptx", "odt", "ods", "odp", "rtf"})
"""Kinds that it prints. It is given no file that carries macros, of whatever kind."""

BOUND = f"""
import contextlib, os, resource, sys
for what, most in (("AS", {MEMORY}), ("CPU", {SECONDS}), ("FSIZE", {WRITTEN}), ("CORE", 0)):
    resource.setrlimit(getattr(resource, "RLIMIT_" + what), (most, most))
with contextlib.suppress(OSError, AttributeError):
    os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNET)
os.execv(sys.argv[1], sys.argv[1:])
"""

PREFIX = "action-groups-office-"
LEFT_FOR = 3600
"""Seconds after which a folder is nobody's any more: printing and reading what was printed take a few minutes at most."""

DONE = b"done\n"
WATCH = f"""
import contextlib, os, shutil, signal, sys
group = 0
for line in sys.stdin.buffer:
    if line == {DONE!r}:
        sys.exit()
    group = int(line)
if group:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
shutil.rmtree(sys.argv[1], ignore_errors=True)
"""


@contextmanager
def printed(file: Path | IO[bytes], kind: str, program: str) -> Iterator[Path]:
    """Give the file as PDF, for as long as the caller needs it; raise `Unreadable` where the program cannot make one."""
    _remove_left()
    with (
        tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as folder,
        _watched(folder) as watching,
    ):
        place = Path(folder)
        source = place / f"file.{kind}"
        with on_disk(file) as given, source.open("wb") as copy:
            while block := given.read(1024 * 1024):
                copy.write(block)
        _run(program, source, place, watching)
        made = place / "out" / "file.pdf"
        if not made.is_file() or not made.stat().st_size:
            raise Unreadable("damaged")
        yield made


def _remove_left() -> None:
    """Remove the folders that nobody lived to remove."""
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if left.stat().st_mtime < time.time() - LEFT_FOR:
                shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _watched(folder: str) -> Iterator[IO[bytes]]:
    """Have the folder removed, and the group of processes that is told through the pipe ended, if this process is killed."""
    with subprocess.Popen(  # noqa: S603 - its words are ours
        [sys.executable, "-I", "-S", "-c", WATCH, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        bufsize=0,  # what could not be written is not tried again as the pipe is closed
        env={"LANG": "C.UTF-8"},
        cwd="/",
        start_new_session=True,
    ) as watching:
        assert watching.stdin is not None
        try:
            yield watching.stdin
        finally:
            _tell(watching.stdin, DONE)


def _tell(watching: IO[bytes], line: bytes) -> None:
    """Tell the one that watches; if that was killed, nobody watches, and all else goes on."""
    with contextlib.suppress(BrokenPipeError):
        watching.write(line)


def _run(program: str, source: Path, place: Path, watching: IO[bytes]) -> None:
    command = [
        program,
        "--headless",
        "--norestore",
        "--nolockcheck",
        f"-env:UserInstallation={(place / 'profile').as_uri()}",
        "--convert-to",
        "pdf",
        "--outdir",
        str(place / "out"),
        str(source),
    ]
    with subprocess.Popen(  # noqa: S603 - the program is named by who runs the site; the file is only its input
        [sys.executable, "-I", "-c", BOUND, *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"LANG": "C.UTF-8", "PATH": os.defpath, "HOME": str(place), "TMPDIR": str(place)},
        cwd=place,
        start_new_session=True,
    ) as office:
        try:
            _tell(watching, b"%d\n" % office.pid)
            office.wait(SECONDS)
        except subprocess.TimeoutExpired as error:
            raise Unreadable("ended") from error
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(office.pid, signal.SIGKILL)
