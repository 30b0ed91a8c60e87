"""What mail adds to a thread's page: which posts came by mail, and the way to the whole mail for who sent it."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from discussions.mail.models import Incoming
from discussions.models import CameBy, Post
from discussions.parts import Act, Part, Visit


class MailPart(Part):
    """The mark on posts that came by mail or from an archive; it is in the post's own row, and asks for nothing."""

    def beside(self, visit: Visit, posts: Sequence[Any]) -> dict[int, SafeString]:
        """Return the mark of each such post."""
        words = {CameBy.MAIL: _("By mail"), CameBy.ARCHIVE: _("From a mailing list")}
        return {
            post.pk: format_html('<span class="badge">{}</span>', words[CameBy(post.came_by)])
            for post in posts
            if post.came_by
        }

    def post_acts(self, visit: Visit, post: Post) -> list[Act]:
        """Return the way to the whole mail, for its sender and as long as it is kept."""
        if post.came_by != CameBy.MAIL or post.author_id != visit.standing.user.pk:
            return []
        if not Incoming.objects.filter(post=post, person=post.author_id).exclude(path="").exists():
            return []
        url = reverse("mail_in:whole", args=[visit.thread.group.slug, visit.thread.pk, post.number])
        return [Act(_("Show the whole mail"), url, "mail")]
