"""What polls do when somebody leaves a group."""

from discussions.polls.services import strike_who_left
from groups.events import MembershipChanged, MembershipEnded, ParticipantEnded


def membership_changed(event: MembershipEnded | MembershipChanged) -> None:
    """An organisation that left, or only observes now, has no voice in polls that are open."""
    strike_who_left(event.membership.group)


def participant_ended(event: ParticipantEnded) -> None:
    """A person who takes part no longer has no voice of their own; their organisation keeps its own."""
    strike_who_left(event.participant.membership.group)
