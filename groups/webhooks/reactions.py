"""What of a group's life its webhooks are told; rooms beside and above add theirs in `config/reactions.py`."""

from groups.events import MembershipChanged, MembershipEnded, MembershipStarted
from groups.models import Membership
from groups.webhooks.models import Happening
from groups.webhooks.services import queue


def _member(membership: Membership, happening: Happening) -> None:
    queue(membership.group_id, happening, member=membership.pk, role=membership.role)


def membership_started(event: MembershipStarted) -> None:
    """An organisation is a member."""
    _member(event.membership, Happening.MEMBER_STARTED)


def membership_changed(event: MembershipChanged) -> None:
    """A member has another role."""
    _member(event.membership, Happening.MEMBER_CHANGED)


def membership_ended(event: MembershipEnded) -> None:
    """A member left or was removed."""
    _member(event.membership, Happening.MEMBER_ENDED)
