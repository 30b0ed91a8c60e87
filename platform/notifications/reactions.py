"""What follows for letters from what happens elsewhere."""

from accounts.events import ClockChanged
from notifications.digests import clock_changed as move_digest


def clock_changed(event: ClockChanged) -> None:
    """The next digest comes by the clock the person has now."""
    move_digest(event.user)
