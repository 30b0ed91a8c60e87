"""Threads and posts, in the order in which they were written across all groups, and how far people have read."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from django.utils import formats, translation

from discussions import services
from discussions.models import Kind, Post, Thread
from portal.demo import reader
from portal.demo.build import additions, asked
from portal.demo.build.site import Site, backdate, key
from portal.demo.people import PEOPLE

MARK = re.compile(r"\{(?P<kind>date|mention|document):(?P<what>[^}]+)\}")
NAMES = {person.key: person.name for person in PEOPLE}
DAYS = {"es": r"j \d\e F", "en": "j F", "fr": "j F", "ar": "j F"}
# Who signs in has read what is this many days old; the rest is new to them.
READ_UNTIL = {"marta": 3, "joao": 5}


def build(site: Site) -> None:
    """Write everything, ask what is asked, close what is closed, and set the marks of those who sign in."""
    made: dict[str, Thread] = {}
    posts: dict[tuple[str, int], Post] = {}
    words = [(post.at.before(site.today), thread, post) for thread in reader.threads() for post in thread.posts]
    for at, thread, post in sorted(words, key=lambda word: (word[0], word[1].group, word[1].key)):
        name = f"{thread.group}/{thread.key}"
        body = resolved(site, post.body, thread.lang)
        if post.number == 1:
            made[name] = services.start_thread(
                site.groups[thread.group],
                by=site.capacity(post.author),
                title=thread.title,
                body=body,
                kind=thread.kind,
                open_until=_end(site.today, thread),
                key=key("post", name, 1),
                at=at,
            )
            posts[name, 1] = made[name].posts.get()
        else:
            posts[name, post.number] = services.post(
                made[name],
                by=site.capacity(post.author),
                body=body,
                key=key("post", name, post.number),
                reply_to=posts[name, post.answers] if post.answers else None,
                at=at,
            )
        _turn(site, thread, post, posts[name, post.number])
    asked.build(site, made)
    for thread in reader.threads():
        _finish(site, thread, made[f"{thread.group}/{thread.key}"])
    additions.build(site, made, posts)


def resolved(site: Site, text: str, language: str) -> str:
    """Return the text with its dates, names and addresses of documents."""

    def fill(mark: re.Match[str]) -> str:
        what = mark["what"]
        if mark["kind"] == "date":
            with translation.override(language):
                return formats.date_format(site.today + timedelta(days=int(what)), DAYS[language])
        if mark["kind"] == "mention":
            return f"@{NAMES[what]}"
        document = site.documents[what]
        return f"/groups/{document.group.slug}/documents/{document.pk}/"

    return MARK.sub(fill, text)


def _turn(site: Site, thread: reader.Thread, post: reader.Post, row: Post) -> None:
    """Change the post or take it back, as its author did."""
    by = site.capacity(post.author)
    for at, text in post.edits:
        row = services.edit_post(row, by=by, body=resolved(site, text, thread.lang), base=row.version)
        backdate(row, edited_at=at.before(site.today))
        backdate(row.versions.get(number=row.version), created_at=row.edited_at)
    if post.deleted:
        backdate(services.delete_post(row, by=by), deleted_at=post.deleted.before(site.today))


def _end(today: date, thread: reader.Thread) -> datetime | None:
    """Return until when a consultation is open; one that is closed by now ends when it was closed, see `_finish`."""
    if thread.kind != Kind.CONSULTATION:
        return None
    return datetime.combine(today + timedelta(days=thread.until or 1), time(20), UTC)


def _finish(site: Site, thread: reader.Thread, row: Thread) -> None:
    group = next(one for one in reader.groups() if one.key == thread.group)
    if thread.pinned:
        services.pin(row, by=site.lead_of(group))
    if thread.closed:
        moment, _, person = thread.closed.rpartition(" ")
        closed = services.close_thread(row, by=site.capacity(person), conclusion=thread.conclusion)
        at = reader.Moment.read(moment).before(site.today)
        backdate(closed, closed_at=at, open_until=at if closed.open_until else None)
    for person, days in READ_UNTIL.items():
        if any(person in member.people for member in group.members):
            number = max((post.number for post in thread.posts if post.at.days >= days), default=0)
            services.mark_read(row, user=site.people[person], number=number)
