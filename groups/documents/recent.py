"""The newest documents, and those that somebody opened last, for the overview of a group, its library and the home page."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import OuterRef, Q, Subquery

from groups.documents.library import documents_for
from groups.documents.models import Document, Opened
from groups.history import boundaries_of
from groups.models import Group
from groups.standing import Standing

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

    Reader = User | AnonymousUser


def recent_in(standing: Standing, limit: int = 5) -> list[Document]:
    """Return the documents of the group that changed last, in one query; the caller has asked whether the person may read."""
    return list(documents_for(standing).for_display().order_by("-changed_at", "-pk")[:limit])


def recent_documents(
    user: "User", groups: Iterable[Group], limit: int = 5, since: datetime | None = None
) -> list[Document]:
    """Return the documents of these groups (which the person may read) that changed last, in two queries."""
    by_id = {group.pk: group for group in groups}
    shown = Q(group__in=by_id)
    for group, moment in boundaries_of(user).items():
        shown &= ~Q(group=group) | Q(created_at__gte=moment)
    documents = Document.objects.present().within_reach(user).filter(shown).for_display()
    if since:
        documents = documents.filter(changed_at__gte=since)
    found = list(documents.order_by("-changed_at", "-pk")[:limit])
    for document in found:
        document.group = by_id[document.group_id]
    return found


def opened_by(user: "Reader", *, group: Group | None = None, limit: int = 5) -> list[Document]:
    """Return what the person opened last and may still read, of one group or of all: one query, none for a visitor."""
    if not user.is_authenticated:
        return []
    last = Opened.objects.filter(user=user, document=OuterRef("pk")).values("at")
    found = Document.objects.visible_to(user).filter(pk__in=Opened.objects.filter(user=user).values("document"))
    if group is not None:
        found = found.filter(group=group)
    return list(found.select_related("group").order_by(Subquery(last).desc(), "-pk")[:limit])
