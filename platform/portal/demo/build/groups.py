"""Groups: proposed, opened, joined, and their people named."""

from __future__ import annotations

from groups import services
from groups.models import Find, Group, Join, Membership, Participant, Read
from partners.capacity import Capacity
from portal.demo import reader
from portal.demo.build.site import Site, backdate, key
from portal.demo.people import PEOPLE

ROLES = {person.key: person.role for person in PEOPLE}
DAYS_BETWEEN_MEMBERS = 3


def build(site: Site) -> None:
    """Open every group that is not a mere proposal; parents stand before their working groups."""
    groups = [group for group in reader.groups() if not group.proposed]
    for group in groups:
        row = _open_inside(site, group) if group.parent else _propose_and_open(site, group)
        site.groups[group.key] = row
        backdate(row, created_at=site.days_ago(group.opened))
        for member in group.members:
            _join(site, group, member)
        _hand_over_lead(site, group)
        _set_moments(site, group)


def finish(site: Site) -> None:
    """Set the switches as they are today, which some of the members could not have come through, and close what is over."""
    for group in reader.groups():
        if group.proposed:
            continue
        by = site.lead_of(group)
        row = site.groups[group.key]
        services.change_switches(row, by=by, find=group.find, read=group.read, join=group.join)
        if group.closed is not None:
            services.close_group(row, by=by, reason=group.reason)
        row.refresh_from_db()


def _propose_and_open(site: Site, group: reader.Group) -> Group:
    first = next(member for member in group.members if member.role == "lead")
    row = services.propose_group(
        by=_asker(site, first),
        name=group.name,
        summary=group.summary,
        theme=group.theme,
        terms=group.terms,
        brings=first.brings,
        key=key("group", group.key),
        find=Find.PUBLIC if group.find == Find.MEMBERS else group.find,
        read=Read.MEMBERS if group.find == Find.MEMBERS else group.read,
        join=Join.REQUEST,
        start_threads=group.start_threads,
        history=group.history,
    )
    return services.open_group(row, by=site.secretariat)


def _open_inside(site: Site, group: reader.Group) -> Group:
    """Open a working group as a lead of its parent; if another organisation is to lead it, the lead is handed over later."""
    parent = next(one for one in reader.groups() if one.key == group.parent)
    leads = {member.organisation for member in parent.members if member.role == "lead"}
    opener = next(member for member in group.members if member.organisation in leads)
    return services.open_working_group(
        site.groups[group.parent],
        by=_asker(site, opener),
        name=group.name,
        summary=group.summary,
        theme=group.theme,
        terms=group.terms,
        key=key("group", group.key),
        find=group.find,
        read=group.read,
        join=Join.REQUEST,
        start_threads=group.start_threads,
        history=group.history,
    )


def _asker(site: Site, member: reader.Member) -> Capacity:
    """Return the first person of the member who may act for the organisation."""
    return site.capacity(next(person for person in member.people if ROLES[person] != "staff"))


def _join(site: Site, group: reader.Group, member: reader.Member) -> None:
    row, by = site.groups[group.key], _asker(site, member)
    membership = Membership.objects.live().filter(group=row, organisation=by.organisation).first()
    if membership is None:
        asking = next(site.affiliations[person] for person in member.people if site.people[person].pk == by.user_id)
        membership = services.request_to_join(
            row, affiliation=asking, brings=member.brings, key=key("membership", group.key, member.organisation)
        )
        lead = Membership.objects.leads().select_related("requested_by", "organisation").filter(group=row).first()
        assert lead is not None and lead.requested_by is not None
        seat = Participant.objects.select_related("affiliation").get(membership=lead, user=lead.requested_by)
        services.accept_request(membership, by=seat.affiliation.capacity, role=member.role)
    for person in member.people:
        services.name_participant(membership, affiliation=site.affiliations[person], by=by)
    site.memberships[group.key, member.organisation] = membership


def _hand_over_lead(site: Site, group: reader.Group) -> None:
    """Leave the lead to those who lead: whoever opened a working group for others becomes a member."""
    for member in group.members:
        membership = site.memberships[group.key, member.organisation]
        if member.role != membership.role:
            membership.refresh_from_db()
        if member.role != membership.role:
            services.change_membership_role(membership, by=site.lead_of(group), role=member.role)


def _set_moments(site: Site, group: reader.Group) -> None:
    """Let members have come one after another from the day the group was opened."""
    for index, member in enumerate(group.members):
        at = site.days_ago(group.opened - DAYS_BETWEEN_MEMBERS * index)
        membership = site.memberships[group.key, member.organisation]
        backdate(membership, created_at=at, started_at=at)
        Participant.objects.filter(membership=membership).update(created_at=at)
