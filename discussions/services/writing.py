"""Turning what somebody typed into what is kept."""

import hashlib
from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _

from core import markdown
from core.errors import DomainError
from discussions import mentions
from discussions.models.post import BODY_LENGTH
from discussions.models.thread import TITLE_LENGTH


class BadText(DomainError):
    """The text cannot be kept as it is."""

    code = "bad_text"


def clean_body(body: str) -> str:
    """Return the body without control characters; refuse an empty one and one that is too long."""
    body = markdown.clean(body).strip("\n")
    if not body.strip():
        raise BadText(_("Write something first."))
    if len(body) > BODY_LENGTH:
        raise BadText(
            _("Use at most %(limit)d characters; this has %(count)d.") % {"limit": BODY_LENGTH, "count": len(body)}
        )
    return body


def clean_title(title: str) -> str:
    """Return the title on one line; refuse an empty one and one that is too long."""
    title = " ".join(markdown.clean(title).split())
    if not title:
        raise BadText(_("Give the thread a title."))
    if len(title) > TITLE_LENGTH:
        raise BadText(
            _("Use at most %(limit)d characters; this has %(count)d.") % {"limit": TITLE_LENGTH, "count": len(title)}
        )
    return title


def digest(*parts: object) -> str:
    """Return the fingerprint of what was sent under a key."""
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).hexdigest()


def written(
    body: str, people: Callable[[], Iterable[mentions.Person]], *, also: Iterable[mentions.Person] = ()
) -> tuple[str, str, list[int]]:
    """Return the text with its mentions resolved, its HTML, and the ids of those it mentions.

    `people` tells who can be named there; it is asked only if the text may name somebody.
    """
    if "@" in body:
        named = {person.id: person for person in also} | {person.id: person for person in people()}
        body = mentions.resolve(body, named.values())
    html = markdown.render(body)
    return body, html, sorted(markdown.people_in([html]))
