"""Who may write in a page may change at any moment: open pages ask again at once."""

from core.realtime.bell import send_on_commit
from groups.events import MembershipChanged, ParticipantEnded, RightsChanged
from groups.pages.channels import RIGHTS


def _ask_again(group_id: int) -> None:
    send_on_commit(RIGHTS, {"type": "pages.rights", "groups": [group_id]})


def rights_changed(event: RightsChanged) -> None:
    """Switches or state of the group changed, or somebody was muted."""
    _ask_again(event.group.pk)


def membership_changed(event: MembershipChanged) -> None:
    """An organisation has another role."""
    _ask_again(event.membership.group_id)


def participant_ended(event: ParticipantEnded) -> None:
    """Somebody takes part no longer."""
    _ask_again(event.participant.membership.group_id)
