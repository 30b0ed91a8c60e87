"""The parts of a mail: which are its text, which are files, and which are neither."""

import binascii
import re
from dataclasses import dataclass, field
from email.message import Message
from email.utils import collapse_rfc2231_value

from discussions.mail.parsing.words import decode, decode_words

MOST_FILES = 10
MOST_TEXT = 400_000
"""Characters of text that are read of one mail, quotations and all."""

# Signatures that programs check, and invitations that calendars answer: no files to share.
NO_FILES = {
    "application/pgp-signature",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "application/pgp-encrypted",
    "application/pkcs7-mime",
    "application/x-pkcs7-mime",
    "text/calendar",
    "text/x-amp-html",
    "message/delivery-status",
    "message/disposition-notification",
    "text/rfc822-headers",
}
# What Outlook packs words and files into, and it alone unpacks.
PACKED, PACKED_NAME = {"application/ms-tnef", "application/vnd.ms-tnef"}, "winmail.dat"
# Base64 has no spaces within a line: what has some is the text itself.
SPACED = re.compile(rb"[^\s] +[^\s]")
# Unless it begins with rows of base64: then a server on the way has put a foot of plain text below them.
ROWS = re.compile(
    rb"\s*((?:[A-Za-z0-9+/]{40,}[ \t\r]*\n)+(?:[A-Za-z0-9+/]+={0,2}(?=\s*\n))?|[A-Za-z0-9+/]+={1,2}(?=\s*\n))"
)
ENCRYPTED = {"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"}


@dataclass
class Enclosure:
    """A file in a mail: its name as the mail has it, and its bytes."""

    name: str
    data: bytes


@dataclass
class Parts:
    """What has been found so far."""

    texts: list[str] = field(default_factory=list)
    htmls: list[str] = field(default_factory=list)
    enclosures: list[Enclosure] = field(default_factory=list)
    left_out: int = 0
    flowed: bool = False
    is_encrypted: bool = False
    is_packed: bool = False

    @property
    def text(self) -> str:
        """The plain text: of a mail in several pieces, all of them."""
        return "\n\n".join(self.texts)[:MOST_TEXT]

    @property
    def html(self) -> str:
        """The HTML in the same manner."""
        return "\n".join(self.htmls)[:MOST_TEXT]

    def take(self, message: Message) -> None:
        """Look through a mail and its parts, without descending into mails that are enclosed in it."""
        waiting = [message]
        while waiting:
            part = waiting.pop()
            kind = part.get_content_type()
            self.is_encrypted |= kind in ENCRYPTED and part.get_param("smime-type") != "signed-data"
            inner = part.get_payload()
            if kind == "message/rfc822" or (kind.startswith("message/") and isinstance(inner, list)):
                self.left_out += part is not message
            elif isinstance(inner, list):
                waiting += [one for one in reversed(inner) if isinstance(one, Message)]
            else:
                self._leaf(part, kind)

    def _leaf(self, part: Message, kind: str) -> None:
        if kind in NO_FILES:
            return
        name = _name(part)
        if kind in PACKED or name.lower() == PACKED_NAME:
            self.is_packed = True
            return
        is_file = bool(name) or _disposition(part) == "attachment"
        if kind in {"text/plain", "text/html"} and not is_file:
            text = decode(_written(part), _charset(part))[:MOST_TEXT]
            if kind == "text/html":
                self.htmls.append(text)
            elif text.strip():
                self.flowed |= _parameter(part, "format").lower() == "flowed"
                self.texts.append(text)
        elif not self._is_picture_of_the_page(part, kind):
            self._keep(part, name, kind)

    def _is_picture_of_the_page(self, part: Message, kind: str) -> bool:
        """Whether it is what the HTML shows in its place, as logos below a name are."""
        cid = str(part.get("Content-ID") or "").strip().strip("<>")
        shown = bool(cid) and any(f"cid:{cid}" in html for html in self.htmls)
        return kind.startswith("image/") and shown and _disposition(part) != "attachment"

    def _keep(self, part: Message, name: str, kind: str) -> None:
        data = _bytes(part)
        if not data:
            return
        if len(self.enclosures) >= MOST_FILES:
            self.left_out += 1
            return
        self.enclosures.append(Enclosure(name or f"file.{kind.rpartition('/')[2][:10]}", data))


def _written(part: Message) -> bytes:
    """Return the bytes of a text; as they stand where it only says that it is base64."""
    says = str(part.get("Content-Transfer-Encoding") or "")[:200].strip().lower()
    as_it_stands = _as_it_stands(part) if says == "base64" else b""
    if not SPACED.search(as_it_stands):
        return _bytes(part)
    if (rows := ROWS.match(as_it_stands)) is None:
        return as_it_stands
    try:
        return binascii.a2b_base64(rows[1])
    except binascii.Error:
        return _bytes(part)


def _bytes(part: Message) -> bytes:
    """Return what a part holds, unpacked; as it stands where its encoding is broken."""
    try:
        data = part.get_payload(decode=True)
    except (binascii.Error, ValueError, LookupError, AssertionError, UnicodeError):
        data = _as_it_stands(part)
    return data if isinstance(data, bytes) else b""


def _as_it_stands(part: Message) -> bytes:
    payload = part.get_payload()
    return payload.encode("utf-8", "surrogateescape") if isinstance(payload, str) else b""


def _parameter(part: Message, name: str, header: str = "content-type") -> str:
    try:
        value = part.get_param(name, "", header)
        return collapse_rfc2231_value(value) if value else ""
    except (ValueError, TypeError, LookupError, IndexError, UnicodeError):
        return ""


def _charset(part: Message) -> str:
    return _parameter(part, "charset")[:60]


def _disposition(part: Message) -> str:
    return str(part.get("Content-Disposition") or "")[:200].partition(";")[0].strip().lower()


def _name(part: Message) -> str:
    found = _parameter(part, "filename", "content-disposition") or _parameter(part, "name")
    return decode_words(found)[:300]
