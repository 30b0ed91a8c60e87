"""Acts upon organisations, affiliations and invitations: atomic, judged under a lock, recorded, announced last.

`by` is the capacity of who acts; whether they may is asked again here, inside the transaction.
"""

from partners.services.affiliations import (
    LastFocalPoint,
    change_function,
    change_role,
    confirm_affiliation,
    decline_affiliation,
    end_affiliation,
    hand_over,
    request_affiliation,
    withdraw_request,
)
from partners.services.invitations import WrongAddress, accept_invitation, invite_colleague, revoke_invitation
from partners.services.organisations import (
    accept_organisation,
    decline_organisation,
    edit_profile,
    leave_alliance,
    propose_organisation,
    refuse_known_name,
    reinstate_organisation,
    suspend_organisation,
)
from partners.services.sign_up import carry_out_answer, keep_answer

__all__ = [
    "LastFocalPoint",
    "WrongAddress",
    "accept_invitation",
    "accept_organisation",
    "carry_out_answer",
    "change_function",
    "change_role",
    "confirm_affiliation",
    "decline_affiliation",
    "decline_organisation",
    "edit_profile",
    "end_affiliation",
    "hand_over",
    "invite_colleague",
    "keep_answer",
    "leave_alliance",
    "propose_organisation",
    "refuse_known_name",
    "reinstate_organisation",
    "request_affiliation",
    "revoke_invitation",
    "suspend_organisation",
    "withdraw_request",
]
