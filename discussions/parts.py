"""What other rooms add to a thread's page: polls, actions, whatever stands in a thread besides posts.

A room writes one `Part` and names it in the table `THREAD_PARTS` of `config/reactions.py`. The page stays calm and cheap by two
rules: below a post stands one act, the answer, and everything else is a line of a menu; and a part asks the database for
nothing unless a column of the thread says that there is something (`poll_count` and its like).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

from discussions.models import Post, Thread
from groups.standing import Standing


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody opens a thread: the request (for tokens and templates), the thread with its group, and their standing there."""

    request: HttpRequest
    thread: Thread
    standing: Standing

    @property
    def writes(self) -> bool:
        """Whether the person may add something to this thread now."""
        return self.standing.may_post and self.thread.takes_posts


@dataclass(frozen=True, slots=True)
class Act:
    """One line of a menu: a link, or with `fields` (possibly empty) a button that sends them there by POST."""

    word: str
    url: str
    icon: str = "next"
    fields: tuple[tuple[str, str], ...] | None = None
    # What the page's script does instead of following the link, as `data-act`.
    name: str = ""

    @property
    def is_form(self) -> bool:
        """Whether it changes something, and so is a form."""
        return self.fields is not None


class Part:
    """One thing that stands in threads besides posts. A part overrides what it adds; nothing is added otherwise."""

    def below_head(self, visit: Visit) -> Iterable[SafeString]:
        """Return what stands between the head and the posts, each a `section` with a heading of level 2."""
        return ()

    def beside(self, visit: Visit, posts: Sequence[Any]) -> dict[int, SafeString]:
        """Return, by the post's id, what stands below the text of these posts (each has `pk`, `number`, `created_at`)."""
        return {}

    def thread_acts(self, visit: Visit) -> Iterable[Act]:
        """Return lines for the menu of the thread. It is drawn with every page: ask the database for nothing here."""
        return ()

    def post_acts(self, visit: Visit, post: Post) -> Iterable[Act]:
        """Return lines for the menu of a post, asked when somebody opens it; `post` stands and may be read."""
        return ()


@cache
def parts() -> tuple[Part, ...]:
    """Return the parts of the table, in the order in which they stand on the page."""
    table: tuple[Part, ...] = import_string(settings.THREAD_PARTS)
    return table


def below_head(visit: Visit) -> list[SafeString]:
    """Return everything that parts put between the head and the posts."""
    return [shown for part in parts() for shown in part.below_head(visit)]


def beside(visit: Visit, posts: Sequence[Any]) -> dict[int, str]:
    """Return, by the post's id, everything that parts put below its text."""
    found: dict[int, str] = {}
    for part in parts():
        for pk, shown in part.beside(visit, posts).items():
            found[pk] = found.get(pk, "") + shown
    return found


def thread_acts(visit: Visit) -> list[Act]:
    """Return the lines that parts add to the thread's menu."""
    return [act for part in parts() for act in part.thread_acts(visit)]


def post_acts(visit: Visit, post: Post) -> list[Act]:
    """Return the lines that parts add to a post's menu."""
    return [act for part in parts() for act in part.post_acts(visit, post)]
