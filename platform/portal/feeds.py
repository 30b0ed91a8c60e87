"""What stands open to everybody, as feeds: groups, threads, documents and publications, as a visitor reads them, whoever asks."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext as _

from core import markdown
from discussions import mentions
from discussions.models import Kind, Post, Thread
from groups.bylines import bylines_for
from groups.clearance.models import Publication
from groups.documents.models import Document
from groups.models import Group

MOST = 30
# What XML cannot say, however it is escaped.
UNSAYABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
VISITOR = AnonymousUser()


@dataclass(frozen=True)
class Entry:
    """One thing that is new: plain words, escaped when they are written."""

    title: str
    path: str
    at: datetime
    by: str = ""
    text: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Feed:
    """What a reader's program fetches, and when it last changed."""

    body: bytes
    changed: datetime | None


def site_feed() -> Feed:
    """Return what is new on the site for everybody: a fixed number of queries."""
    readable = Group.objects.readable_by(VISITOR)
    groups = Group.objects.visible_to(VISITOR).order_by("-created_at", "-pk")[:MOST]
    entries = [
        *_groups(groups),
        *_threads(readable),
        *_documents(readable),
        *_publications(Group.objects.visible_to(VISITOR)),
    ]
    return _feed(settings.SITE_NAME, "/", "/feed/", _("New groups, threads and documents"), entries)


def group_feed(group: Group) -> Feed:
    """Return what is new in one group that everybody may read."""
    only = Group.objects.filter(pk=group.pk)
    path = group.get_absolute_url()
    entries = [*_threads(only), *_documents(only), *_publications(only)]
    return _feed(group.name, path, f"{path}feed/", group.summary, entries)


def _groups(groups: Iterable[Group]) -> Iterator[Entry]:
    for group in groups:
        yield Entry(group.name, group.get_absolute_url(), group.created_at, text=group.summary, kind=_("Group"))


def _threads(groups: "QuerySet[Group]") -> Iterator[Entry]:
    rows = (
        Thread.objects.within_reach(VISITOR)
        .filter(group__in=groups)
        .select_related("group")
        .order_by("-created_at", "-pk")
    )
    threads = list(rows[:MOST])
    first = {
        post.thread_id: post
        for post in Post.objects.standing()
        .filter(thread__in=threads, number=1, moved_to=None)
        .select_related("thread")
    }
    for thread, byline in zip(threads, bylines_for(threads, VISITOR), strict=True):
        post = first.get(thread.pk)
        words = mentions.replaced(post.own_words, {}, _("a participant")) if post else ""
        yield Entry(
            thread.title,
            thread.get_absolute_url(),
            thread.created_at,
            by=str(byline),
            text=markdown.excerpt(words) if words else "",
            kind=str(Kind(thread.kind).label),
        )


def _documents(groups: "QuerySet[Group]") -> Iterator[Entry]:
    rows = (
        Document.objects.present().within_reach(VISITOR).filter(group__in=groups).for_display().select_related("group")
    )
    documents = list(rows.order_by("-changed_at", "-pk")[:MOST])
    latest = [one.latest for one in documents if one.latest]
    for document, version, byline in zip(documents, latest, bylines_for(latest, VISITOR), strict=True):
        yield Entry(
            document.title,
            document.get_absolute_url(),
            document.changed_at,
            by=str(byline),
            text=version.note,
            kind=_("Document"),
        )


def _publications(groups: "QuerySet[Group]") -> Iterator[Entry]:
    """Tell of what was published, as a visitor reads it: also of a group whose library is its members' own."""
    rows = Publication.objects.standing().visible_to(VISITOR).filter(group__in=groups).for_display()
    for one in rows[:MOST]:
        yield Entry(
            one.title,
            one.get_absolute_url(),
            one.created_at,
            by=one.authors,
            text=one.summary,
            kind=_("Publication"),
        )


def _feed(title: str, path: str, own: str, about: str, entries: Iterable[Entry]) -> Feed:
    shown = sorted(entries, key=lambda entry: entry.at, reverse=True)[:MOST]
    feed = _Atom(
        title=_sayable(title),
        link=settings.SITE_URL + path,
        description=_sayable(about),
        subtitle=_sayable(about),
        feed_url=settings.SITE_URL + own,
        language=settings.LANGUAGE_CODE,
    )
    for entry in shown:
        feed.add_item(
            title=_sayable(entry.title),
            link=settings.SITE_URL + entry.path,
            # A summary is read as HTML, and these are plain words.
            description=escape(_sayable(entry.text)),
            unique_id=settings.SITE_URL + entry.path,
            pubdate=entry.at,
            updateddate=entry.at,
            author_name=_sayable(entry.by) or None,
            categories=[_sayable(entry.kind)],
        )
    return Feed(feed.writeString("utf-8").encode(), shown[0].at if shown else None)


class _Atom(Atom1Feed):
    """An Atom feed that says when what it tells of changed, not when it was asked: the same content is the same bytes."""

    def latest_post_date(self) -> datetime:
        """Return the newest moment; of an empty feed the beginning of time, which never changes."""
        dates = [item["updateddate"] for item in self.items]
        return max(dates) if dates else datetime(1970, 1, 1, tzinfo=UTC)


def _sayable(text: str) -> str:
    return UNSAYABLE.sub("", markdown.clean(text))
