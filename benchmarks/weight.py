"""What a first visit costs on the line: every byte of the answers for the landing, a thread and a room, nothing cached.

    script/bench weight

Counts what the browser received for the page and all it loads, headers included, compressed as it came. The limit is 150 KB
a page; the exit status is 1 when a page is heavier. Needs Chromium (CHROMIUM names one).
"""

import os
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent))

from demonstration import running

LIMIT = 150 * 1024
GROUP = "supply-chains"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str | None:
    """Return the path of the browser: what CHROMIUM names, or the system's."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


@dataclass
class Visit:
    """One first visit: what came, by address."""

    name: str
    sizes: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All bytes."""
        return sum(self.sizes.values())


def weigh(page: Page, name: str, address: str) -> Visit:
    """Open the address with an empty cache and count every answer."""
    visit, addresses = Visit(name), {}
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.clearBrowserCache")
    session.on(
        "Network.requestWillBeSent", lambda event: addresses.update({event["requestId"]: event["request"]["url"]})
    )

    def finished(event: dict[str, object]) -> None:
        where = addresses.get(event["requestId"], "?")
        visit.sizes[where] = visit.sizes.get(where, 0) + int(event["encodedDataLength"])

    session.on("Network.loadingFinished", finished)
    page.goto(address)
    page.wait_for_load_state("load")
    page.wait_for_timeout(1500)  # what scripts ask for after the page is there counts too
    session.detach()
    return visit


def visits(browser: Browser, base: str) -> list[Visit]:
    """Weigh the landing page as a visitor, a thread and the room as a member."""
    page = browser.new_page()
    found = [weigh(page, "landing", base)]
    page.goto(f"{base}/account/login/")
    page.fill("input[name=login]", "member@example.org")
    page.fill("input[name=password]", "action-groups")
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{base}/")
    found.append(weigh(page, "home", base))
    page.goto(f"{base}/groups/{GROUP}/threads/")
    thread = page.locator("a[href*='/threads/']").evaluate_all(
        "links => links.map(one => one.pathname).find(path => /threads\\/\\d+\\/$/.test(path))"
    )
    found.append(weigh(page, "thread", f"{base}{thread}"))
    found.append(weigh(page, "room", f"{base}/groups/{GROUP}/chat/"))
    return found


def main() -> int:
    """Print the table and return the exit status."""
    chromium = find_chromium()
    if not chromium:
        print("Chromium is missing: install it, or set CHROMIUM to its path.", file=sys.stderr)
        return 2
    with running() as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        found = visits(browser, base)
        browser.close()
    print(f"{'page':10} {'requests':>8} {'KB':>7} {'of 150 KB':>10}")
    for visit in found:
        print(f"{visit.name:10} {len(visit.sizes):8} {visit.total / 1024:7.1f} {visit.total / LIMIT:10.2f}")
    if "--all" in sys.argv:
        for visit in found:
            print(f"\n{visit.name}")
            for where, size in sorted(visit.sizes.items(), key=lambda item: -item[1]):
                print(f"  {size / 1024:7.1f} KB  {where.removeprefix(base)}")
    return int(any(visit.total > LIMIT for visit in found))


if __name__ == "__main__":
    raise SystemExit(main())
