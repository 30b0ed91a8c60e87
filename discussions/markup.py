"""The HTML of posts. It stands here and not in a template because it is written twenty times a page: as a template's loop
it costs more than everything else of the page together (`script/bench pages` measures it). Everything that comes from
people goes through `escape`; a post's text was made safe when it was saved, and what says where it was copied from when it
was written.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core.listing import between
from core.templatetags.looks import icon
from discussions.signs import Sign
from groups.bylines import Byline

NOBODY = Byline(0, None, "", None, "")


@dataclass(slots=True)
class Row:
    """One post as its reader sees it."""

    number: int
    css: str
    voice: Byline = NOBODY
    body: str = ""  # HTML
    time: str = ""  # HTML
    key: str = ""
    edited: str = ""
    gone: str = ""  # what stands there instead of words
    may_see_why: bool = False
    folded: bool = False
    to: int = 0
    to_name: str = ""
    to_url: str = ""
    to_thread: str = ""
    copied: str = ""  # HTML
    is_first_unread: bool = False
    beside: str = ""  # HTML
    signs: Sequence[Sign] = ()
    has_menu: bool = False


class Words:
    """The few words around posts, looked up once a page."""

    def __init__(self) -> None:
        self.reply, self.edited, self.more = _("Reply"), _("Edited"), _("More")
        self.more_icon = icon("more")
        self.answers, self.speaks_for = _("In reply to"), _("for")
        self.muted = _("Words of somebody you muted")
        self.why = _("What it said, and why")
        self.new = _("New since your last visit")
        self.comma = between()


def posts(
    rows: Iterable[Row],
    *,
    here: str,
    page: int,
    may_answer: bool,
    may_react: bool,
    traces: Mapping[int, Sequence[SafeString]],
) -> SafeString:
    """Return the articles of a page of the thread at `here`, with the line above the first unread one.

    `traces` are the lines that say what was done to the thread, by the number of the post below which they stand.
    """
    words = Words()
    heads: dict[Byline, str] = {}  # a few voices write most of a page
    parts = []
    for row in rows:
        if row.is_first_unread:
            parts.append(f'<p class="unread-line" id="unread">{words.new}</p>')
        if row.gone:
            parts.append(_tombstone(row, words, here))
        else:
            if (head := heads.get(row.voice)) is None:
                head = heads[row.voice] = _head(row.voice, words)
            parts.append(_article(row, head, words, here, page if may_answer else 0, may_react=may_react))
        parts += [f'<div class="trace">{line}</div>' for line in traces.get(row.number, ())]
    return mark_safe("\n".join(parts))  # noqa: S308 - every part is escaped below


def _why(row: Row, words: Words, here: str) -> str:
    return f' <a href="{here}posts/{row.number}/hidden/">{words.why}</a>' if row.may_see_why else ""


def _tombstone(row: Row, words: Words, here: str) -> str:
    n = row.number
    return (
        f'<article class="{row.css}" id="post-{n}" data-number="{n}"><p>'
        f'<a class="post__number" href="#post-{n}">#{n}</a> {conditional_escape(row.gone)}{_why(row, words, here)}</p></article>'
    )


def _head(voice: Byline, words: Words) -> str:
    org = "" if voice.name else " avatar--org"
    return (
        f'<span class="avatar hue-{voice.person_id % 10 if voice.name else 0}{org}" aria-hidden="true">'
        f"{escape(voice.initials)}</span>"
        f'<header class="post__head"><span class="person"><span class="person__text">{_person(voice, words)}</span></span>'
    )


def _article(row: Row, head: str, words: Words, here: str, page: int, *, may_react: bool) -> str:
    n = row.number
    key = f' data-key="{row.key}"' if row.key else ""
    return (
        f'<article class="{row.css}" id="post-{n}" data-number="{n}"{key}>{head}'
        f'<span class="post__when">{row.time}<a class="post__number" href="{here}?post={n}#post-{n}">#{n}</a></span></header>'
        f"{_answered(row, words, here)}{_copied(row)}{_body(row, words)}"
        f"{_beside(row)}{_signs(row, here, may_react=may_react)}{_acts(row, words, here, page)}</article>"
    )


def _body(row: Row, words: Words) -> str:
    body = f'<div class="post__body prose" dir="auto">{row.body}</div>'
    return f'<details class="post__folded"><summary>{words.muted}</summary>{body}</details>' if row.folded else body


def _person(voice: Byline, words: Words) -> str:
    organisation, function = escape(voice.organisation), escape(voice.function)
    if not voice.name:
        return (
            f'<span class="person__name" dir="auto">{organisation}</span>'
            f'<span class="person__for" dir="auto">{function}</span>'
        )
    name = escape(voice.name)
    person = (
        f'<a class="person__name" href="{voice.url}" dir="auto">{name}</a>'
        if voice.url
        else f'<span class="person__name" dir="auto">{name}</span>'
    )
    parts = [f"<bdi>{function}</bdi>"] if function else []
    if organisation:
        parts.append(f"{words.speaks_for} <bdi>{organisation}</bdi>")
    return f'{person}<span class="person__for">{words.comma.join(parts)}</span>'


def _answered(row: Row, words: Words, here: str) -> str:
    if row.to:
        url = escape(row.to_url) or f"{here}?post={row.to}#post-{row.to}"
        place = f" “<bdi>{escape(row.to_thread)}</bdi>”" if row.to_thread else ""
        return f'<p class="post__to">{words.answers} <a href="{url}">#{row.to} <bdi>{escape(row.to_name)}</bdi>{place}</a></p>'
    return f'<p class="post__to">{words.answers} {escape(row.to_name)}</p>' if row.to_name else ""


def _copied(row: Row) -> str:
    return f'<p class="post__to">{row.copied}</p>' if row.copied else ""


def _beside(row: Row) -> str:
    return f'<div class="post__beside">{row.beside}</div>' if row.beside else ""


def _signs(row: Row, here: str, *, may_react: bool) -> str:
    return signs(row.signs, f"{here}posts/{row.number}/react/", may_react=may_react) if row.signs else ""


def signs(given: Iterable[Sign], url: str, *, may_react: bool) -> SafeString:
    """Return the signs below a post; each is a switch of the form `acts` for who may react, which sends to `url`."""
    buttons = "".join(_sign(sign, url, may_react=may_react) for sign in given)
    return mark_safe(f'<div class="post__signs">{buttons}</div>')  # noqa: S308 - escaped below


def _sign(sign: Sign, url: str, *, may_react: bool) -> str:
    label = escape(sign.label)
    spoken = f'<span class="visually-hidden"> {label}</span>'
    shown = f'title="{label}"><span aria-hidden="true">{sign.emoji}</span> {sign.count}{spoken}'
    if not may_react:
        return f'<span class="sign" {shown}</span>'
    name, own = ("off", "true") if sign.is_own else ("on", "false")
    button = f'form="acts" formaction="{url}" name="{name}" value="{sign.emoji}" aria-pressed="{own}"'
    return f'<button class="sign" {button} {shown}</button>'


def _acts(row: Row, words: Words, here: str, page: int) -> str:
    n = row.number
    acts = []
    if page:
        acts.append(_act(f"{here}?page={page}&amp;reply={n}#answer", words.reply, n, f' data-reply="{n}"'))
    if row.edited:
        acts.append(_act(f"{here}posts/{n}/history/", words.edited, n, f' title="{escape(row.edited)}"'))
    if row.has_menu:
        acts.append(
            f'<a class="btn btn--quiet btn--small btn--icon post__more" href="{here}posts/{n}/" data-more'
            f' aria-label="{words.more} #{n}">{words.more_icon}</a>'
        )
    return f'<footer class="post__acts">{"".join(acts)}</footer>' if acts else ""


def _act(href: str, word: str, number: int, more: str = "") -> str:
    return (
        f'<a class="btn btn--quiet btn--small" href="{href}"{more}>{word}'
        f'<span class="visually-hidden"> #{number}</span></a>'
    )


def page_links(links: Iterable[tuple[int, str, bool]], *, here: str, current: int) -> SafeString:
    """Return the row of pages, each its number, the numbers of its posts, and whether pages before it are left out."""
    address = escape(here)
    return mark_safe(  # noqa: S308 - numbers, and an address that is escaped
        "".join(
            f"{'<li aria-hidden="true">…</li>' * gap}<li>"
            + (
                f'<span class="here" aria-current="page">{label}</span>'
                if page == current
                else f'<a href="{address}?page={page}">{label}</a>'
            )
            + "</li>"
            for page, label, gap in links
        )
    )
