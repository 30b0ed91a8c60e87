"""Which posts a page of a thread shows to one reader, what is new to them, and what they may do."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.utils.safestring import SafeString

from core import markdown
from discussions import markup, parts
from discussions.audience import readers_of_thread
from discussions.models import Post, Thread
from discussions.parts import Visit
from discussions.quotes import quoted_block
from discussions.views.acts import SIZE, thread_acts
from discussions.views.page.composer import Composer
from discussions.views.page.rows import address, rows_of, traces_of
from discussions.views.page.sheet import Sheet
from groups.attribution import Attribution
from groups.services.speaking import silenced
from groups.standing import Standing

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

    Reader = User | AnonymousUser


def page_of(number: int) -> int:
    """Return the page on which a number stands."""
    return (max(number, 1) - 1) // SIZE + 1


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
        self.here = self.begin = 0
        self.here_url = thread.get_absolute_url()

    # --- Where the reader is -------------------------------------------------------------------------------------

    def _floor(self) -> int:
        """Return the last number that the reader may not see: nothing is hidden where history is for everybody."""
        moment = self.standing.history_from
        if moment is None:
            return 0
        hidden = Post.objects.filter(thread=self.thread, peak_at__lt=moment).order_by("-number")
        return hidden.values_list("number", flat=True).first() or 0

    def go_to(self, *, page: int = 0, post: int = 0) -> None:
        """Choose the page: by its number or by the post that shall stand on it; what is out of range is the nearest."""
        self.here = post if self.floor < post <= self.thread.last_number else 0
        wanted = page_of(self.here) if self.here else page
        self.number = min(max(wanted, self.first_page), self.last_page)

    def go_on(self, after: int) -> None:
        """Choose the posts after a number, as many as a page has, instead of a page."""
        self.begin = max(after, self.floor) + 1
        self.number = page_of(self.begin)

    # --- What stands there ---------------------------------------------------------------------------------------

    @cached_property
    def sheet(self) -> Sheet:
        """What stands on the page that was chosen."""
        if self.begin:
            return Sheet(self.visit, self.begin, min(self.begin + SIZE - 1, self.thread.last_number))
        first = max((self.number - 1) * SIZE + 1, self.floor + 1)
        return Sheet(self.visit, first, min(self.number * SIZE, self.thread.last_number))

    @property
    def moved_to(self) -> str:
        """Return where the post is by now at which the page was opened, if it was moved away; else nothing."""
        for post in self.sheet.posts:
            if post.number == self.here and post.moved_to_id and self.sheet.may_read(post.created_at):
                target = self.sheet.references.get(post.moved_to_id)
                return address(self.sheet, target) if target else ""
        return ""

    def context(self) -> dict[str, Any]:
        """Return everything the template needs; the same number of queries whatever the page holds."""
        thread, sheet, voices = self.thread, self.sheet, self.sheet.voices
        return {
            "thread": thread,
            "group": thread.group,
            "here": self.here_url,
            "list_url": self.here_url.removesuffix(f"{thread.pk}/"),
            "standing": self.standing,
            "posts": self.posts(),
            "first": sheet.first,
            "last": sheet.last,
            "page": self,
            "pages": self._links(),
            "unread": self.unread,
            "read_to": self.read_to,
            "starter": voices.of(sheet.starter),
            "closer": voices.of(sheet.closer) if sheet.closer else None,
            "conclusion": markdown.fill(thread.conclusion_html, {}, "") if thread.is_closed else "",
            "keeper": voices.of(sheet.keeper) if sheet.keeper else None,
            "summary": markdown.fill(thread.summary_html, {}, "") if sheet.keeper else "",
            "attribution": Attribution(thread.attribution).stated if thread.attribution else "",
            "below_head": parts.below_head(self.visit),
            "acts": thread_acts(self.visit) if self.reader.is_authenticated else (),
            "may_answer": self.visit.writes,
            "silenced": silenced(self.standing),
            "audience": readers_of_thread(thread),
        }

    def posts(self) -> SafeString:
        """Return the posts that stand there; for those after a number, without the line above the first unread one."""
        sheet, writes = self.sheet, self.visit.writes
        unread = 0 if self.begin else self.first_unread
        rows = rows_of(sheet, read_to=self.read_to, first_unread=unread, here=self.here)
        return markup.posts(
            rows,
            here=self.here_url,
            page=self.number,
            may_answer=writes,
            may_react=writes,
            traces=traces_of(sheet),
        )

    def _links(self) -> SafeString:
        """Return the pages to offer, the first, the last, and those around this one: nothing where there is one page.

        Written once, for above the posts and below them.
        """
        if self.last_page == self.first_page:
            return SafeString()
        near = {self.first_page, self.last_page, *range(self.number - 2, self.number + 3)}
        links, before = [], self.first_page - 1
        for page in sorted(near):
            if self.first_page <= page <= self.last_page:
                start = max((page - 1) * SIZE + 1, self.floor + 1)
                end = min(page * SIZE, self.thread.last_number)
                links.append((page, f"{start}–{end}" if end > start else str(start), page - before > 1))
                before = page
        return markup.page_links(links, here=self.here_url, current=self.number)

    def composer(self, *, answering: int = 0, quoting: int = 0) -> Composer:
        """Return the editor as the page is opened: empty or with the draft, answering and quoting what was asked for."""
        thread: Any = self.thread
        body, reply = thread.draft_body or "", thread.draft_reply or 0
        kept = bool(body)
        if quoting and (quoted := self._quoted(quoting)):
            body = f"{body.rstrip()}\n\n{quoted}".lstrip()
            answering = answering or quoting
        if self.floor < answering <= self.thread.last_number:
            reply = answering
        seen = min(self.number * SIZE, self.thread.last_number)
        return Composer(self.standing.capacities, body=body, reply=reply, seen=seen, kept=kept)

    def _quoted(self, number: int) -> str:
        """Return the words of a post as the editor quotes them; nothing of one that has none for this reader."""
        posts = Post.objects.filter(thread=self.thread, number=number).standing().since(self.standing.history_from)
        post = posts.first()
        return quoted_block(post, self.thread.group) if post else ""
