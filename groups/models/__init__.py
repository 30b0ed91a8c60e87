"""Action Groups, the organisations that belong to them, and the people who take part."""

from groups.models.group import Find, Group, GroupQuerySet, GroupState, History, Join, Read, StartThreads
from groups.models.invitation import Invitation
from groups.models.membership import Membership, MembershipQuerySet
from groups.models.participant import Participant, ParticipantQuerySet
from groups.models.silence import Silence, SilenceQuerySet

__all__ = [
    "Find",
    "Group",
    "GroupQuerySet",
    "GroupState",
    "History",
    "Invitation",
    "Join",
    "Membership",
    "MembershipQuerySet",
    "Participant",
    "ParticipantQuerySet",
    "Read",
    "Silence",
    "SilenceQuerySet",
    "StartThreads",
]
