"""What happens to groups and those in them, told to the rooms above."""

from dataclasses import dataclass

from core.events import Event
from groups.models import Group, Membership, Participant


@dataclass(frozen=True)
class GroupProposed(Event):
    """A partner proposed a group; it waits for the Secretariat."""

    group: Group


@dataclass(frozen=True)
class GroupOpened(Event):
    """The Secretariat opened a group (or a lead a working group): it gets its room and its library."""

    group: Group


@dataclass(frozen=True)
class GroupDeclined(Event):
    """The Secretariat said no to a proposal; the reason stands on the group."""

    group: Group


@dataclass(frozen=True)
class LeadLost(Event):
    """Nobody can lead the group any more; the Secretariat names a new lead."""

    group: Group


@dataclass(frozen=True)
class RightsChanged(Event):
    """Switches or state of the group changed, or somebody was muted: who may do what in it may differ for everybody."""

    group: Group


@dataclass(frozen=True)
class GroupClosed(Event):
    """The group was closed: nothing is added any more, and what had come to its end before is complete."""

    group: Group


@dataclass(frozen=True)
class MembershipRequested(Event):
    """An organisation asks to join; the leads decide."""

    membership: Membership


@dataclass(frozen=True)
class MembershipProposed(Event):
    """Somebody of the staff proposes to the organisation's focal points that it should join the group."""

    group: Group
    organisation_id: int
    user_id: int


@dataclass(frozen=True)
class MembershipStarted(Event):
    """The organisation is a member now; `by_id` is whose act that was."""

    membership: Membership
    by_id: int | None = None


@dataclass(frozen=True)
class RequestEnded(Event):
    """A waiting request is over without a membership, whoever ended it: nobody has to answer it any more."""

    membership: Membership


@dataclass(frozen=True)
class MembershipDeclined(Event):
    """The leads said no; the reason stands on the membership."""

    membership: Membership


@dataclass(frozen=True)
class MembershipChanged(Event):
    """The organisation's role in the group changed."""

    membership: Membership


@dataclass(frozen=True)
class MembershipSuspended(Event):
    """The partner was suspended: its place does not count. `ParticipantEnded` follows for each seat, if there is one."""

    membership: Membership


@dataclass(frozen=True)
class MembershipReinstated(Event):
    """The partner is one again: its place counts as it was. `ParticipantStarted` follows for each seat, if there is one."""

    membership: Membership


@dataclass(frozen=True)
class MembershipEnded(Event):
    """The organisation left or was removed; its people lose the group at once. `ParticipantEnded` follows for each."""

    membership: Membership


@dataclass(frozen=True)
class ParticipantStarted(Event):
    """A person takes part now; `by_id` is who named them, if that was somebody else."""

    participant: Participant
    by_id: int | None = None


@dataclass(frozen=True)
class ParticipantEnded(Event):
    """A person takes part no longer through this membership; `reason` is one of left, removed, affiliation, suspended."""

    participant: Participant
    reason: str
