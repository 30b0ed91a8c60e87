"""What pages below the threads show of bookmarks, asked for by their templates: the library knows nothing of them."""

from typing import TYPE_CHECKING, Any

from django import template
from django.template import Context

from discussions.models import Bookmark

if TYPE_CHECKING:
    from groups.documents.models import Document
    from groups.standing import Standing

register = template.Library()


@register.inclusion_tag("discussions/_document_bookmark.html", takes_context=True)
def document_bookmark(context: Context, document: "Document", standing: "Standing") -> dict[str, Any]:
    """Draw the button that marks the document for oneself, or takes the mark away: 1 query, none for visitors."""
    user = standing.user
    marked = user.is_authenticated and Bookmark.objects.filter(user=user, document=document).exists()
    return {"document": document, "reader": user, "marked": marked, "csrf_token": context.get("csrf_token")}
