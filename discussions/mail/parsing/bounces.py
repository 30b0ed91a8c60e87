"""Reports of mail servers about a letter of ours (RFC 3464): whether it came back for good, and with which code."""

import re
from email.message import Message
from typing import NamedTuple

from discussions.mail.parsing.letter import Letter

STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


class Report(NamedTuple):
    """What a report says of the letter: `permanent` where it was not and will not be delivered."""

    permanent: bool
    status: str


def report_in(letter: Letter) -> Report | None:
    """Return what a report says, nothing for any other mail, such as an answer of absence sent to where bounces go."""
    if letter.headers.get_content_type() != "multipart/report":
        return None
    for part in letter.headers.walk():
        blocks = part.get_payload()
        if part.get_content_type() != "message/delivery-status" or not isinstance(blocks, list):
            continue
        for block in blocks:
            action = _field(block, "Action").lower()
            if action:
                found = STATUS.search(_field(block, "Status"))
                status = found[1] if found else ""
                return Report(action == "failed" and not status.startswith("4"), status)
    return None


def _field(block: object, name: str) -> str:
    return str(block.get(name) or "")[:200].strip() if isinstance(block, Message) else ""
