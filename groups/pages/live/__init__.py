"""Pages while they are written: their sockets, and what goes between them."""

from groups.pages.live.endpoint import PREFIX, PageEndpoint
from groups.pages.live.hub import PageHub

__all__ = ["PREFIX", "PageEndpoint", "PageHub"]
