"""Organisations in the search: those whose name the person may see."""

from typing import TYPE_CHECKING

from core.folding import every_word
from core.markdown import excerpt
from partners.models import Organisation
from search.services import Found, Hit

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


def organisations(query: list[str], user: "User | AnonymousUser", limit: int) -> Found:
    """Find organisations by name, acronym and mandate, by name."""
    found = Organisation.objects.visible_to(user).filter(every_word(query, ["folded", "folded_mandate"]))
    rows = list(found.for_display()[: limit + 1])
    hits = [
        Hit(
            title=f"{one.name} ({one.acronym})" if one.acronym else one.name,
            url=one.get_absolute_url(),
            excerpt=excerpt(one.mandate),
            where=one.get_stakeholder_type_display(),
        )
        for one in rows[:limit]
    ]
    return Found(hits, more=len(rows) > limit)
