"""What a person was told, and what search finds."""

from datetime import datetime

from ninja import Field, Schema

from api.shapes.common import Id, absolute
from notifications.models import Notice
from notifications.services import Rendered
from search.services import Hit


class NoticeOut(Schema):
    """Something that concerns the token's owner."""

    id: int
    kind: str
    text: str = Field(description="In the owner's language, as the page of notifications says it.")
    url: str
    created_at: datetime
    read: bool

    @classmethod
    def of(cls, notice: Notice, words: Rendered) -> "NoticeOut":
        """Return a notice its reader may see."""
        return cls(
            id=notice.pk,
            kind=notice.kind,
            text=words.text,
            url=absolute(words.url),
            created_at=notice.created_at,
            read=notice.read_at is not None,
        )


class ReadIn(Schema):
    """Which notices to mark read."""

    ids: list[Id] | None = Field(None, max_length=500, description="Their ids; all of them without any.")


class Marked(Schema):
    """What marking did."""

    marked: int = Field(description="How many were unread before.")


class HitOut(Schema):
    """One thing found."""

    kind: str
    title: str
    url: str
    excerpt: str
    where: str
    byline: str = Field(description="Who said it, as far as the owner is told.")
    page: int | None = Field(description="Of a document: the page on which the words stand.")
    at: datetime | None

    @classmethod
    def of(cls, hit: Hit) -> "HitOut":
        """Return what was found."""
        shown = hit.shown
        return cls(
            kind=hit.kind.value,
            title=shown.title,
            url=absolute(shown.url),
            excerpt=hit.excerpt,
            where=str(shown.where),
            byline=shown.byline,
            page=shown.page,
            at=hit.at,
        )


class Hits(Schema):
    """One page of what was found, the best first."""

    items: list[HitOut]
    counts: dict[str, int] = Field(description="How many there are of each kind, whatever `kind` narrows the page to.")
    at_least: bool = Field(
        False,
        description="Whether counts are lower bounds: of more than a thousand not all are counted, and not every kind.",
    )
    bounded: bool = Field(
        False,
        description="Whether the list holds only those that came to the site last. Narrow the search to find others.",
    )
    next: str | None = Field(None, description="The cursor of the next page; null on the last one.")
