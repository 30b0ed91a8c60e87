"""Every act upon groups, one verb each: atomic, judged under the group's lock, recorded, and announced last."""

from groups.services.invitations import (
    InvitationRefused,
    invite,
    redeem_invitation,
    revoke_invitation,
    send_again,
)
from groups.services.joining import (
    accept_request,
    decline_request,
    propose_to_join,
    request_to_join,
    withdraw_request,
)
from groups.services.membership import change_membership_role, leave, remove_membership
from groups.services.opening import Switches, decline_group, open_group, open_working_group, propose_group
from groups.services.participants import end_participation, name_participant
from groups.services.rights import LastLead
from groups.services.settings import (
    change_switches,
    close_group,
    edit_group,
    reopen_group,
    set_dormant,
    set_mail_content,
)
from groups.services.silencing import lift_silence, silence

__all__ = [
    "InvitationRefused",
    "LastLead",
    "Switches",
    "accept_request",
    "change_membership_role",
    "change_switches",
    "close_group",
    "decline_group",
    "decline_request",
    "edit_group",
    "end_participation",
    "invite",
    "leave",
    "lift_silence",
    "name_participant",
    "open_group",
    "open_working_group",
    "propose_group",
    "propose_to_join",
    "redeem_invitation",
    "remove_membership",
    "reopen_group",
    "request_to_join",
    "revoke_invitation",
    "send_again",
    "set_dormant",
    "set_mail_content",
    "silence",
    "withdraw_request",
]
