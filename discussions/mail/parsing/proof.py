"""What the mail server in front says of a sender (RFC 8601): believed under its own name, which it takes off others' mail."""

import re

from discussions.mail.parsing.letter import Letter

_DMARC = re.compile(r"(?:^|;)\s*dmarc\s*=\s*(pass|fail)\b(?:[^;]*?\bheader\.from\s*=\s*([^\s;]+))?", re.IGNORECASE)


def dmarc(letter: Letter, *, trusted: str) -> str:
    """Return `pass` or `fail` where the trusted server says so of the domain in `From`, else "".

    The server's own header is the topmost of its name: those below it may have come with the mail.
    """
    if not trusted:
        return ""
    for value in letter.all("Authentication-Results"):
        name, _, results = value.partition(";")
        if not name.split() or name.split()[0].lower() != trusted.lower():
            continue
        found = _DMARC.search(f";{results}")
        if found is None:
            return ""
        domain = (found[2] or "").strip('"').lower()
        verdict = found[1].lower()
        if verdict == "pass" and domain and domain != letter.sender.rpartition("@")[2]:
            return ""
        return verdict
    return ""
