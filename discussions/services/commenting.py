"""What is said of a document: one thread, made with the first comment."""

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from core.events import publish
from discussions.events import ThreadStarted
from discussions.models import Post, Thread
from discussions.models.thread import TITLE_LENGTH
from discussions.services.locking import locked_group, open_for_posts, speaking
from discussions.services.posts import append, known_post
from discussions.services.writing import clean_body, digest
from groups.documents.library import documents_for
from groups.documents.models import Document
from groups.standing import NotAllowed
from partners.capacity import Capacity


@transaction.atomic
def comment(document: Document, *, by: Capacity, body: str, key: uuid.UUID) -> Post:
    """Say something of a document: under the next number of its thread, or as the first post of a new one.

    Whoever may post in the group and reads the document may; leads alone starting threads is about other threads. The same key
    with the same words returns the post it made; with other words it conflicts.
    """
    body = clean_body(body)
    fingerprint = digest("document", document.pk, body)
    group, standing = locked_group(document.group_id, by.user)
    if known := known_post(by.user, key, fingerprint):
        return known
    by = speaking(standing, by)
    now = documents_for(standing).filter(pk=document.pk).first()
    if now is None:
        raise NotAllowed(_("The document was deleted meanwhile."))
    thread = Thread.objects.select_for_update(no_key=True).filter(document=now).first()
    if is_new := thread is None:
        thread = Thread(group=group, document=now, title=now.title[:TITLE_LENGTH], reach=now.reach, key=key)
        thread.speak_as(by)
        thread.save(force_insert=True)
    thread.group = group
    open_for_posts(thread)
    post = append(thread, by=by, body=body, key=key, fingerprint=fingerprint, since=standing.history_from)
    if is_new:
        publish(ThreadStarted(thread))
    return post
