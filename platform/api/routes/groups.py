"""Groups and their members, to read."""

from django.http import Http404
from ninja import Query, Router

from api.access import Caller, needs
from api.paging import PAGE, Page, Place, cut, page_of
from api.routes.answers import answers
from api.shapes.groups import GroupOut, MemberOut, MemberPage
from groups.access import NO_GROUP, group_for
from groups.models import Group, Membership
from groups.roster import nameable, seats_for

router = Router(tags=["groups"])


@router.get("/groups", auth=needs("groups:read"), response=answers(200, Page[GroupOut]), summary="List groups")
def list_groups(request: Caller, place: Place = PAGE, mine: bool = Query(False)) -> Page[GroupOut]:
    """Groups that the token's owner may know of; with `mine`, those in which they take part."""
    groups = Group.objects.for_directory(request.user)
    if mine:
        groups = groups.joined_by(request.user)
    if request.auth.group_id:
        groups = groups.filter(pk=request.auth.group_id)
    rows, following = cut(page_of(groups, place), place, lambda group: group.pk)
    return Page[GroupOut](items=[GroupOut.of(group) for group in rows], next=following)


@router.get(
    "/groups/{slug:slug}", auth=needs("groups:read"), response=answers(200, GroupOut), summary="Read one group"
)
def read_group(request: Caller, slug: str) -> GroupOut:
    """One group."""
    group_for(request.user, slug)
    group = Group.objects.for_directory(request.user).filter(slug=slug).first()
    if group is None:
        raise Http404(NO_GROUP)
    return GroupOut.of(group)


@router.get(
    "/groups/{slug:slug}/members",
    auth=needs("groups:read"),
    response=answers(200, MemberPage),
    summary="List a group's members",
)
def list_members(request: Caller, slug: str, place: Place = PAGE) -> MemberPage:
    """The organisations that belong to a group, those that may be named to the owner; people, where the owner may see them."""
    group, standing = group_for(request.user, slug)
    members = Membership.objects.for_display(group).prefetch_related(seats_for(standing))
    rows, following = cut(page_of(members, place), place, lambda one: one.pk)
    named = nameable(rows, standing)
    return MemberPage(items=[MemberOut.of(one) for one in named], unnamed=len(rows) - len(named), next=following)
