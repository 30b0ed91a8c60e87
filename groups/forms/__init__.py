"""What people type about groups, and what they are told when it cannot be."""

from groups.forms.group import AccessForm, EditForm, LettersForm, ProposeForm, StateForm, WorkingGroupForm
from groups.forms.members import (
    InviteForm,
    JoinForm,
    NoteForm,
    PersonForm,
    ProposeJoiningForm,
    ReasonForm,
    RoleForm,
    SilenceForm,
)

__all__ = [
    "AccessForm",
    "EditForm",
    "InviteForm",
    "JoinForm",
    "LettersForm",
    "NoteForm",
    "PersonForm",
    "ProposeForm",
    "ProposeJoiningForm",
    "ReasonForm",
    "RoleForm",
    "SilenceForm",
    "StateForm",
    "WorkingGroupForm",
]
