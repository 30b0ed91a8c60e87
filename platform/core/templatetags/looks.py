"""The smallest parts of a page, as tags: on a long page they cost a tenth of an include."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.base import FilterExpression, Parser, Token
from django.templatetags.static import static
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from core.listing import between

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str, *, flip: bool = False) -> SafeString:
    """Draw a symbol of `static/img/icons.svg`, beside a text that says the same.

    `flip` turns an arrow round in right-to-left pages.
    """
    return format_html(
        '<svg class="icon{}" width="20" height="20" aria-hidden="true"><use href="{}#{}"></use></svg>',
        " icon--flip" if flip else "",
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def built(name: str) -> str:
    """Return the address of a script that is bundled at set-up; nothing where it could not be: pages have a plain form."""
    path = f"built/{name}"
    try:
        return static(path) if settings.COLLECTED or finders.find(path) else ""
    except ValueError:  # what was collected has no such file
        return ""


@register.simple_tag
def comma() -> str:
    """Return what stands between two names or roles in the reader's language."""
    return between()


@register.simple_tag
def moment(at: datetime, *, long: bool = False) -> SafeString:
    """Write a moment in the reader's zone: the day alone, or (`long`) with the time.

    For the last day the script of the site turns the day into "5 min. ago"; the title always says it in full.
    """
    return _moment(at, long, timezone.get_current_timezone_name(), get_language())


def moment_writer() -> Callable[[datetime], SafeString]:
    """Return `moment` for many rows of one page: the reader's zone and language are looked up once."""
    zone, language = timezone.get_current_timezone_name(), get_language()
    return lambda at: _moment(at, False, zone, language)


@lru_cache(maxsize=4096)
def _moment(at: datetime, long: bool, zone: str, language: str | None) -> SafeString:
    """Remember what was written for the same moment, zone and language: readers of one page share it."""
    local = timezone.localtime(at)
    full = date_format(local, "j F Y, H:i")
    return format_html(
        '<time datetime="{}" title="{}"{}>{}</time>',
        local.astimezone(UTC).isoformat(timespec="seconds"),
        full,
        SafeString("" if long else " data-relative"),
        full if long else date_format(local, "j M Y"),
    )


# --- What is the same for many readers ----------------------------------------------------------------------------

# A part of the frame has a handful of variants; more would mean that something of one reader is among its conditions.
MOST_VARIANTS = 256


class RememberedNode(template.Node):
    """Its content, written once for each language and value of its conditions, and kept in this process."""

    def __init__(self, nodelist: template.NodeList, conditions: list[FilterExpression]) -> None:
        self.nodelist = nodelist
        self.conditions = conditions
        self.kept: dict[tuple[object, ...], SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        """Return what was written for these conditions, or write it now."""
        conditions = (str(one.resolve(context, ignore_failures=True)) for one in self.conditions)
        variant = (get_language(), get_script_prefix(), *conditions)
        if (written := self.kept.get(variant)) is None:
            if len(self.kept) >= MOST_VARIANTS:
                self.kept.clear()
            written = self.kept[variant] = self.nodelist.render(context)
        return written


@register.tag
def remembered(parser: Parser, token: Token) -> RememberedNode:
    """Write what stands between `{% remembered condition ... %}` and `{% endremembered %}` once for all readers.

    It may depend on the language, on the conditions and on nothing else: never on a person, a token or a text somebody typed.
    """
    conditions = [parser.compile_filter(word) for word in token.split_contents()[1:]]
    nodelist = parser.parse(("endremembered",))
    parser.delete_first_token()
    return RememberedNode(nodelist, conditions)


@register.simple_tag(takes_context=True)
def section(context: template.Context) -> str:
    """Say which part of the main navigation the page belongs to: its name, with `!` when it is that part's own page."""
    path = context["request"].path if "request" in context else ""
    for name, address in _sections():
        if path == address:
            return f"{name}!"
        if address != "/" and path.startswith(address):
            return name
    return ""


_NAVIGATION = (
    ("home", "home"),
    ("groups", "groups:list"),
    ("partners", "partners:list"),
    ("conversations", "conversations:list"),
)


@lru_cache(maxsize=1)
def _sections() -> list[tuple[str, str]]:
    """Return the addresses of the main navigation that exist in this site."""
    found = []
    for name, view in _NAVIGATION:
        try:
            found.append((name, reverse(view)))
        except NoReverseMatch:
            continue
    return found
