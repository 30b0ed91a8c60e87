"""Groups in the search: those a person may know of."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.folding import every_word, fold
from core.markdown import excerpt
from groups.models import Group
from search.services import Found, Hit

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


def groups(query: list[str], user: "User | AnonymousUser", limit: int) -> Found:
    """Find groups by name, theme and summary; those whose name has the words come first, by name."""
    found = Group.objects.visible_to(user).filter(every_word(query))
    rows = list(found.select_related("parent").order_by("name", "pk")[: limit + 1])
    rows.sort(key=lambda group: not all(word in fold(group.name) for word in query))
    hits = [
        Hit(
            title=group.name,
            url=group.get_absolute_url(),
            excerpt=excerpt(group.summary),
            where=_("Working group of %(parent)s") % {"parent": group.parent} if group.parent else group.theme,
            at=group.created_at,
        )
        for group in rows[:limit]
    ]
    return Found(hits, more=len(rows) > limit)
