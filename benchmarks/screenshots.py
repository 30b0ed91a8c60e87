"""Make the pictures of the README from a fresh demonstration: script/screenshots.

Needs Chromium. Writes `docs/images/*.png`, 256 colours each, so that they weigh little.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent))

from demonstration import ROOT, running
from weight import ARGUMENTS, find_chromium

IMAGES = ROOT / "docs" / "images"
GROUP = "/groups/supply-chains/"


@dataclass(frozen=True, kw_only=True)
class Shot:
    """One picture: who looks at which address, on a screen of which size; `thread`: the one of this title in the list there."""

    name: str
    who: str = "member@example.org"
    address: str
    thread: str = ""
    size: tuple[int, int] = (1280, 800)
    scheme: Literal["light", "dark"] = "light"
    language: str = "en"


SHOTS = [
    Shot(name="home", address="/"),
    Shot(name="group", who="lead@example.org", address=GROUP, size=(1280, 900)),
    Shot(name="thread", address=GROUP + "threads/", thread="Audit fatigue", size=(1280, 900)),
    Shot(name="room", address=GROUP + "chat/"),
    Shot(name="library", address=GROUP + "documents/"),
    Shot(name="room-phone", address=GROUP + "chat/", size=(390, 780), scheme="dark"),
    Shot(
        name="thread-arabic",
        address="/groups/migration/threads/",
        thread="دليل قصير للعمال الجدد",
        size=(390, 780),
        language="ar",
    ),
]


def take(browser: Browser, base: str) -> None:
    """Take every picture, each in a browser of its own."""
    for shot in SHOTS:
        width, height = shot.size
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=shot.scheme, device_scale_factor=1
        )
        page = context.new_page()
        show(page, base, shot)
        path = IMAGES / f"{shot.name}.png"
        page.screenshot(path=path)
        context.close()
        Image.open(path).convert("RGB").quantize(256).save(path, optimize=True)
        print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} KB")


def show(page: Page, base: str, shot: Shot) -> None:
    """Bring what is to be seen into the browser, and return when it has come to rest."""
    page.goto(f"{base}/account/login/")
    page.fill("input[name=login]", shot.who)
    page.fill("input[name=password]", "action-groups")
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{base}/")
    page.goto(base)  # once more, without the word on signing in
    page.goto(f"{base}{shot.address}")
    if shot.thread:
        page.get_by_role("link", name=shot.thread).first.click()
        page.wait_for_url(re.compile(r"/threads/\d+/"))
    if shot.language != page.locator("html").get_attribute("lang"):
        # What a member has chosen comes before what the browser asks for, so it is chosen as a member does.
        page.click(f".langs button[value={shot.language}]")
        page.wait_for_selector(f"html[lang={shot.language}]")
    if page.locator("body.page-chat").count():  # its socket never rests
        page.wait_for_timeout(2500)
    else:
        page.wait_for_load_state("networkidle")


def main() -> int:
    """Make the pictures."""
    chromium = find_chromium()
    if not chromium:
        print("Chromium is missing: install it, or set CHROMIUM to its path.", file=sys.stderr)
        return 2
    IMAGES.mkdir(parents=True, exist_ok=True)
    with running() as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        take(browser, base)
        browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
