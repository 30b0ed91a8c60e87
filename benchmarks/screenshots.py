"""Make the pictures of the README from a fresh demonstration: script/screenshots.

Needs Chromium. Writes `docs/images/*.png`, 256 colours each, so that they weigh little.
"""

import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent))

from demonstration import ROOT, running
from weight import ARGUMENTS, find_chromium

IMAGES = ROOT / "docs" / "images"
GROUP = "/groups/supply-chains/"
# name, who looks, address, width, height, colour scheme, language
SHOTS = [
    ("landing", None, "/", 1280, 800, "light", "en"),
    ("home", "member@example.org", "/", 1280, 800, "light", "en"),
    ("group", "lead@example.org", GROUP, 1280, 900, "light", "en"),
    ("thread", "member@example.org", "first-thread", 1280, 900, "light", "en"),
    ("room", "member@example.org", GROUP + "chat/", 1280, 800, "light", "en"),
    ("library", "member@example.org", GROUP + "documents/", 1280, 800, "light", "en"),
    ("room-phone", "member@example.org", GROUP + "chat/", 390, 780, "dark", "en"),
    ("thread-arabic", "member@example.org", "first-thread", 390, 780, "light", "ar"),
]


def take(browser: Browser, base: str) -> None:
    """Take every picture, each in a browser of its own."""
    for name, who, address, width, height, scheme, language in SHOTS:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, locale=language, device_scale_factor=1
        )
        page = context.new_page()
        if who:
            page.goto(f"{base}/account/login/")
            page.fill("input[name=login]", who)
            page.fill("input[name=password]", "action-groups")
            page.press("input[name=password]", "Enter")
            page.wait_for_url(f"{base}/")
            page.goto(base)  # once more, without the word on signing in
        if address == "first-thread":
            page.goto(f"{base}{GROUP}threads/")
            page.locator(".row__title").first.click()
        else:
            page.goto(f"{base}{address}")
        page.wait_for_load_state("networkidle") if "chat" not in address else page.wait_for_timeout(2500)
        path = IMAGES / f"{name}.png"
        page.screenshot(path=path)
        context.close()
        Image.open(path).convert("RGB").quantize(256).save(path, optimize=True)
        print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} KB")


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
