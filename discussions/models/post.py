"""A post: what somebody wrote in a thread, its versions, and the people it mentions."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import markdown, quotations
from core.models import TimeStamped
from discussions.models.thread import Thread
from discussions.models.within import since, within
from groups.attribution import Attribution
from groups.history import boundaries_of
from groups.models import Group
from partners.models import Organisation, Spoken
from search.cards import Card, microseconds
from search.models import Kind
from search.searchable import Searchable

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

# Characters; the renderer takes 64 KB, so no post is ever shown unrendered for its length.
BODY_LENGTH = 20_000


class CameBy(models.TextChoices):
    """How a post that was not written on a page came here."""

    MAIL = "mail", _("By mail")
    ARCHIVE = "archive", _("From a mailing list")


class PostQuerySet(models.QuerySet["Post"]):
    """Which posts a person may see."""

    def since(self, moment: datetime | None) -> "PostQuerySet":
        """Posts from the moment on from which a group may be read; without one, all."""
        return self if moment is None else self.filter(created_at__gte=moment)

    def visible_to(self, user: "User | AnonymousUser") -> "PostQuerySet":
        """Posts of the groups the person may read, from the moment on from which they may, as far as their threads reach."""
        boundaries = boundaries_of(user)
        posts = self.filter(within(user, "thread__"), thread__group__in=Group.objects.readable_by(user))
        return posts.filter(since(boundaries, "created_at", path="thread__")) if boundaries else posts

    def standing(self) -> "PostQuerySet":
        """Neither deleted nor moved away: what has words."""
        return self.filter(deleted_at=None, moved_to=None)


class Post(Searchable, Spoken, TimeStamped):
    """Numbered 1, 2, 3... without gaps inside its thread. A deleted post keeps its number and loses its text.

    A moved post is the same row under the next number of its new thread; under its old number a stub stays, a row of the same
    author without text, whose `moved_to` is the post, wherever that is by now.
    """

    KIND = Kind.POST
    FOUND_BY = frozenset({"body", "deleted_at"})
    STANDS_BY = frozenset({"thread", "attribution"})

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="posts", db_index=False)
    number = models.PositiveIntegerField()
    # What it answers; after a move, that may stand in another thread of the group.
    reply_to = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="replies")
    moved_to = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="stubs")
    body = models.TextField()
    # What `core.markdown.render` makes of the body: the same for every reader, so it is made once.
    html = models.TextField()
    version = models.PositiveIntegerField(default=1)
    edited_at = models.DateTimeField(null=True)
    # When whoever started the thread copied it here from the chat; `created_at` is when it was said there.
    copied_at = models.DateTimeField(null=True, editable=False)
    came_by = models.CharField(max_length=8, choices=CameBy, blank=True, editable=False)
    deleted_at = models.DateTimeField(null=True)
    deleted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    deleted_for = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    deleted_reason = models.CharField(max_length=500, blank=True)
    # The latest `created_at` from the first post to this one: it rises with the number also where older posts were moved
    # in, so that what a newcomer may not read at the beginning of a thread ends in one place.
    peak_at = models.DateTimeField(default=timezone.now, editable=False)
    # The rule of attribution under which it was written; the thread's may be narrower by now, and then holds.
    attribution = models.PositiveSmallIntegerField(choices=Attribution.choices, default=Attribution.OPEN)
    # What people answered with besides words, the first given standing first: [sign, person, organisation], by ids. It stands
    # on the post and is changed under its lock, so that a page of posts asks nothing more for it.
    signs = models.JSONField(default=list, editable=False)
    key = models.UUIDField()
    # Of what was sent with the key, so that a retry is told from another text under the same key.
    digest = models.CharField(max_length=64)

    objects: ClassVar[PostQuerySet] = PostQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread", "number"], name="dense_post_numbers"),
            models.UniqueConstraint(fields=["author", "key"], name="one_post_per_key"),
        ]
        indexes = [
            models.Index(fields=["thread", "author", "number"]),
            models.Index(fields=["thread", "peak_at", "number"], name="posts_by_peak"),
        ]

    def __str__(self) -> str:
        return f"#{self.number}"

    def get_absolute_url(self) -> str:
        """Return the address that opens the thread at this post, on whatever page it stands."""
        return f"{self.thread.get_absolute_url()}?post={self.number}#post-{self.number}"

    @property
    def audit_scope(self) -> str:
        """Recorded in the group's chain."""
        return f"group:{self.thread.group_id}"

    @property
    def is_stub(self) -> bool:
        """Whether the post that had this number stands elsewhere now."""
        return self.moved_to_id is not None

    @property
    def veil(self) -> int:
        """The rule of attribution that holds for it: the narrower one of its own and its thread's."""
        return max(self.attribution, self.thread.attribution)

    @property
    def spoken_in(self) -> int:
        """The group inside which names follow the ordinary rule."""
        return self.thread.group_id

    def searched(self) -> str:
        """Return the body without its mentions: whom a post names is no word of it, and not for every reader to know."""
        return markdown.MENTION.sub(" ", self.own_words)

    @property
    def own_words(self) -> str:
        """The source without what it quotes from posts: those are found, and read, where they were said."""
        return quotations.without(self.body)

    def cards(self) -> list[Card]:
        """Return what the search holds of it: its words; nothing of a deleted one or a stub."""
        if self.is_deleted or self.is_stub:
            return []
        return [
            Card(
                kind=self.KIND,
                object_id=self.pk,
                place=self.thread.search_place,
                depth=microseconds(self.thread.depth(self.created_at)),
                moment=self.created_at,
                body=self.searched(),
                group_id=self.thread.group_id,
                author_id=self.author_id,
                organisation_id=self.organisation_id,
                veil=self.veil,
            )
        ]

    @property
    def is_deleted(self) -> bool:
        """Whether only its tombstone is left."""
        return self.deleted_at is not None


class PostVersion(Spoken, TimeStamped):
    """One text of a post, as it was saved; version 1 is the first. Its text goes when the post is deleted, the row stays."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    body = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "number"], name="one_row_per_post_version")]

    def __str__(self) -> str:
        return f"{self.post} v{self.number}"

    @property
    def veil(self) -> int:
        """As of its post."""
        return self.post.veil

    @property
    def spoken_in(self) -> int:
        """As of its post."""
        return self.post.spoken_in

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the version once; one that exists is never written again."""
        if self.pk is not None:
            raise TypeError("A version is never changed.")
        super().save(*args, **kwargs)


class Mention(models.Model):
    """A post names a person of the group."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "user"], name="one_mention_per_person_and_post")]
