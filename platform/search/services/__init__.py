"""What other rooms do with the search: keep it in step, and ask it."""

from search.services.finding import (
    PAGE,
    Cursor,
    Found,
    Narrowed,
    Page,
    find,
    find_widening,
    found_in,
    named_so,
    suggest,
)
from search.services.index import forget, keep_parts, move_to, put, put_all, putting, stand, veil
from search.services.listing import Hit, cursor_of, listed, shown_of, written
from search.services.rights import open_to, sources

__all__ = [
    "PAGE",
    "Cursor",
    "Found",
    "Hit",
    "Narrowed",
    "Page",
    "cursor_of",
    "find",
    "find_widening",
    "forget",
    "found_in",
    "keep_parts",
    "listed",
    "move_to",
    "named_so",
    "open_to",
    "put",
    "put_all",
    "putting",
    "shown_of",
    "sources",
    "stand",
    "suggest",
    "veil",
    "written",
]
