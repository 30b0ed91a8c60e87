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
    """Find groups by name, theme and summary: first the one named so, then those whose name has the words, each by name.

    Groups are few, so all that match are ranked before the list is cut.
    """

    def rank(group: Group) -> tuple[int, str, int]:
        name = fold(group.name)
        in_name = 0 if name == " ".join(query) else 1 if all(word in name for word in query) else 2
        return in_name, name, group.pk

    found = Group.objects.visible_to(user).filter(every_word(query)).select_related("parent").defer("terms")
    rows = sorted(found, key=rank)
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
