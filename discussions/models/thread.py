"""A thread: one matter that a group talks about."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Case, Count, F, FilteredRelation, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import markdown
from core.models import TimeStamped
from discussions.models.within import place_in, since, within
from groups.attribution import Attribution
from groups.documents.models import Document, Reach
from groups.models import Group
from partners.models import Organisation, Spoken
from search.cards import Card, microseconds
from search.models import Kind as SearchKind
from search.searchable import Searchable
from search.services import veil

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

TITLE_LENGTH = 160


class Kind(models.TextChoices):
    """What a thread is for."""

    DISCUSSION = "discussion", _("Discussion")
    QUESTION = "question", _("Question")
    ANNOUNCEMENT = "announcement", _("Announcement")
    CONSULTATION = "consultation", _("Consultation")


# Kinds that only who may moderate starts.
FOR_LEADS = frozenset({Kind.ANNOUNCEMENT, Kind.CONSULTATION})


class ThreadQuerySet(models.QuerySet["Thread"]):
    """Who may see which thread, and how much of it is new to them."""

    def since(self, boundaries: Mapping[int, datetime]) -> "ThreadQuerySet":
        """Threads with something after the moment from which each group may be read; groups not named are read whole."""
        return self.filter(since(boundaries, "last_post_at")) if boundaries else self

    def within_reach(self, user: "User | AnonymousUser") -> "ThreadQuerySet":
        """Threads that reach as far as the person, who may read their groups."""
        return self.filter(within(user))

    def visible_to(self, user: "User | AnonymousUser") -> "ThreadQuerySet":
        """Threads of the groups the person may read, from the moment on from which they may, as far as each reaches."""
        from groups.history import boundaries_of

        return self.filter(group__in=Group.objects.readable_by(user)).within_reach(user).since(boundaries_of(user))

    def with_unread(self, user: "User | AnonymousUser", boundaries: Mapping[int, datetime]) -> "ThreadQuerySet":
        """Add `unread`, the number of posts by others after the reader's mark, and `read_to`, that mark.

        `last_number - last_read - own_since`, where nothing before the moment from which the reader may read the group
        counts. A visitor has no mark and nothing unread.
        """
        if not user.is_authenticated:
            return self.annotate(unread=Value(0), read_to=F("last_number"), attention=Value("normal"))
        marked = self.with_mark(user.pk)
        return marked._with_unread_since(user, boundaries) if boundaries else marked

    def with_mark(self, user_id: int) -> "ThreadQuerySet":
        """Add the same for a person to whom nothing of these threads is hidden."""
        return self.annotate(mine=FilteredRelation("readings", condition=Q(readings__user=user_id))).annotate(
            mark=Coalesce(F("mine__last_read"), 0),
            own=Coalesce(F("mine__own_since"), 0),
            attention=Coalesce(F("mine__attention"), Value("normal")),
            unread=F("last_number") - F("mark") - F("own"),
            read_to=F("mark"),
        )

    def _with_unread_since(self, user: "User", boundaries: Mapping[int, datetime]) -> "ThreadQuerySet":
        """Do the same where the past of some groups is hidden: its posts are no part of the reader's thread."""
        from discussions.models.post import Post

        moments = [When(group=group, then=Value(moment)) for group, moment in boundaries.items()]
        hidden = Post.objects.filter(thread=OuterRef("pk"), peak_at__lt=OuterRef("boundary")).order_by("-number")
        own_after = (
            Post.objects.filter(thread=OuterRef("pk"), author=user, number__gt=OuterRef("floor"))
            .order_by()
            .values("thread")
            .annotate(count=Count("pk"))
            .values("count")
        )
        return self.annotate(
            boundary=Case(*moments, default=None, output_field=models.DateTimeField()),
            floor=Coalesce(Subquery(hidden.values("number")[:1]), 0),
            read_to=Greatest("mark", "floor"),
            own_visible=Case(
                When(floor__lte=F("mark"), then=F("own")),
                default=Coalesce(Subquery(own_after), 0),
                output_field=models.IntegerField(),
            ),
            unread=F("last_number") - F("read_to") - F("own_visible"),
        )

    def with_names(self) -> "ThreadQuerySet":
        """Add the names of who started it, who closed it and who keeps its summary, for readers who may be told them."""
        return self.annotate(
            starter_name=F("author__name"),
            starter_organisation=F("organisation__name"),
            starter_listing=F("organisation__listing"),
            closer_name=F("closed_by__name"),
            closer_organisation=F("closed_for__name"),
            closer_listing=F("closed_for__listing"),
            keeper_name=F("summary_by__name"),
            keeper_organisation=F("summary_for__name"),
            keeper_listing=F("summary_for__listing"),
        )

    def with_draft(self, user_id: int | None) -> "ThreadQuerySet":
        """Add what the person has begun to write here: `draft_body`, and `draft_reply`, the number it answers in this thread."""
        from discussions.models.draft import Draft

        mine = Draft.objects.filter(thread=OuterRef("pk"), user=user_id)
        # What it answers may have been moved away since.
        here = mine.filter(reply_to__thread=OuterRef("pk"))
        return self.annotate(
            draft_body=Subquery(mine.values("body")[:1]), draft_reply=Subquery(here.values("reply_to__number")[:1])
        )

    def with_first_unread(self, user_id: int | None) -> "ThreadQuerySet":
        """Add `first_unread`, the number of the first post by others after the mark (asked with `with_unread`), or None."""
        from discussions.models.post import Post

        after = Post.objects.filter(thread=OuterRef("pk"), number__gt=OuterRef("read_to")).exclude(author=user_id)
        return self.annotate(first_unread=Subquery(after.order_by("number").values("number")[:1]))

    def new_to(self, user: "User | AnonymousUser", boundaries: Mapping[int, datetime]) -> "ThreadQuerySet":
        """Threads in which something is unread, with `unread` and `read_to`."""
        return self.since(boundaries).with_unread(user, boundaries).filter(Q(unread__gt=0), merged_into=None)

    def open(self) -> "ThreadQuerySet":
        """Neither closed nor a consultation whose time is over."""
        return self.filter(closed_at=None).filter(Q(open_until=None) | Q(open_until__gt=timezone.now()))


