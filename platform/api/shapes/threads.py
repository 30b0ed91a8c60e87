"""Threads and posts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from django.utils.translation import gettext as _
from ninja import Field, Schema
from pydantic import AfterValidator

from api.shapes.common import Moment, Speaker, absolute
from core.errors import DomainError
from discussions import mentions
from discussions.filling import Texts
from discussions.models import Post, Thread
from discussions.models.post import BODY_LENGTH
from discussions.models.thread import TITLE_LENGTH
from discussions.services.writing import clean_body, clean_title
from groups.bylines import Byline

Number = Annotated[int, Field(ge=1, le=2**31 - 1)]


def _title(text: str) -> str:
    try:
        return clean_title(text)
    except DomainError as refusal:
        raise ValueError(refusal.message) from refusal


def _body(text: str) -> str:
    try:
        return clean_body(text)
    except DomainError as refusal:
        raise ValueError(refusal.message) from refusal


Title = Annotated[str, Field(min_length=1, max_length=TITLE_LENGTH), AfterValidator(_title)]
Body = Annotated[
    str,
    Field(min_length=1, max_length=BODY_LENGTH, description="Markdown. `@Name` names a participant."),
    AfterValidator(_body),
]
Organisation = Annotated[
    int | None,
    Field(ge=1, le=2**63 - 1, description="The id of the organisation to speak for; needed with several only."),
]


class Closed(Schema):
    """How a thread ended."""

    at: datetime
    conclusion: str


class ThreadOut(Schema):
    """A thread."""

    id: int
    url: str
    title: str
    kind: str = Field(description="discussion, question, announcement or consultation")
    by: Speaker = Field(description="Who started it.")
    created_at: datetime
    last_number: int = Field(description="The number of its last post.")
    last_post_at: datetime
    pinned: bool
    open_until: datetime | None = Field(description="The end of a consultation.")
    closed: Closed | None
    version: int = Field(description="The version that `ETag` says too.")

    @classmethod
    def of(cls, thread: Thread, byline: Byline, names: Mapping[int, str]) -> "ThreadOut":
        """Return a thread that came through its door."""
        closed = None
        if thread.closed_at is not None:
            closed = Closed(at=thread.closed_at, conclusion=readable(thread.conclusion, names))
        return cls(
            id=thread.pk,
            url=absolute(thread.get_absolute_url()),
            title=thread.title,
            kind=thread.kind,
            by=Speaker.of(byline),
            created_at=thread.created_at,
            last_number=thread.last_number,
            last_post_at=thread.last_post_at,
            pinned=thread.pinned,
            open_until=thread.open_until,
            closed=closed,
            version=thread.version,
        )


class PostOut(Schema):
    """A post. Of a deleted one the number is left, and its text is empty."""

    number: int
    url: str
    by: Speaker
    body: str = Field(description="Markdown, with the names of those it mentions whom the owner may know.")
    html: str = Field(description="The same, rendered: safe to show.")
    created_at: datetime
    edited_at: datetime | None
    reply_to: int | None = Field(description="The number of the post it answers.")
    deleted: bool
    moved_to: str | None = Field(description="Where the post stands now that had this number; its text is there.")
    version: int = Field(description="The version that `ETag` says too.")

    @classmethod
    def of(cls, post: Post, texts: Texts, *, answers: int | None) -> "PostOut":
        """Return a post of a thread that came through its door."""
        moved_to = texts.moved_to(post)
        return cls(
            number=post.number,
            url=absolute(post.get_absolute_url()),
            by=Speaker.of(texts.voices.of(post)),
            body=texts.source(post),
            html=str(texts.of(post)),
            created_at=post.created_at,
            edited_at=post.edited_at,
            reply_to=answers,
            deleted=post.is_deleted,
            moved_to=absolute(moved_to) if moved_to else None,
            version=post.version,
        )


def readable(text: str, names: Mapping[int, str]) -> str:
    """Return Markdown with names in the place of ids, of those only whom the reader may know."""
    return mentions.replaced(text, names, _("a participant"))


class ThreadIn(Schema):
    """A new thread, with its first post."""

    title: Title
    body: Body
    kind: Literal["discussion", "question", "announcement", "consultation"] = "discussion"
    open_until: Moment | None = Field(None, description="The end of a consultation, with its zone.")
    organisation: Organisation = None


class ThreadChange(Schema):
    """A thread's new title, and of a consultation the new end; what is left out stays."""

    title: Title | None = None
    open_until: Moment | None = None


class Conclusion(Schema):
    """What a thread came to."""

    conclusion: Annotated[str, Field(min_length=1, max_length=4_000, description="Markdown.")]


class PostIn(Schema):
    """A new post."""

    body: Body
    reply_to: Number | None = Field(None, description="The number of the post it answers.")
    organisation: Organisation = None


class PostChange(Schema):
    """The new text of one's own post."""

    body: Body
