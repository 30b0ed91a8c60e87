"""How long a page takes to open in Chromium: from asking for its address until its text may be written in."""

import statistics
import time
from typing import Any
from urllib.parse import urlsplit

READY = ".write__text[contenteditable=true] p"
PATIENCE = 60_000


def openings(address: str, port: int, cookie: str, chromium: str, times: int) -> float:
    """Return the median of the seconds, after a first time that fills the browser's cache.

    The site's own name leads to the port, so that origin and cookies are what they are in use.
    """
    from playwright.sync_api import sync_playwright
    from weight import ARGUMENTS

    place = urlsplit(address)
    rules = f"--host-resolver-rules=MAP {place.netloc} 127.0.0.1:{port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[*ARGUMENTS, rules])
        context = browser.new_context()
        pairs = (one.split("=", 1) for one in cookie.split("; "))
        context.add_cookies([{"name": name, "value": value, "url": f"http://{place.netloc}"} for name, value in pairs])  # type: ignore[misc]
        taken = [_opened(context, address) for _ in range(times + 1)]
        browser.close()
    return statistics.median(taken[1:])


def _opened(context: Any, address: str) -> float:
    page = context.new_page()
    begun = time.monotonic()
    page.goto(address, wait_until="commit")
    page.locator(READY).first.wait_for(timeout=PATIENCE)
    taken = time.monotonic() - begun
    page.close()
    return float(taken)
