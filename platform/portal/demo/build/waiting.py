"""What waits for somebody: an applicant, a request to act for an organisation, a request to join, a proposed group."""

from __future__ import annotations

from groups.services import propose_group, request_to_join
from partners.services import propose_organisation, request_affiliation
from portal.demo import reader
from portal.demo.build.site import Site, backdate, key
from portal.demo.organisations import ORGANISATIONS
from portal.demo.people import PEOPLE

APPLIED = 4
ASKED = 3


def build(site: Site) -> None:
    """Ask for everything that is left unanswered, so that each queue has something in it."""
    applicants = {one.key: one for one in ORGANISATIONS if one.applicant}
    for person in PEOPLE:
        if not person.pending:
            continue
        user = site.people[person.key]
        if one := applicants.get(person.organisation):
            organisation = propose_organisation(
                user,
                name=one.name,
                stakeholder_type=one.type,
                acronym=one.acronym,
                country=one.country,
                website=one.website,
                mandate=one.mandate,
                function=person.function,
            )
            backdate(organisation, created_at=site.days_ago(APPLIED))
            backdate(organisation.affiliations.get(), created_at=site.days_ago(APPLIED))
        else:
            asked = request_affiliation(user, site.organisations[person.organisation], function=person.function)
            backdate(asked, created_at=site.days_ago(ASKED))
    for group in reader.groups():
        for request in group.requests:
            membership = request_to_join(
                site.groups[group.key],
                affiliation=site.affiliations[request.person],
                brings=request.brings,
                key=key("membership", group.key, request.organisation),
            )
            backdate(membership, created_at=site.days_ago(request.days))
        if group.proposed:
            lead = group.members[0]
            proposal = propose_group(
                by=site.capacity(lead.people[0]),
                name=group.name,
                summary=group.summary,
                theme=group.theme,
                terms=group.terms,
                brings=lead.brings,
                key=key("group", group.key),
                find=group.find,
                read=group.read,
                join=group.join,
                start_threads=group.start_threads,
                history=group.history,
            )
            backdate(proposal, created_at=site.days_ago(group.opened))
