"""Addresses of this site that prove what they stand for: `reply-<person>-<thread>-<signature>@…`, for replies and bounces.

Whoever has such an address got it in a letter of ours: nobody else can make one. It says who, not that the letter which comes
back is theirs; that is for whoever reads mail in to judge. Digits are those of base 32 in lower case, because mail servers
fold case, and the local part stays below the 64 signs of RFC 5321.
"""

import base64
import hashlib
import hmac
import re
from typing import NamedTuple

from django.conf import settings

DIGITS = "abcdefghijklmnopqrstuvwxyz234567"
SIGNATURE_LENGTH = 20
"""Digits of a signature: 100 bits."""

MOST = 2**63 - 1
_SIGNED = re.compile(rf"([a-z]{{1,8}})((?:-[a-z2-7]{{1,13}}){{1,2}})-([a-z2-7]{{{SIGNATURE_LENGTH}}})")


class Signed(NamedTuple):
    """What a signed address stands for: its kind, and the numbers it binds together."""

    kind: str
    numbers: tuple[int, ...]


def make(kind: str, *numbers: int) -> str:
    """Return the signed address of a kind (at most eight small letters) for one or two numbers; "" where no mail comes in."""
    if not settings.MAIL_IN_DOMAIN:
        return ""
    said = "-".join([kind, *map(_digits, numbers)])
    return f"{said}-{_signature(said, settings.MAIL_IN_KEYS[0])}@{settings.MAIL_IN_DOMAIN}"


def read(address: str) -> Signed | None:
    """Return what an address that this site signed stands for, nothing for any other, however little it differs."""
    local = local_part(address)
    found = _SIGNED.fullmatch(local) if local else None
    if found is None:
        return None
    said = local[: -SIGNATURE_LENGTH - 1]
    if not any(hmac.compare_digest(_signature(said, key), found[3]) for key in settings.MAIL_IN_KEYS):
        return None
    return Signed(found[1], tuple(map(_number, found[2].split("-")[1:])))


def local_part(address: str) -> str:
    """Return the part before the @ of an address at the domain where mail comes in, in lower case; "" for others."""
    local, _, domain = address.strip().strip("<>").lower().rpartition("@")
    return local if settings.MAIL_IN_DOMAIN and domain == settings.MAIL_IN_DOMAIN else ""


def _signature(said: str, key: str) -> str:
    """Return the signature of what an address says, by a key that is used for nothing else."""
    own = hashlib.sha256(b"signed addresses\0" + key.encode()).digest()
    return base64.b32encode(hmac.digest(own, said.encode(), "sha256")).decode().lower()[:SIGNATURE_LENGTH]


def _digits(number: int) -> str:
    if not 0 <= number <= MOST:
        raise ValueError("Addresses bind ids only.")
    text = ""
    while number or not text:
        number, digit = divmod(number, 32)
        text = DIGITS[digit] + text
    return text


def _number(digits: str) -> int:
    number = 0
    for digit in digits:
        number = number * 32 + DIGITS.index(digit)
    return number
