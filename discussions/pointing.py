"""Addresses of this site in texts, shown with the titles of what they lead to: to each reader what they may read.

An address that leads to nothing they may read stays the address it is: it tells nothing that its writer did not.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.html import format_html

from discussions.models import Thread
from groups.documents.models import Document

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

MOST = 200
"""Addresses on one page that are looked up; any further stay as they are."""

Titles = Mapping[tuple[str, int], tuple[str, str]]
"""Title and group's name in addresses, by what it is (`documents`, `threads`) and its id."""


@cache
def _pattern(site: str) -> re.Pattern[str]:
    """Find a link that bears its own address, or the bare address in running text, and step over whatever else has one."""
    address = (
        rf"{re.escape(site)}/groups/([\w-]{{1,80}})/(documents|threads)/(\d{{1,18}})/(?![\w/])(?:[?#][^\s<>\"]*)?"
    )
    bare = address.replace("(", "(?:", 1).replace("(documents", "(?:documents").replace(r"(\d", r"(?:\d")
    own = rf'<a href="(?P<href>{bare})"[^>]*>(?P=href)</a>'
    return re.compile(rf"{own}|<(?P<tag>a|code|pre)\b.*?</(?P=tag)>|<[^>]*>|(?P<bare>{bare})", re.DOTALL)


@cache
def _parts(site: str) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(site)}/groups/([\w-]{{1,80}})/(documents|threads)/(\d{{1,18}})/")


def titles_in(htmls: Iterable[str], user: "User | AnonymousUser") -> Titles:
    """Return what addresses in these texts lead to that the reader may read: two queries, none where there are no addresses."""
    site = settings.SITE_URL
    named = {
        (kind, int(pk))
        for html in htmls
        if f"{site}/groups/" in html
        for _slug, kind, pk in _parts(site).findall(html)
    }
    wanted = {kind: sorted(pk for one, pk in named if one == kind)[:MOST] for kind in ("documents", "threads")}
    found: dict[tuple[str, int], tuple[str, str]] = {}
    if wanted["documents"]:
        rows = Document.objects.visible_to(user).filter(pk__in=wanted["documents"])
        found |= {
            ("documents", pk): (title, slug) for pk, title, slug in rows.values_list("pk", "title", "group__slug")
        }
    if wanted["threads"]:
        threads = Thread.objects.visible_to(user).filter(pk__in=wanted["threads"])
        found |= {
            ("threads", pk): (title, slug) for pk, title, slug in threads.values_list("pk", "title", "group__slug")
        }
    return found


def with_titles(html: str, titles: Titles) -> str:
    """Return rendered HTML in which addresses that stand for themselves read as the titles of what they lead to."""
    site = settings.SITE_URL
    if not titles or f"{site}/groups/" not in html:
        return html

    def shown(found: re.Match[str]) -> str:
        address = found["href"] or found["bare"]
        parts = _parts(site).match(address) if address else None
        if parts is None or (known := titles.get((parts[2], int(parts[3])))) is None or known[1] != parts[1]:
            return found[0]
        # The address is HTML already: it was taken from what `markdown.render` made, where a quotation mark ends it.
        return f'<a href="{address}">' + format_html("<bdi>{}</bdi></a>", known[0])

    return _pattern(site).sub(shown, html)
