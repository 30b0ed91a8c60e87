"""Organisations, people, and for whom they act: those who were partners before this site was opened."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from accounts.events import PersonChanged
from accounts.models import User
from core.audit import record
from core.events import publish
from core.fields import free_slug
from partners.models import Affiliation, Listing, Organisation, OrganisationStatus
from portal.demo.build.site import Site
from portal.demo.organisations import ORGANISATIONS
from portal.demo.people import PASSWORD, PEOPLE

PARTNER_SINCE = 420


def build(site: Site) -> None:
    """Make the directory; who waits for an answer is left to `waiting`."""
    password = make_password(PASSWORD)  # once: it is slow by design, and everybody may know it
    for person in PEOPLE:
        since = site.days_ago(PARTNER_SINCE if not person.pending else 5)
        user = User.objects.create_user(
            person.email,
            name=person.name,
            language=person.language,
            time_zone=person.time_zone,
            is_secretariat=person.secretariat,
            date_joined=since,
        )
        if person.can_sign_in:
            User.objects.filter(pk=user.pk).update(password=password)
        publish(PersonChanged(user))
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        site.people[person.key] = user
    for one in ORGANISATIONS:
        if one.applicant:
            continue
        organisation = Organisation.objects.create(
            name=one.name,
            acronym=one.acronym,
            slug=free_slug(Organisation, one.name, hidden=one.listing == Listing.UNDISCLOSED),
            stakeholder_type=one.type,
            country=one.country,
            website=one.website,
            mandate=one.mandate,
            listing=one.listing,
            status=OrganisationStatus.ACTIVE,
            created_at=site.days_ago(PARTNER_SINCE),
        )
        if not one.real:  # nobody invented has accepted a real body
            record(site.secretariat, "organisation.accepted", organisation)
        site.organisations[one.key] = organisation
    for person in PEOPLE:
        if person.pending:
            continue
        since = site.days_ago(PARTNER_SINCE)
        site.affiliations[person.key] = Affiliation.objects.create(
            user=site.people[person.key],
            organisation=site.organisations[person.organisation],
            function=person.function,
            role=person.role,
            state=Affiliation.State.ACTIVE,
            started_at=since,
            created_at=since,
        )
