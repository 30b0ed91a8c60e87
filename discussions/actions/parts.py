"""What actions add to a thread's page."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from discussions.actions.models import Action
from discussions.models import Post
from discussions.parts import Act, Part, Visit


class ActionsPart(Part):
    """Below a post, what was agreed in it; in its menu, writing it down."""

    def beside(self, visit: Visit, posts: Sequence[Any]) -> dict[int, SafeString]:
        """Return the actions made from these posts; one query where the thread has any, none where it has not."""
        if not visit.thread.action_count:
            return {}
        made: dict[int, list[Action]] = {}
        actions = Action.objects.filter(post__in=[post.pk for post in posts])
        if visit.standing.history_from:
            actions = actions.filter(changed_at__gte=visit.standing.history_from)
        for action in actions.order_by("due_on", "pk"):
            action.group = visit.thread.group
            made.setdefault(action.post_id or 0, []).append(action)
        return {pk: render_to_string("actions/_beside.html", {"actions": actions}) for pk, actions in made.items()}

    def post_acts(self, visit: Visit, post: Post) -> Iterable[Act]:
        """Offer to make an action of a post."""
        if visit.standing.may_post:
            at = [visit.thread.group.slug, visit.thread.pk, post.number]
            yield Act(_("Make an action of it"), reverse("actions:from_post", args=at), "check")
