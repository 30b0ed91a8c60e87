"""Groups and their members."""

from datetime import datetime

from ninja import Field, Schema

from api.shapes.common import absolute
from groups.models import Group, Membership
from partners.models import Organisation


class GroupOut(Schema):
    """A group as its page shows it."""

    slug: str
    url: str
    name: str
    summary: str
    state: str = Field(description="proposed, active, dormant or closed")
    find: str = Field(description="Who may know of it: public, partners or members")
    read: str = Field(description="Who may read threads and documents: public, partners or members")
    parent: str | None = Field(description="The slug of the group it works for.")
    members: int = Field(description="How many organisations belong to it.")
    takes_part: bool = Field(description="Whether the token's owner takes part.")
    created_at: datetime

    @classmethod
    def of(cls, group: Group) -> "GroupOut":
        """Return a group that was asked for with `for_directory`."""
        return cls(
            slug=group.slug,
            url=absolute(group.get_absolute_url()),
            name=group.name,
            summary=group.summary,
            state=group.state,
            find=group.find,
            read=group.read,
            parent=group.parent.slug if group.parent else None,
            members=group.member_count,  # type: ignore[attr-defined]
            takes_part=bool(group.mine),  # type: ignore[attr-defined]
            created_at=group.created_at,
        )


class PersonOut(Schema):
    """Somebody who takes part for a member."""

    name: str
    function: str


class MemberOut(Schema):
    """An organisation that belongs to the group, where it may be named to the token's owner."""

    organisation: str
    stakeholder_type: str
    url: str | None = Field(description="The organisation's page, where it has one.")
    role: str = Field(description="lead, member or observer")
    since: datetime | None
    people: list[PersonOut] = Field(description="Who takes part, for those who may see people.")

    @classmethod
    def of(cls, membership: Membership) -> "MemberOut":
        """Return a membership that was asked for with its `seats`."""
        organisation = membership.organisation
        return cls(
            organisation=organisation.name,
            stakeholder_type=organisation.stakeholder_type,
            url=absolute(organisation.get_absolute_url()) if _has_page(organisation) else None,
            role=membership.role,
            since=membership.started_at,
            people=[
                PersonOut(name=seat.user.display_name, function=seat.affiliation.function)
                for seat in membership.seats  # type: ignore[attr-defined]
            ],
        )


def _has_page(organisation: Organisation) -> bool:
    return organisation.is_active and not organisation.is_undisclosed


class MemberPage(Schema):
    """A part of the list of members."""

    items: list[MemberOut]
    unnamed: int = Field(description="Members in this part of the list that are not named to the token's owner.")
    next: str | None = None
