"""Marking what one wants to find again."""

from typing import TYPE_CHECKING, Any

from core import markdown
from discussions.models import Bookmark, Post, Thread
from discussions.models.bookmark import NOTE_LENGTH
from groups.documents.models import Document

if TYPE_CHECKING:
    from accounts.models import User


def bookmark(user: "User", thing: Post | Thread | Document, *, on: bool) -> None:
    """Mark a thing for the person alone, or take the mark away; the caller has asked its door. Done twice, it stays so."""
    place: dict[str, Any] = {{Post: "post", Thread: "thread", Document: "document"}[type(thing)]: thing}
    if on:
        Bookmark.objects.get_or_create(user=user, **place)
    else:
        Bookmark.objects.filter(user=user, **place).delete()


def annotate_bookmark(bookmark: Bookmark, *, note: str) -> None:
    """Keep a note to oneself beside one's own bookmark, on one line."""
    bookmark.note = " ".join(markdown.clean(note).split())[:NOTE_LENGTH]
    bookmark.save(update_fields=["note"])
