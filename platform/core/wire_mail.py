"""How a letter becomes bytes: as the standard library writes it, without taking apart what is plain already.

The library parses each header into a tree and encodes each line of a text in Python. That takes more of a digest's time than
everything else; nearly every header of ours is plain ASCII, and `binascii` encodes lines as well.
"""

import binascii
import re
from email import policy as policies
from email.contentmanager import ContentManager, raw_data_manager
from email.headerregistry import HeaderRegistry
from email.message import EmailMessage as Part
from email.message import MIMEPart
from email.policy import EmailPolicy
from typing import Any

from django.core.mail import EmailMultiAlternatives

LINE = 78
_ASCII = bytes(range(128))
_PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*")
"""Words of ASCII with one space between them."""


class _Plain(str):
    """A header that stands in the message as it is, in lines of ordinary length where it has spaces."""

    __slots__ = ("name",)
    defects = ()
    max_count = 1
    name: str

    def fold(self, *, policy: EmailPolicy) -> str:
        """Return the header with its name and the end of its last line."""
        lines = [f"{self.name}:"]
        for word in self.split(" "):
            if len(lines[-1]) + 1 + len(word) > LINE and not lines[-1].endswith(":"):
                lines.append("")
            lines[-1] += f" {word}"
        return policy.linesep.join(lines) + policy.linesep


class _Headers(HeaderRegistry):
    """The library's, but for headers that are plain; those that say what a part is it has to read itself."""

    def __call__(self, name: str, value: Any) -> Any:
        """Return a header."""
        if name.lower().startswith(("content-", "mime-", "date")) or not _PLAIN.fullmatch(value):
            return super().__call__(name, value)
        header = _Plain(value)
        header.name = name
        return header


def _set_text(part: MIMEPart, text: str, subtype: str = "plain", charset: str = "utf-8", **more: Any) -> None:
    """Write a text into a part, in quoted-printable lines where it is not plain or has long ones."""
    lines = text.splitlines()
    if text.isascii() and all(len(line) <= LINE for line in lines):
        raw_data_manager.set_content(part, text, subtype=subtype, charset=charset, **more)
        return
    data = "".join(f"{line}\n" for line in lines).encode(charset)
    # Where half of all signs would take three, base64 is shorter.
    if len(data.translate(None, _ASCII)) > len(data) // 6:
        raw_data_manager.set_content(part, text, subtype=subtype, charset=charset, cte="base64", **more)
        return
    raw_data_manager.set_content(part, "", subtype=subtype, charset=charset, cte="quoted-printable", **more)
    part.set_payload(binascii.b2a_qp(data, istext=True).decode("ascii"))


class _Contents(ContentManager):
    """The library's, but for texts."""

    def set_content(self, msg: Any, obj: Any, *args: Any, **more: Any) -> None:
        """Write what a part holds."""
        if isinstance(obj, str):
            _set_text(msg, obj, *args, **more)
        else:
            raw_data_manager.set_content(msg, obj, *args, **more)

    def get_content(self, msg: Any, *args: Any, **more: Any) -> Any:
        """Return what a part holds."""
        return raw_data_manager.get_content(msg, *args, **more)


_headers, _contents = _Headers(), _Contents()


class QuickMessage(EmailMultiAlternatives):
    """A letter in two parts, of which the many of a digest run are made."""

    def message(self, *, policy: Any = policies.default) -> Part:
        """Return the message as the mail server gets it."""
        made: Part = super().message(policy=policy.clone(header_factory=_headers, content_manager=_contents))
        return made
