"""Which notices a person wants on their devices: the one place that asks their preferences for this channel."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from notifications.models import Notice

if TYPE_CHECKING:
    from accounts.models import User


def wanted(person: "User", notices: Sequence[Notice]) -> list[Notice]:
    """Return those of the notices that the person wants to be told of at once on their devices."""
    return list(notices)
