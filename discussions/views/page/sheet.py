"""What is asked of the database for one page of a thread, and who said it: a fixed number of queries.

Beside the posts themselves everything is asked for only where a column of the thread or of a post says that there is some.
"""

from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef

from core import markdown
from core.prepared import prepared
from discussions.filling import Reference, references_to
from discussions.models import Post, Trace
from discussions.parts import Visit
from discussions.signs import said_on
from discussions.voices import Columns, Said, Voices
from notifications.models import MutedPerson

# Of who gave a sign the page asks for nothing: who takes part is known by their seat, others are looked up.
NO_NAMES = Columns("")
COLUMNS = (
    "pk number author_id organisation_id function html created_at copied_at came_by edited_at deleted_at deleted_by_id "
    "deleted_reason key moved_to_id attribution signs "
    "author__name organisation__name organisation__listing organisation__slug organisation__status "
    "reply_to_id reply_to__number reply_to__thread_id reply_to__created_at reply_to__attribution "
    "reply_to__author_id reply_to__organisation_id reply_to__function "
    "reply_to__author__name reply_to__organisation__name reply_to__organisation__listing"
).split()
posts_between = prepared(
    lambda thread, first, last, reader: (
        Post.objects.filter(thread=thread, number__gte=first, number__lte=last)
        .annotate(folded=Exists(MutedPerson.objects.filter(user=reader, muted=OuterRef("author"))))
        .order_by("number")
        .values_list(*COLUMNS, "folded", named=True)
    )
)


class Sheet:
    """Everything that stands on one page of a thread, for one reader."""

    def __init__(self, visit: Visit, first: int, last: int) -> None:
        self.visit, self.thread, self.standing = visit, visit.thread, visit.standing
        self.first, self.last = first, last
        self.posts: list[Any] = posts_between(self.thread.pk, first, last, self.standing.user.pk or 0)

    # --- What the reader may read of it ------------------------------------------------------------------------------

    def may_read(self, moment: datetime) -> bool:
        """Say whether what was said then is for the reader."""
        return self.standing.history_from is None or moment >= self.standing.history_from

    @cached_property
    def shown(self) -> list[Any]:
        """The posts of the page that have words and that the reader may read."""
        return [p for p in self.posts if not p.deleted_at and not p.moved_to_id and self.may_read(p.created_at)]

    # --- What belongs to it ------------------------------------------------------------------------------------------

    @cached_property
    def references(self) -> dict[int, Reference]:
        """The posts elsewhere that stubs, quotations and answers lead to."""
        wanted = {post.moved_to_id for post in self.posts if post.moved_to_id}
        wanted |= markdown.quoted_in(post.html for post in self.shown)
        wanted |= {p.reply_to_id for p in self.posts if p.reply_to_id and p.reply_to__thread_id != self.thread.pk}
        return references_to(wanted, self.standing)

    @cached_property
    def traces(self) -> list[Any]:
        """What was done to the thread while its last post stood on this page."""
        if not self.thread.trace_count:
            return []
        here = Trace.objects.filter(thread=self.thread, after__gte=self.first, after__lte=self.last)
        return list(here.since(self.standing.history_from).with_names().order_by("pk"))

    @cached_property
    def veils(self) -> dict[int, int]:
        """The rule of attribution of each post, by its id."""
        return {post.pk: max(post.attribution, self.thread.attribution) for post in self.posts}

    # --- Who said it -------------------------------------------------------------------------------------------------

    def said(self, post: Any) -> Said:
        """Return what is frozen on a post of the page."""
        return Said(post.author_id, post.organisation_id, post.function, self.veils[post.pk], self.standing.group.pk)

    def answered(self, post: Any) -> Said:
        """Return what is frozen on the post that a post of the page answers."""
        if (elsewhere := self.references.get(post.reply_to_id)) is not None:
            return self.referred(elsewhere)
        veil = max(post.reply_to__attribution, self.thread.attribution)
        who = (post.reply_to__author_id, post.reply_to__organisation_id, post.reply_to__function)
        return Said(*who, veil, self.standing.group.pk)

    def referred(self, one: Reference) -> Said:
        """Return what is frozen on a post elsewhere."""
        return Said(one.author_id, one.organisation_id, one.function, one.veil, self.standing.group.pk)

    def acted(self, act: Any) -> Said:
        """Return what is frozen on a trace of this thread."""
        rule = (self.thread.attribution, self.standing.group.pk)
        return Said(act.author_id, act.organisation_id, act.function, *rule)

    @cached_property
    def starter(self) -> Said:
        """Who started the thread."""
        return Said.of(self.thread)

    @cached_property
    def closer(self) -> Said | None:
        """Who closed it, if it is closed."""
        thread, rule = self.thread, (self.thread.attribution, self.standing.group.pk)
        if thread.closed_by_id is None:
            return None
        return Said(thread.closed_by_id, thread.closed_for_id, thread.closed_function, *rule)

    @cached_property
    def keeper(self) -> Said | None:
        """Who saved the summary last, if there is one."""
        thread, rule = self.thread, (self.thread.attribution, self.standing.group.pk)
        if thread.summary_by_id is None or not thread.summary_html:
            return None
        return Said(thread.summary_by_id, thread.summary_for_id, thread.summary_function, *rule)

    @cached_property
    def voices(self) -> Voices:
        """The bylines of everything on the page."""
        thread: Any = self.thread
        said: dict[Said, Columns] = {}
        for post in self.shown:
            said |= dict.fromkeys(said_on(post.signs, self.veils[post.pk], self.standing.group.pk), NO_NAMES)
        said |= {
            self.answered(post): Columns(
                post.reply_to__author__name, post.reply_to__organisation__name, post.reply_to__organisation__listing
            )
            for post in self.posts
            if post.reply_to_id
        }
        said[self.starter] = Columns(thread.starter_name, thread.starter_organisation, thread.starter_listing)
        if self.closer:
            said[self.closer] = Columns(thread.closer_name, thread.closer_organisation, thread.closer_listing)
        if self.keeper:
            said[self.keeper] = Columns(thread.keeper_name, thread.keeper_organisation, thread.keeper_listing)
        for act in self.traces:
            said[self.acted(act)] = Columns(act.author_name, act.organisation_name, act.organisation_listing)
        for one in self.references.values():
            said[self.referred(one)] = one.columns
        for post in self.posts:  # last, because these know the organisation's page too
            said[self.said(post)] = Columns(
                post.author__name,
                post.organisation__name,
                post.organisation__listing,
                post.organisation__slug,
                post.organisation__status,
            )
        mentioned = markdown.people_in(post.html for post in self.shown)
        return Voices.of_page(self.standing, said, mentioned=mentioned)
