"""Documents by their titles and the names of their files, for the one search box."""

from typing import TYPE_CHECKING

from core.folding import every_word
from groups.documents.models import Document
from search.services import Found, Hit

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


def documents(query: list[str], user: "User | AnonymousUser", limit: int) -> Found:
    """Return the documents whose title or newest file name has every word, that changed last first."""
    found = list(
        Document.objects.visible_to(user)
        .filter(every_word(query, ["folded", "latest__folded"]))
        .select_related("group", "latest")
        .order_by("-changed_at", "-pk")[: limit + 1]
    )
    hits = [
        Hit(
            document.title,
            document.get_absolute_url(),
            document.latest.file_name if document.latest else "",
            document.group.name,
            document.changed_at,
        )
        for document in found
    ]
    return Found(hits[:limit], more=len(hits) > limit)
