"""Text: UTF-8, UTF-16 with its mark, or an older eight-bit encoding, as office programs still write tables."""

import codecs
import re
from typing import IO

BLOCK = 256 * 1024
MARKUP = (
    b"<!doctype",
    b"<html",
    b"<svg",
    b"<?xml",
    b"<?php",
    b"<script",
    b"<body",
    b"<head",
    b"<iframe",
    b"#!",
    b"mime-version:",
)
# No text holds these, in whatever eight-bit encoding: all controls but tab, line feed, form feed, return and escape.
CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


def is_markup(head: bytes) -> bool:
    """Say whether a text that begins so is a web page, a drawing, a letter with its parts or a script."""
    encoding = UTF16.get(head[:2])
    text = head[2:].decode(encoding, "ignore").encode() if encoding else head.removeprefix(codecs.BOM_UTF8)
    return text.lstrip().lower().startswith(MARKUP)


def is_text(file: IO[bytes], head: bytes) -> bool:
    """Say whether the whole file is text that does not run: no markup, no script, no controls anywhere."""
    if is_markup(head):
        return False
    if encoding := UTF16.get(head[:2]):
        return _decodes(file, encoding)
    file.seek(0)
    while block := file.read(BLOCK):
        if CONTROLS.search(block):
            return False
    return not head.startswith(codecs.BOM_UTF8) or _decodes(file, "utf-8")


def _decodes(file: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while block := file.read(BLOCK):
            if CONTROLS.search(decoder.decode(block).encode()):
                return False
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True
