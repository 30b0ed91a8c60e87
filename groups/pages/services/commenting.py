"""What is said at the margin of a page: remarks on passages, answers, and that one is settled."""

import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import Conflict, DomainError
from core.markdown import clean
from groups.documents.services.locking import locked_library, standing_document
from groups.pages.models import Answer, Comment, Page
from groups.pages.models.comment import COMMENT_LENGTH
from groups.services.speaking import silenced, speaking
from groups.standing import NotAllowed
from partners.capacity import Capacity

COMMENTS_MAX = 2000
ANSWERS_MAX = 200


@transaction.atomic
def add_comment(page: Page, *, by: Capacity, anchor: str, body: str) -> Comment:
    """Remark on the passage that carries the mark `anchor`. The same anchor with the same words is the same comment."""
    by = _speaking(page, by)
    body = _words(body)
    known = Comment.objects.filter(page=page, anchor=anchor).first()
    if known is not None:
        if (known.author_id, known.body) != (by.user.pk, body):
            raise Conflict(_("This passage has a comment already. Answer it."))
        return known
    if page.comments.count() >= COMMENTS_MAX:
        raise DomainError(_("This page has too many comments."))
    comment = Comment(page=page, anchor=anchor, body=body)
    comment.speak_as(by)
    comment.save()
    return comment


@transaction.atomic
def answer_comment(comment: Comment, *, by: Capacity, body: str, key: uuid.UUID) -> Answer:
    """Answer a comment. The same key gives the same answer."""
    by = _speaking(comment.page, by)
    if known := Answer.objects.filter(author=by.user, key=key).first():
        if known.comment_id != comment.pk:
            raise Conflict(_("This form was sent for another comment. Load the page again."))
        return known
    if comment.answers.count() >= ANSWERS_MAX:
        raise DomainError(_("This comment has too many answers. Start a thread."))
    answer = Answer(comment=comment, body=_words(body), key=key)
    answer.speak_as(by)
    answer.save()
    return answer


@transaction.atomic
def resolve_comment(comment: Comment, *, by: Capacity, resolved: bool) -> Comment:
    """Say that a comment is settled, or that it is open again."""
    by = _speaking(comment.page, by)
    comment = Comment.objects.select_related("page__document").get(pk=comment.pk)
    if (comment.resolved_at is not None) == resolved:
        return comment
    comment.resolved_at, comment.resolved_by = (timezone.now(), by.user) if resolved else (None, None)
    comment.save(update_fields=["resolved_at", "resolved_by"])
    return comment


def _speaking(page: Page, by: Capacity) -> Capacity:
    library = locked_library(page.document.group_id, by)
    by = speaking(library.standing, by)
    if words := silenced(library.standing):
        raise NotAllowed(words)
    standing_document(library, page.document)
    return by


def _words(body: str) -> str:
    body = clean(body).strip()
    if not body or len(body) > COMMENT_LENGTH:
        raise DomainError(_("Write a comment of at most %(length)d characters.") % {"length": COMMENT_LENGTH})
    return body
