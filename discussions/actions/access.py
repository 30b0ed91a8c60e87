"""The doors to actions: who reads a group's threads reads what it has agreed to do."""

from typing import TYPE_CHECKING

from django.db.models import Q
from django.http import Http404

from discussions.access import boundary_of, post_for_reader, writes
from discussions.actions.models import Action, ActionQuerySet
from discussions.models import Post
from groups.access import group_for_reader
from groups.documents.models.reach import reach_of
from groups.models import Group
from groups.standing import Standing

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

    Reader = User | AnonymousUser

NO_ACTION = "No such action."


def actions_for_reader(user: "Reader", slug: str) -> tuple[Group, Standing, ActionQuerySet]:
    """Return a group the person may read, and its actions that they may see."""
    group, standing = group_for_reader(user, slug)
    reached = Q(post=None) | Q(post__thread__reach__lte=reach_of(standing))
    return group, standing, Action.objects.filter(reached, group=group).since(boundary_of(standing))


def group_for_planner(user: "Reader", slug: str) -> tuple[Group, Standing]:
    """Return a group in which the person may write actions down."""
    group, standing = group_for_reader(user, slug)
    if not standing.may_post:
        raise Http404(NO_ACTION)
    return group, standing


def post_for_planner(user: "Reader", slug: str, thread_id: int, number: int) -> tuple[Post, Standing]:
    """Return a post that stands and out of which the person may make an action."""
    post, standing = post_for_reader(user, slug, thread_id, number)
    if post.is_deleted or not standing.may_post:
        raise Http404(NO_ACTION)
    return post, standing


def action_for_reader(user: "Reader", slug: str, action_id: int) -> tuple[Action, Standing]:
    """Return one action of a group the person may read."""
    group, standing, actions = actions_for_reader(user, slug)
    action = actions.select_related("owner", "person", "post__thread").filter(pk=action_id).first()
    if action is None:
        raise Http404(NO_ACTION)
    action.group = group
    return action, standing


def action_for_changer(user: "Reader", slug: str, action_id: int) -> tuple[Action, Standing]:
    """Return an action that the person may change: as a lead, of their own organisation, or one they wrote down."""
    action, standing = action_for_reader(user, slug, action_id)
    if not (writes(standing) and may_change(action, standing)):
        raise Http404(NO_ACTION)
    return action, standing


def may_change(action: Action, standing: Standing) -> bool:
    """Leads change every action, members their organisation's and those they wrote down, while the group can be written in."""
    own = standing.user.is_authenticated and action.author_id == standing.user.pk
    for_owner = any(one.organisation_id == action.owner_id for one in standing.capacities)
    return standing.may_moderate or (standing.may_post and (own or for_owner))
