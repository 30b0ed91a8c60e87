"""What one can do with polls."""

from discussions.polls.services.asking import close_poll, start_poll
from discussions.polls.services.striking import strike_who_left
from discussions.polls.services.voting import Cast, PollOver, vote

__all__ = ["Cast", "PollOver", "close_poll", "start_poll", "strike_who_left", "vote"]
