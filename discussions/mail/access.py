"""The doors to mails that came in: the whole of one is for who sent it, and for nobody else."""

from typing import TYPE_CHECKING

from django.http import Http404

from discussions import access
from discussions.mail.models import Incoming, IncomingQuerySet
from discussions.models import Post
from groups.standing import Standing

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

    Reader = User | AnonymousUser

NO_MAIL = "No such mail."


def mail_of_author(user: "Reader", slug: str, thread_id: int, number: int) -> tuple[Incoming, Post, Standing]:
    """Return the whole mail behind a post, for its author while they may read the post, and as long as it is kept."""
    post, standing = access.post_for_reader(user, slug, thread_id, number)
    mail = Incoming.objects.filter(post=post).exclude(path="").first()
    if mail is None or post.is_deleted or not access.is_own(post, standing) or mail.person_id != user.pk:
        raise Http404(NO_MAIL)
    return mail, post, standing


def mails_for(standing: Standing) -> IncomingQuerySet:
    """Return the mails to a group of which the person may know what became of them: a lead of all, others of their own."""
    mails = Incoming.objects.in_group(standing.group)
    return mails if standing.may_manage else mails.filter(person=standing.user.pk)
