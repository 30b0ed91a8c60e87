"""The child process: it bounds itself, reads one file from its standard input, and writes what it found, a line of JSON each.

The last line says that it came to the end, or what kept it from it. Without one, something ended the process.
"""

import base64
import contextlib
import dataclasses
import json
import os
import resource
import sys
from collections.abc import Callable, Generator, Iterator
from typing import IO, cast

from groups.documents.reading.pages import MOST_SAID, Extent, Locked, Page, Picture, Said, TooLarge, paged

MEMORY = 768 * 1024**2
SECONDS = 20
"""Of the processor; the parent bounds those of the clock."""

BESIDE = 100
"""Bytes of a line beside what it holds."""

Found = Page | Picture | Said | Extent | bytes


def bound() -> None:
    """Take away what reading a file does not need: memory, time, files to write, and the network where the system lets us."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 32),
    ):
        resource.setrlimit(what, (most, most))
    with contextlib.suppress(OSError, AttributeError):
        os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNET)


def main(what: str, kind: str) -> None:
    """Read the file on standard input: its `text`, `pictures` of it, the picture itself, `clean`, or what is `said` of people."""
    bound()
    with os.fdopen(os.dup(0), "rb") as file:
        file.seek(0)
        try:
            for found in _all(_reader(what, kind)(file)):
                _say(_line(found))
            _say({"end": "whole"})
        except Locked:
            _say({"end": "locked"})
        except (MemoryError, TooLarge):
            _say({"end": "too_large"})
        except Exception as error:  # whatever a damaged file makes a reader raise
            _say({"end": "damaged", "as": type(error).__name__})


def _reader(what: str, kind: str) -> Callable[[IO[bytes]], Iterator[Found]]:
    """Return what reads this kind; the libraries are loaded for those alone that need them."""
    from groups.documents.reading import office, plain

    if what == "said":
        from groups.documents.reading import said

        return said.pdf if kind == "pdf" else said.office

    if kind == "pdf" or what != "text":
        from groups.documents.reading import drawn

        if what == "clean":
            return lambda file: drawn.cleaned(file, kind)
        if what == "pictures":
            return drawn.pdf_pictures if kind == "pdf" else drawn.picture
        return drawn.pdf
    strings = {
        "docx": office.docx,
        "pptx": office.pptx,
        "xlsx": office.xlsx,
        "docm": office.docx,
        "pptm": office.pptx,
        "xlsm": office.xlsx,
        "odt": office.odt,
        "odp": office.odt,
        "ods": office.ods,
        "rtf": plain.rtf,
    }.get(kind, plain.plain)
    return lambda file: paged(strings(file))


def _all(found: Iterator[Found]) -> Iterator[Found]:
    """Give what was found, and last what a reader of text returns: how far the file goes."""
    extent = yield from cast("Generator[Found, None, Extent | None]", found)
    if extent is not None:
        yield extent


def _line(found: Found) -> dict[str, object]:
    if isinstance(found, bytes):
        if len(found) * 4 // 3 + BESIDE > MOST_SAID:
            raise TooLarge
        return {"clean": base64.b64encode(found).decode()}
    if isinstance(found, Said):
        return dataclasses.asdict(found)
    if isinstance(found, Extent):
        return {"pages": found.pages, "cut": found.is_cut}
    if isinstance(found, Page):
        return {"page": found.number, "text": found.text}
    webp, small = base64.b64encode(found.webp).decode(), base64.b64encode(found.small).decode()
    return {"page": found.number, "width": found.width, "height": found.height, "webp": webp, "small": small}


def _say(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
