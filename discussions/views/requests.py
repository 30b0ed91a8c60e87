"""Small reading of requests, the same for every view of threads."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

if TYPE_CHECKING:
    from accounts.models import User


def person(request: HttpRequest) -> "User":
    """Return who is signed in, where the view asks for it."""
    if not request.user.is_authenticated:
        raise PermissionDenied
    return request.user


def number(text: str | None) -> int:
    """Return a number that came from outside; what is none, or is absurdly large, counts as 0."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 0
