"""What rounds do when members come and go, and when a document gets a version or is thrown away."""

from groups.clearance.services import finish, follow_members, overtake, refuse_to_hide, refuse_to_lose
from groups.documents.events import DocumentDeleted, DocumentMarked, VersionAdded
from groups.events import (
    GroupClosed,
    MembershipChanged,
    MembershipEnded,
    MembershipReinstated,
    MembershipStarted,
    MembershipSuspended,
    ParticipantEnded,
    ParticipantStarted,
    RightsChanged,
)


def membership_changed(
    event: MembershipStarted | MembershipChanged | MembershipEnded | MembershipSuspended | MembershipReinstated,
) -> None:
    """An organisation that left, is suspended or only observes has no voice in rounds that take answers; one that is back has."""
    follow_members(event.membership.group)


def participant_changed(event: ParticipantStarted | ParticipantEnded) -> None:
    """With its last person a silent organisation loses its voice, and gets it back with the next who can answer."""
    follow_members(event.participant.membership.group)


def rights_changed(event: RightsChanged) -> None:
    """Whether the group keeps its past from newcomers decides who can answer."""
    follow_members(event.group)


def group_closed(event: GroupClosed) -> None:
    """A round whose date had passed is complete: it gets its result, though the clock has not come by."""
    finish(event.group)


def version_added(event: VersionAdded) -> None:
    """A later version begins anew: the round of the one before ends."""
    overtake(event.version)


def document_deleted(event: DocumentDeleted) -> None:
    """What is being cleared or is published is not thrown away."""
    refuse_to_lose(event.document)


def document_marked(event: DocumentMarked) -> None:
    """What is published is green: a publication is withdrawn before its document is to stay in the group."""
    refuse_to_hide(event.document)