class Thread(Searchable, Spoken, TimeStamped):
    """One matter: a title and numbered posts. Whoever started it is its author; the first post is what they wrote."""

    KIND = SearchKind.THREAD
    FOUND_BY = frozenset({"title", "conclusion", "closed_at"})
    STANDS_BY = frozenset({"group", "last_post_at", "attribution", "reach"})

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="threads")
    title = models.CharField(_("title"), max_length=TITLE_LENGTH)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.DISCUSSION)
    # The document it is about, and how far that reaches: who may not read the document does not know of the thread.
    document = models.OneToOneField(Document, null=True, on_delete=models.PROTECT, related_name="thread")
    reach = models.PositiveSmallIntegerField(default=Reach.READERS, editable=False)
    open_until = models.DateTimeField(_("open until"), null=True, blank=True)
    pinned = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    closed_for = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    closed_function = models.CharField(max_length=120, blank=True)
    conclusion = models.TextField(blank=True)
    conclusion_html = models.TextField(blank=True)
    # The thread into which it was merged: everything that had words stands there now.
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged")
    attribution = models.PositiveSmallIntegerField(
        _("attribution"), choices=Attribution.choices, default=Attribution.OPEN
    )
    # Raised by every change of title or end: a keeper saves against the version they saw.
    version = models.PositiveIntegerField(default=1)
    last_number = models.PositiveIntegerField(default=0)
    last_post_at = models.DateTimeField(default=timezone.now)
    # What stands in the thread besides posts: its page asks only for what there is.
    summary_version = models.PositiveIntegerField(default=0)
    summary_html = models.TextField(blank=True)
    summary_at = models.DateTimeField(null=True)
    summary_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    summary_for = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    summary_function = models.CharField(max_length=120, blank=True)
    trace_count = models.PositiveIntegerField(default=0)
    asks_acknowledgement = models.BooleanField(default=False)
    poll_count = models.PositiveIntegerField(default=0)
    action_count = models.PositiveIntegerField(default=0)
    key = models.UUIDField()

    objects: ClassVar[ThreadQuerySet] = ThreadQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["author", "key"], name="one_thread_per_key"),
            models.CheckConstraint(
                condition=Q(open_until=None) | Q(kind="consultation"), name="only_consultations_have_an_end"
            ),
        ]
        indexes = [
            models.Index(fields=["group", "-pinned", "-last_post_at"]),
            models.Index(fields=["group", "kind", "-last_post_at"]),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the thread's page; the group should be loaded with the thread."""
        return reverse("threads:page", args=[self.group.slug, self.pk])

    @property
    def audit_scope(self) -> str:
        """Recorded in the group's chain."""
        return f"group:{self.group_id}"

    def stand(self, fields: Iterable[str]) -> None:
        """Hold it where it stands now; its rule of attribution is that of its posts too, where theirs is not narrower."""
        super().stand(fields)
        if "attribution" in fields:
            for own in Attribution:
                posts = self.posts.filter(attribution=own).values("pk")
                veil(SearchKind.POST, posts, max(own, self.attribution))

    def cards(self) -> list[Card]:
        """Return what the search holds of it: its title, and the conclusion it was closed with.

        Readers whose reading begins later find it as long as something was said in it since.
        """
        return [
            Card(
                kind=self.KIND,
                object_id=self.pk,
                place=self.search_place,
                depth=microseconds(self.depth(self.last_post_at)),
                moment=self.last_post_at,
                title=self.title,
                body=markdown.MENTION.sub(" ", self.conclusion) if self.is_closed else "",
                group_id=self.group_id,
                author_id=self.author_id,
                organisation_id=self.organisation_id,
                veil=self.attribution,
            )
        ]

    @property
    def search_place(self) -> int:
        """The place under which the search keeps it and what is said in it."""
        return place_in(self.group_id, self.reach)

    def depth(self, moment: datetime) -> datetime:
        """Return the moment by which newcomers find what was said then: of a document, when the document came."""
        return self.document.created_at if self.document else moment

    @property
    def letters_may_quote(self) -> bool:
        """Whether letters may hold what is said here: as its group says, and nothing of a document that stays inside."""
        return self.group.letters_may_quote and not (self.document and self.document.stays_inside)

    @property
    def is_open_to_readers(self) -> bool:
        """Whether everybody who reads the group reads it."""
        return self.reach == Reach.READERS

    @property
    def veil(self) -> int:
        """The rule of attribution for who started and closed it."""
        return self.attribution

    @property
    def spoken_in(self) -> int:
        """The group inside which names follow the ordinary rule."""
        return self.group_id

    @property
    def is_closed(self) -> bool:
        """Whether it ended with an act of closing."""
        return self.closed_at is not None

    @property
    def is_over(self) -> bool:
        """Whether it is a consultation whose time has passed."""
        return self.open_until is not None and self.open_until <= timezone.now()

    @property
    def takes_posts(self) -> bool:
        """Whether anybody may still add a post."""
        return not self.is_closed and not self.is_over
