"""The parent's side: one child for one file, ended when its time is over."""

import base64
import io
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from groups.documents.reading.pages import MOST_SAID, Extent, Page, Pages, Picture, Said

ROOT = Path(__file__).resolve().parents[3]
SECONDS = 60
"""Of the clock; the child bounds its own time at the processor."""

BLOCK = 1024 * 1024
MOST_COPIED = 256 * 1024**2
"""Bytes of a file that are copied to be read."""

CHILD = (
    "import sys; sys.path.insert(0, sys.argv[1]); from groups.documents.reading.child import main; main(*sys.argv[2:])"
)


class Unreadable(Exception):
    """Nothing could be read: `reason` is `locked`, `damaged`, `too_large`, or `ended` where the child did not live to say."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def text_of(file: Path | IO[bytes], kind: str) -> Pages:
    """Return the text of the file's pages, those without any left out; raise `Unreadable` where it cannot be had.

    A file that another storage keeps is given open, and read whole.
    """
    *lines, extent = _ask(file, "text", kind)
    return Pages([Page(line["page"], line["text"]) for line in lines], Extent(extent["pages"], extent["cut"]))


def pictures_of(file: Path | IO[bytes], kind: str) -> list[Picture]:
    """Return pictures of the first pages; raise `Unreadable` where none can be made."""
    return [
        Picture(
            line["page"],
            line["width"],
            line["height"],
            base64.b64decode(line["webp"]),
            base64.b64decode(line["small"]),
        )
        for line in _ask(file, "pictures", kind)
    ]


def clean_picture(file: Path | IO[bytes], kind: str) -> bytes:
    """Return the picture written anew, without what it says of place, time, camera and maker; raise `Unreadable` for none."""
    (line,) = _ask(file, "clean", kind)
    return base64.b64decode(line["clean"])


def said_in(file: Path | IO[bytes], kind: str) -> list[Said]:
    """Return what the file says of people, nothing or one; raise `Unreadable` where nobody can tell."""
    return [Said(**line) for line in _ask(file, "said", kind)]


def _ask(file: Path | IO[bytes], what: str, kind: str) -> list[dict[str, Any]]:
    with (
        on_disk(file) as given,
        subprocess.Popen(  # noqa: S603 - its words are ours; the file is only its input
            [sys.executable, "-I", "-c", CHILD, str(ROOT), what, kind],
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LANG": "C.UTF-8"},
            cwd="/",
        ) as child,
    ):
        assert child.stdout is not None
        end = threading.Timer(SECONDS, child.kill)
        end.start()
        try:
            lines = list(_lines(child.stdout))
        finally:
            end.cancel()
            child.kill()
    reason = lines.pop().get("end", "ended") if lines and "end" in lines[-1] else "ended"
    if reason != "whole":
        raise Unreadable(reason)
    return lines


def _lines(stdout: IO[bytes]) -> Iterator[dict[str, Any]]:
    left = MOST_SAID
    while left > 0 and (line := stdout.readline(left)):
        left -= len(line)
        if line.endswith(b"\n"):
            yield json.loads(line)


@contextmanager
def on_disk(file: Path | IO[bytes]) -> Iterator[IO[bytes]]:
    """Open the file as one that another process can read and seek in, and not write to: what is no file here is copied.

    The copy has no name, so that nobody else opens it and a process that is killed leaves none; one of more than `MOST_COPIED`
    raises `Unreadable`.
    """
    if again := file if isinstance(file, Path) else _again(file):
        with again.open("rb") as opened:
            yield opened
        return
    assert not isinstance(file, Path)
    with tempfile.TemporaryFile() as copy:
        file.seek(0)
        while block := file.read(BLOCK):
            if copy.tell() + len(block) > MOST_COPIED:
                raise Unreadable("too_large")
            copy.write(block)
        copy.seek(0)
        yield copy


def _again(file: IO[bytes]) -> Path | None:
    """Return a path by which a file that is open here can be opened once more, with a place of its own; Linux has one."""
    if not isinstance(file, io.BufferedReader | io.BufferedRandom):
        return None
    if isinstance(file, io.BufferedRandom):
        file.flush()
    path = Path(f"/proc/self/fd/{file.fileno()}")
    return path if path.is_file() else None
