"""XML from outside, as a stream of tokens: nothing it declares is expanded, and it takes no more memory than one block."""

import posixpath
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from defusedxml.ElementTree import DefusedXMLParser

BLOCK = 64 * 1024
MOST_UNPACKED = 256 * 1024**2
"""Bytes of one part of an archive that are unpacked, whatever its listing says; what follows is not read."""

RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


class What(Enum):
    """The kinds of token."""

    START = 1
    END = 2
    TEXT = 3


Token = tuple[What, str, dict[str, str]]


class _Tokens:
    """What the parser tells of, in order."""

    def __init__(self) -> None:
        self.found: list[Token] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.found.append((What.START, name, attributes))

    def end(self, name: str) -> None:
        self.found.append((What.END, name, {}))

    def data(self, text: str) -> None:
        self.found.append((What.TEXT, text, {}))

    def close(self) -> None:
        """Nothing is kept back."""


def tokens(archive: zipfile.ZipFile, name: str) -> Iterator[Token]:
    """Give the tokens of one part: names of elements, or text. A part that is not there has none."""
    try:
        stream = archive.open(name)
    except KeyError:
        return
    target, left = _Tokens(), MOST_UNPACKED
    parser = DefusedXMLParser(target=target, forbid_dtd=True)
    with stream:
        while left > 0 and (block := stream.read(min(BLOCK, left))):
            left -= len(block)
            parser.feed(block)
            yield from target.found
            target.found.clear()
    if left > 0:
        parser.close()
        yield from target.found


@dataclass(frozen=True)
class Shape:
    """Where the text stands in one kind of XML: inside which elements, in which never, and what stands for others."""

    inside: frozenset[str]
    skip: frozenset[str] = frozenset()
    starts: Mapping[str, Callable[[dict[str, str]], str]] = field(default_factory=dict)
    ends: Mapping[str, str] = field(default_factory=dict)


def flow(parts: Iterator[Token], shape: Shape) -> Iterator[str]:
    """Give the text of the tokens, with what the shape puts where its elements begin and end."""
    inside = skipped = 0
    for what, word, attributes in parts:
        if what is What.TEXT:
            if inside and not skipped:
                yield word.replace("\f", " ")
        elif what is What.START:
            skipped += word in shape.skip
            if not skipped:
                inside += word in shape.inside
                if word in shape.starts:
                    yield shape.starts[word](attributes)
        else:
            if not skipped:
                inside -= word in shape.inside
                if word in shape.ends:
                    yield shape.ends[word]
            skipped -= word in shape.skip


def related(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Return the parts that one part of an Office file names: identifier -> (kind of relation, path in the archive)."""
    folder, name = posixpath.split(part)
    found = {}
    for what, word, attributes in tokens(archive, f"{folder}/_rels/{name}.rels"):
        if what is What.START and word == RELATION:
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            found[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], path)
    return found
