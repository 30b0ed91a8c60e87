"""How a letter becomes bytes: as the standard library writes it, but that a plain header stands as it is.

The library folds a long address as an encoded word, which mail programs and list servers do not read in `List-Unsubscribe`.
"""

import re
from email import policy as policies
from email.headerregistry import HeaderRegistry
from email.message import EmailMessage as Part
from email.policy import EmailPolicy
from typing import Any

from django.core.mail import EmailMultiAlternatives

LINE = 78
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


_headers = _Headers()


class LetterMessage(EmailMultiAlternatives):
    """A letter in two parts whose headers mail programs read as they stand."""

    def message(self, *, policy: Any = policies.default) -> Part:
        """Return the message as the mail server gets it."""
        made: Part = super().message(policy=policy.clone(header_factory=_headers, cte_type="7bit"))
        return made
