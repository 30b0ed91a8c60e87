"""Organisations, the people who act for them, and the capacity frozen on every word."""

from partners.models.affiliation import Affiliation, AffiliationQuerySet
from partners.models.invitation import Invitation, InvitationQuerySet
from partners.models.organisation import (
    Listing,
    Organisation,
    OrganisationQuerySet,
    OrganisationStatus,
    StakeholderType,
)
from partners.models.sign_up import SignUpAnswer
from partners.models.spoken import Spoken

__all__ = [
    "Affiliation",
    "AffiliationQuerySet",
    "Invitation",
    "InvitationQuerySet",
    "Listing",
    "Organisation",
    "OrganisationQuerySet",
    "OrganisationStatus",
    "SignUpAnswer",
    "Spoken",
    "StakeholderType",
]
