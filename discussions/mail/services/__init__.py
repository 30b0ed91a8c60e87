"""What is done with mail: taken on, made into posts, held and confirmed, answered, forgotten."""

from discussions.mail.services.holding import confirm, disown
from discussions.mail.services.keeping import sweep
from discussions.mail.services.posting import work_on
from discussions.mail.services.receiving import TurnedAway, receive, refuse_recipient

__all__ = ["TurnedAway", "confirm", "disown", "receive", "refuse_recipient", "sweep", "work_on"]
