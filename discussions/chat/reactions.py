"""What chat does when something happens below it; `config/reactions.py` says when.

Whoever ends an affiliation or suspends an organisation has locked the groups in order, and publishes `ParticipantEnded` for
each seat; rooms are locked after their group, so two such acts never wait for each other.
"""

from accounts.events import AccountClosed, AccountReopened
from discussions.chat.services import conversations, rooms
from groups.events import GroupOpened, MembershipChanged, ParticipantEnded, ParticipantStarted, RightsChanged


def group_opened(event: GroupOpened) -> None:
    """A group that opens has its room at once."""
    rooms.make_main_room(event.group)


def group_rights_changed(event: RightsChanged) -> None:
    """Switches or state of the group changed."""
    rooms.rights_changed([event.group.pk])


def membership_changed(event: MembershipChanged) -> None:
    """An organisation's role changed: its people may write, moderate, or no longer."""
    rooms.rights_changed([event.membership.group_id])


def participant_started(event: ParticipantStarted) -> None:
    """Somebody came."""
    rooms.participant_started(event.participant)


def participant_ended(event: ParticipantEnded) -> None:
    """Somebody went."""
    rooms.participant_ended(event.participant)


def account_changed(event: AccountClosed | AccountReopened) -> None:
    """A closed account loses its conversations at once, and has them again when it is opened."""
    conversations.account_changed(event.user)
