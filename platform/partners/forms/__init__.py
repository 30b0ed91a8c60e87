"""What people type about organisations and affiliations."""

from partners.forms.organisations import DirectoryForm, ProfileForm, ProposalForm, ReasonForm
from partners.forms.people import (
    ConfirmForm,
    FunctionForm,
    HandOverForm,
    InviteForm,
    OrganisationChoiceField,
    RequestForm,
    RoleForm,
)

__all__ = [
    "ConfirmForm",
    "DirectoryForm",
    "FunctionForm",
    "HandOverForm",
    "InviteForm",
    "OrganisationChoiceField",
    "ProfileForm",
    "ProposalForm",
    "ReasonForm",
    "RequestForm",
    "RoleForm",
]
