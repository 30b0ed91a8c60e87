"""Texts as one reader sees them: with the names of those they mention, and with who said it above what they quote."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core import markdown, quotations
from discussions import mentions
from discussions.models import Post
from discussions.pointing import Titles, titles_in, with_titles
from discussions.signs import said_on
from discussions.voices import Columns, Said, Voices
from groups.documents.models.reach import reach_of
from groups.standing import Standing


class Reference(NamedTuple):
    """A post that is spoken of on a page it does not stand on: one that was moved, quoted, or answered from elsewhere."""

    pk: int
    number: int
    thread_id: int
    created_at: datetime
    deleted_at: datetime | None
    attribution: int
    author_id: int
    organisation_id: int | None
    function: str
    title: str
    thread_attribution: int
    name: str
    organisation: str | None
    listing: str | None
    slug: str | None
    status: str | None

    @property
    def veil(self) -> int:
        """The rule of attribution that holds for it."""
        return max(self.attribution, self.thread_attribution)

    @property
    def columns(self) -> Columns:
        """The names that came along."""
        return Columns(self.name, self.organisation, self.listing, self.slug, self.status)


REFERENCE = (
    *Reference._fields[:9],
    *"thread__title thread__attribution author__name organisation__name".split(),
    *"organisation__listing organisation__slug organisation__status".split(),
)


def references_to(wanted: set[int], standing: Standing) -> dict[int, Reference]:
    """Return those of these posts of the group whose threads reach the reader, by their ids: one query, none for no posts."""
    if not wanted:
        return {}
    found = Post.objects.filter(pk__in=wanted, thread__group=standing.group.pk, moved_to=None)
    found = found.filter(thread__reach__lte=reach_of(standing))
    if start := standing.history_from:
        found = found.filter(Q(thread__document=None) | Q(thread__document__created_at__gte=start))
    return {row[0]: Reference(*row) for row in found.values_list(*REFERENCE)}


def spelled(text: str, references: Mapping[int, Reference], since: datetime | None) -> str:
    """Return a post's source with numbers for the posts it quotes, without what it quotes of those its reader may not read."""

    def label(pk: int) -> str | None:
        one = references.get(pk)
        return f"#{one.number}" if one and (since is None or one.created_at >= since) else None

    return quotations.replaced(text, label)


def filler(
    voices: Voices,
    references: dict[int, Reference],
    may_read: Callable[[datetime], bool],
    name: Callable[[Reference], str],
    url: Callable[[Reference], str],
    titles: Titles,
) -> Callable[[str, int], SafeString]:
    """Return the function that puts names, titles and heads of quotations into a rendered text, by its rule of attribution."""
    unknown = _("a participant")

    def head(pk: int) -> tuple[str, bool]:
        one = references.get(pk)
        if one is None:
            return f'<p class="quote__by">{_("From a post that is not here")}</p>', False
        if not may_read(one.created_at):
            return f'<p class="quote__by">{_("A passage from before you joined")}</p>', False
        if one.deleted_at:
            return f'<p class="quote__by">{_("From a post that was deleted since")}</p>', True
        linked = format_html(
            '<p class="quote__by"><a href="{}">#{} <bdi>{}</bdi></a></p>', url(one), one.number, name(one)
        )
        return linked, True

    def filled(html: str, veil: int) -> SafeString:
        text = markdown.fill(with_titles(html, titles), voices.names_under(veil), unknown)
        if "data-quote" not in html:
            return text
        return mark_safe(markdown.fill_quotes(text, head))  # noqa: S308 - sanitised by render(), heads escaped above

    return filled


class Texts:
    """The posts given, of one thread or several of a group, as one reader sees them: their bylines and their filled texts."""

    def __init__(self, posts: Sequence[Post], standing: Standing, *, titled: bool = True) -> None:
        """Take posts whose threads are loaded; a fixed number of queries. Unless `titled`, addresses stay addresses."""
        htmls = [post.html for post in posts]
        wanted = markdown.quoted_in(htmls) | {post.moved_to_id for post in posts if post.moved_to_id}
        self._references = references = references_to(wanted, standing)
        said = [Said.of(post) for post in posts]
        said += [self._referred(one, standing) for one in references.values()]
        said += [one for post in posts for one in said_on(post.signs, post.veil, standing.group.pk)]
        self.voices = Voices(standing, said, mentioned=markdown.people_in(htmls))
        self._start, self._at = standing.history_from, f"{standing.group.get_absolute_url()}threads/"
        self._filled = filler(
            self.voices,
            references,
            self._may_read,
            lambda one: self.voices.of(self._referred(one, standing)).label,
            self._address,
            titles_in(htmls, standing.user) if titled else {},
        )

    def _may_read(self, moment: datetime) -> bool:
        return self._start is None or moment >= self._start

    def _address(self, one: Reference) -> str:
        return f"{self._at}{one.thread_id}/?post={one.number}#post-{one.number}"

    @staticmethod
    def _referred(one: Reference, standing: Standing) -> Said:
        return Said(one.author_id, one.organisation_id, one.function, one.veil, standing.group.pk)

    def of(self, post: Post) -> SafeString:
        """Return the text of one of the posts as HTML."""
        return self._filled(post.html, post.veil)

    def source(self, post: Post) -> str:
        """Return the text of one of the posts as Markdown: names for people, numbers for the posts it quotes."""
        names = self.voices.names_under(post.veil)
        return mentions.replaced(spelled(post.body, self._references, self._start), names, _("a participant"))

    def moved_to(self, post: Post) -> str:
        """Return where a post that was moved away stands now, empty for one that stands where it is."""
        one = self._references.get(post.moved_to_id or 0)
        return self._address(one) if one else ""
