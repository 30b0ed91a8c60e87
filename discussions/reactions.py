"""What follows in threads from what happens elsewhere."""

from collections import defaultdict

from core.realtime.watching import thread_grew
from discussions.events import PostChanged, PostDeleted, PostsMoved, PostWritten
from discussions.models import Post, Reading, Thread
from discussions.models.post import CameBy
from discussions.models.reading import Attention
from discussions.models.thread import TITLE_LENGTH
from discussions.models.within import NOBODY, place_in
from discussions.services.attention import pay
from groups.documents.events import DocumentsStand
from groups.documents.models import Link
from groups.documents.services.linking import note_links
from notifications.events import LettersStopped
from notifications.stopping import About
from search.models import Kind
from search.services import move_to


def letters_stopped(event: LettersStopped) -> None:
    """A thread whose letters were stopped is muted; where those of a group or all were, no thread of it is watched any more."""
    watched = Reading.objects.filter(user=event.user, attention=Attention.WATCHING)
    if event.about == About.THREAD:
        pay(event.user, event.object_id, Attention.MUTED)
    elif event.about == About.GROUP:
        watched.filter(thread__group=event.object_id).update(attention=Attention.NORMAL)
    else:
        watched.update(attention=Attention.NORMAL)


def documents_stand(event: DocumentsStand) -> None:
    """The thread about a document bears its title and reaches as far as the document; in the trash, it reaches nobody."""
    found = Thread.objects.filter(document__in=event.documents).select_related("document", "group")
    moved = defaultdict[tuple[int, int], list[int]](list)
    for thread in found.select_for_update(of=("self",), no_key=True).order_by("pk"):
        document = thread.document
        assert document is not None
        reach = NOBODY if document.deleted_at else document.reach
        title = document.title[:TITLE_LENGTH]
        if thread.title != title:
            thread.title = title
            thread.save(update_fields=["title"])
        if thread.reach != reach:
            moved[thread.group_id, reach].append(thread.pk)
    for (group, reach), threads in moved.items():
        Thread.objects.filter(pk__in=threads).update(reach=reach)
        move_to(Kind.THREAD, Thread.objects.filter(pk__in=threads).values("pk"), place_in(group, reach))
        move_to(Kind.POST, Post.objects.filter(thread__in=threads).values("pk"), place_in(group, reach))


def post_written(event: PostWritten) -> None:
    """A post points to the documents whose addresses stand in it, and the open pages of its thread hear that it is there.

    Nobody waits for what an archive brings: pages that are open find it by the poll.
    """
    post = event.post
    note_links(Link.Source.POST, post.pk, [post.body], is_new=True)
    if post.number > 1 and post.came_by != CameBy.ARCHIVE:
        thread_grew(post.thread_id, post.number)


def posts_moved(event: PostsMoved) -> None:
    """The open pages of the thread that they came to hear of it."""
    thread_grew(event.target.pk, event.target.last_number)


def post_changed(event: PostChanged | PostDeleted) -> None:
    """It points to what stands in it now; deleted or hidden, to nothing."""
    note_links(Link.Source.POST, event.post.pk, [event.post.body])
