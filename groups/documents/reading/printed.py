"""Office files printed to PDF by LibreOffice, where it is installed: as they look, page by page.

It runs by itself, with a profile of its own that goes with it, bounded in time, memory and what it writes, and, where the
system allows it, without a network. Whatever it leaves running is ended with it.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
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


@contextmanager
def printed(file: Path | IO[bytes], kind: str, program: str) -> Iterator[Path]:
    """Give the file as PDF, for as long as the caller needs it; raise `Unreadable` where the program cannot make one."""
    with tempfile.TemporaryDirectory(prefix="office-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        source = place / f"file.{kind}"
        with on_disk(file) as given, source.open("wb") as copy:
            while block := given.read(1024 * 1024):
                copy.write(block)
        _run(program, source, place)
        made = place / "out" / "file.pdf"
        if not made.is_file() or not made.stat().st_size:
            raise Unreadable("damaged")
        yield made


def _run(program: str, source: Path, place: Path) -> None:
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
            office.wait(SECONDS)
        except subprocess.TimeoutExpired as error:
            raise Unreadable("ended") from error
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(office.pid, signal.SIGKILL)
