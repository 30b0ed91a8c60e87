"""One page of a thread: twenty posts by their numbers. It costs the same in a thread of 20 posts and of 10,000."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core import markdown
from core.prepared import prepared
from core.templatetags.looks import moment_writer
from discussions import markup, parts
from discussions.forms import PostForm
from discussions.markup import Row
from discussions.models import Draft, Post, Thread
from discussions.parts import Visit
from discussions.views.acts import thread_acts
from discussions.views.requests import number
from discussions.voices import Columns, Said, Voices
from groups.audience import readers_of
from groups.services.speaking import silenced
from groups.standing import Standing
from partners.capacity import Capacity

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

    Reader = User | AnonymousUser

SIZE = 20
COLUMNS = (
    "pk number author_id organisation_id function html created_at copied_at came_by edited_at deleted_at deleted_by_id "
    "deleted_reason key author__name organisation__name organisation__listing organisation__slug organisation__status "
    "reply_to_id reply_to__number reply_to__author_id reply_to__organisation_id reply_to__function "
    "reply_to__author__name reply_to__organisation__name reply_to__organisation__listing"
).split()
posts_between = prepared(
    lambda thread, first, last: (
        Post.objects.filter(thread=thread, number__gte=first, number__lte=last)
        .order_by("number")
        .values_list(*COLUMNS, named=True)
    )
)
draft_in = prepared(
    lambda thread, user: Draft.objects.filter(thread=thread, user=user).values_list("body", "reply_to__number")
)


def _said(post: Any) -> Said:
    return Said(post.author_id, post.organisation_id, post.function)


def _answered(post: Any) -> Said:
    return Said(post.reply_to__author_id, post.reply_to__organisation_id, post.reply_to__function)


def page_of(number: int) -> int:
    """Return the page on which a number stands."""
    return (max(number, 1) - 1) // SIZE + 1


@dataclass(frozen=True, slots=True)
class Link:
    """One page in the row of pages."""

    number: int
    first: int
    last: int
    here: bool
    gap: bool

    @property
    def label(self) -> str:
        """The numbers that stand on the page."""
        return f"{self.first}–{self.last}" if self.last > self.first else str(self.first)


@dataclass
class Composer:
    """The editor of an answer: what stands in it, and what was wrong with it."""

    capacities: Sequence[Capacity]
    body: str = ""
    reply: int = 0
    seen: int = 0
    kept: bool = False
    key: str = field(default_factory=lambda: str(uuid.uuid4()))
    chosen: str = ""
    errors: Sequence[tuple[str, str]] = ()

    @classmethod
    def of_form(
        cls, form: PostForm, capacities: Sequence[Capacity], *, reply: bool = True, judged: bool = True
    ) -> "Composer":
        """Return the editor with what was sent, and, if the form was judged, what was wrong with it."""
        sent = {name: str(form.data.get(name, "")) for name in ("key", "body", "reply", "seen", "as")}
        found = form.errors.get_json_data().items() if judged else ()
        return cls(
            capacities,
            body=sent["body"],
            reply=number(sent["reply"]) if reply else 0,
            seen=number(sent["seen"]),
            key=sent["key"],
            chosen=sent["as"],
            errors=[
                ("body" if name == "__all__" else name, error["message"]) for name, texts in found for error in texts
            ],
        )


class ThreadPage:
    """What the thread's page shows to one reader: which posts, what is new, what they may do."""

    def __init__(self, request: HttpRequest, thread: Thread, standing: Standing) -> None:
        """Take a thread from `access.thread_with_unread`."""
        self.visit = Visit(request, thread, standing)
        self.thread, self.standing, self.reader = thread, standing, standing.user
        self.last_page = page_of(thread.last_number)
        self.floor = self._floor()
        self.first_page = page_of(self.floor + 1)
        self.read_to = max(thread.read_to, self.floor)  # type: ignore[attr-defined]
        self.unread = max(thread.unread, 0)  # type: ignore[attr-defined]
        self.first_unread = (thread.first_unread or 0) if self.unread else 0  # type: ignore[attr-defined]
        self.number = self.first_page
        self.here = 0
        self.here_url = thread.get_absolute_url()

    # --- Where the reader is -------------------------------------------------------------------------------------

    def _floor(self) -> int:
        """Return the last number that the reader may not see: nothing is hidden where history is for everybody."""
        moment = self.standing.history_from
        if moment is None:
            return 0
        hidden = Post.objects.filter(thread=self.thread, created_at__lt=moment).order_by("-number")
        return hidden.values_list("number", flat=True).first() or 0

    def go_to(self, *, page: int = 0, post: int = 0) -> None:
        """Choose the page: by its number or by the post that shall stand on it; what is out of range is the nearest."""
        self.here = post if self.floor < post <= self.thread.last_number else 0
        wanted = page_of(self.here) if self.here else page
        self.number = min(max(wanted, self.first_page), self.last_page)

    # --- What stands there ---------------------------------------------------------------------------------------

    def context(self) -> dict[str, Any]:
        """Return everything the template needs; the same number of queries whatever the page holds."""
        first = max((self.number - 1) * SIZE + 1, self.floor + 1)
        last = min(self.number * SIZE, self.thread.last_number)
        thread, posts = self.thread, posts_between(self.thread.pk, first, last)
        voices = self._voices(posts)
        may_answer = self.visit.writes
        return {
            "thread": thread,
            "group": thread.group,
            "here": self.here_url,
            "list_url": self.here_url.removesuffix(f"{thread.pk}/"),
            "standing": self.standing,
            "posts": markup.posts(
                self._rows(posts, voices), here=self.here_url, page=self.number, may_answer=may_answer
            ),
            "first": first,
            "last": last,
            "page": self,
            "pages": self._links(),
            "unread": self.unread,
            "read_to": self.read_to,
            "starter": voices.of(thread.author_id, thread.organisation_id, thread.function),
            "closer": voices.of(thread.closed_by_id, thread.closed_for_id, thread.closed_function)
            if thread.closed_by_id
            else None,
            "conclusion": markdown.fill(thread.conclusion_html, {}, "") if thread.is_closed else "",
            "below_head": parts.below_head(self.visit),
            "acts": thread_acts(self.visit) if self.reader.is_authenticated else (),
            "may_answer": may_answer,
            "silenced": silenced(self.standing),
            "audience": readers_of(thread.group),
        }

    def _voices(self, posts: Sequence[Any]) -> Voices:
        thread: Any = self.thread
        said = {
            _answered(post): Columns(
                post.reply_to__author__name, post.reply_to__organisation__name, post.reply_to__organisation__listing
            )
            for post in posts
            if post.reply_to_id
        }
        said[Said(thread.author_id, thread.organisation_id, thread.function)] = Columns(
            thread.starter_name, thread.starter_organisation, thread.starter_listing
        )
        if thread.closed_by_id:
            said[Said(thread.closed_by_id, thread.closed_for_id, thread.closed_function)] = Columns(
                thread.closer_name, thread.closer_organisation, thread.closer_listing
            )
        for post in posts:  # last, because these know the organisation's page too
            said[_said(post)] = Columns(
                post.author__name,
                post.organisation__name,
                post.organisation__listing,
                post.organisation__slug,
                post.organisation__status,
            )
        mentioned = markdown.people_in(post.html for post in posts)
        return Voices.of_page(self.standing, said, mentioned=mentioned)

    def _rows(self, posts: Sequence[Any], voices: Voices) -> list[Row]:
        unknown, moment = _("a participant"), moment_writer()
        beside = parts.beside(self.visit, [post for post in posts if not post.deleted_at])
        has_menu = self.reader.is_authenticated
        rows: list[Row] = []
        reader = self.reader.pk
        for post in posts:
            own = post.author_id == reader
            css = "post"
            if post.number == 1:
                css += " post--first"
            if post.number > self.read_to and not own:
                css += " is-unread"
            if post.number == self.here:
                css += " is-here"
            row = Row(
                number=post.number,
                css=css,
                voice=voices.of(*_said(post)),
                body=markdown.fill(post.html, voices.people, unknown),
                time=moment(post.created_at),
                is_first_unread=post.number == self.first_unread,
            )
            if post.copied_at:
                row.copied = self._copied(voices, post.copied_at)
            if post.reply_to_id:
                if post.reply_to__number > self.floor:
                    row.to = post.reply_to__number
                    row.to_name = voices.of(*_answered(post)).label
                    # Indented only below what it answers: further down it would read as an answer to something else.
                    if rows and row.to == post.number - 1:
                        row.css += " post--reply"
                else:
                    row.to_name = _("a post from before you joined")
            if post.deleted_at:
                row.css += " post--gone"
                by_author = post.deleted_by_id == post.author_id
                if not by_author and not post.deleted_reason:
                    row.gone = _("hidden by a lead")
                    row.may_see_why = self.standing.is_lead or (own and self.standing.is_participant)
                else:
                    row.gone = (
                        _("deleted by its author") if by_author else _("deleted by a lead: %s") % post.deleted_reason
                    )
            else:
                row.edited = date_format(timezone.localtime(post.edited_at)) if post.edited_at else ""
                row.beside, row.has_menu = beside.get(post.pk, ""), has_menu
                row.key = str(post.key) if own else ""
            rows.append(row)
        return rows

    def _copied(self, voices: Voices, at: datetime) -> SafeString:
        """Say who copied a post from the chat, as the reader may know them, and when."""
        thread = self.thread
        starter = voices.of(thread.author_id, thread.organisation_id, thread.function)
        day = date_format(timezone.localtime(at), "j F Y")
        return format_html(_("From the chat, copied by {name} on {date}"), name=starter.label, date=day)

    def _links(self) -> list[Link]:
        """Return the pages to offer: the first, the last, and those around this one."""
        if self.last_page == self.first_page:
            return []
        near = {self.first_page, self.last_page, *range(self.number - 2, self.number + 3)}
        links, before = [], self.first_page - 1
        for page in sorted(near):
            if self.first_page <= page <= self.last_page:
                start = max((page - 1) * SIZE + 1, self.floor + 1)
                end = min(page * SIZE, self.thread.last_number)
                links.append(Link(page, start, end, here=page == self.number, gap=page - before > 1))
                before = page
        return links

    def composer(self, *, answering: int = 0) -> Composer:
        """Return the editor as it stands when the page is opened: empty or with the draft, answering what was asked for."""
        found = draft_in(self.thread.pk, self.reader.pk) if self.reader.is_authenticated else []
        body, reply = found[0] if found else ("", None)
        if self.floor < answering <= self.thread.last_number:
            reply = answering
        seen = min(self.number * SIZE, self.thread.last_number)
        return Composer(self.standing.capacities, body=body, reply=reply or 0, seen=seen, kept=bool(body))
