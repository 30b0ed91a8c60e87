"""Reading an mbox in a stream: one mail in memory at a time, whatever the size of the file and of what it holds."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from discussions.mail.parsing.parts import MOST_TEXT

BEGINS = re.compile(rb"^From \S.*\d{4}\s*$|^From \S+\s*$")
ESCAPED = re.compile(rb"^>+From ")
PIECE = 64 * 1024

MOST_OF_A_PART = 9 * MOST_TEXT
"""So many bytes of a part are kept: what its text takes up however it is encoded. Of an enclosed file no more is needed."""


def open_archive(path: Path) -> IO[bytes]:
    """Open an archive, unpacking one that ends in `.gz` as it is read."""
    return cast("IO[bytes]", gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")


def mails_in(file: IO[bytes], limit: int) -> Iterator[bytes | None]:
    """Give the mails of an mbox in order, long parts of them cut short; nothing in place of one that is larger than the limit."""
    kept: list[bytes] = []
    size, of_part, begun, blank, at_start = 0, 0, False, True, True
    while piece := file.readline(PIECE):
        if at_start and blank and BEGINS.match(piece):
            if begun:
                yield b"".join(kept) if size <= limit else None
            kept, size, of_part, begun = [], 0, 0, True
        elif begun:
            size += len(piece)
            # Only such a line can end a part.
            of_part = 0 if at_start and piece.startswith(b"--") else of_part + len(piece)
            if size > limit:
                kept = []
            elif of_part <= MOST_OF_A_PART:
                kept.append(piece[1:] if at_start and ESCAPED.match(piece) else piece)
        blank = at_start and not piece.strip()
        at_start = piece.endswith(b"\n")
    if begun:
        yield b"".join(kept) if size <= limit else None
