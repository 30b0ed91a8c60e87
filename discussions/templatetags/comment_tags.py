"""What is said of a document, shown on its page, which asks for it: the library knows nothing of threads."""

from typing import TYPE_CHECKING, Any

from django import template
from django.template import Context

from discussions.filling import Texts
from discussions.forms import CommentForm
from discussions.models import Post, Thread
from groups.documents.models import Document, Link
from groups.documents.services.linking import pointing_to

if TYPE_CHECKING:
    from groups.standing import Standing

register = template.Library()

SHOWN = 10
"""Comments on the page of the document, the newest; the thread has them all."""


@register.inclusion_tag("discussions/_comments.html", takes_context=True)
def document_comments(context: Context, document: "Document", standing: "Standing") -> dict[str, Any]:
    """Draw the newest comments on a document that the reader may read, and the form for one more: a fixed number of queries."""
    thread = Thread.objects.filter(document=document).first()
    shown: list[dict[str, Any]] = []
    if thread is not None:
        thread.group = standing.group
        posts = list(thread.posts.select_related("author", "organisation").order_by("-number")[:SHOWN])[::-1]
        for post in posts:
            post.thread = thread
        texts = Texts(posts, standing)
        shown = [
            {"post": post, "by": texts.voices.of(post), "body": "" if post.is_deleted else texts.of(post)}
            for post in posts
        ]
    may_say = standing.may_post and (thread is None or thread.takes_posts)
    return {
        "document": document,
        "thread": thread,
        "posts": shown,
        "form": CommentForm(capacities=standing.capacities, auto_id="comment_%s") if may_say else None,
        "csrf_token": context.get("csrf_token"),
    }


USED = 20
"""Posts and pages that are listed as pointing to a document, the newest."""


@register.inclusion_tag("discussions/_used.html")
def document_pointers(document: "Document", standing: "Standing") -> dict[str, Any]:
    """List the posts and pages that point to the document, those the reader may read: a fixed number of queries."""
    user = standing.user
    posts = Post.objects.visible_to(user).standing().filter(pk__in=pointing_to(document, Link.Source.POST))
    posts = posts.select_related("thread__group").order_by("-created_at", "-pk")
    pages = Document.objects.visible_to(user).filter(pk__in=pointing_to(document, Link.Source.PAGE))
    pages = pages.exclude(pk=document.pk).select_related("group").order_by("-changed_at", "-pk")
    return {"posts": list(posts[:USED]), "pages": list(pages[:USED])}
