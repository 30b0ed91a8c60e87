"""T12, F26, F27. Whatever a file is besides what it says, opening its address in a browser saves it and runs nothing."""

import io
import zipfile

import pytest
from django.conf import settings as site_settings
from PIL import Image
from playwright.sync_api import Error, sync_playwright

from groups.documents.types import Refused

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SCRIPT = b"<script>document.title='ran';alert(1)</script>"


def picture(kind):
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(file, kind)
    return file.getvalue()


def archive():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("a.txt", SCRIPT)
    return file.getvalue()


OPENED = {
    "words.txt": b"see " + SCRIPT,
    "words.md": b"# Title\n\n" + SCRIPT,
    "table.csv": b"a;" + SCRIPT,
    "both.png": picture("PNG") + SCRIPT,
    "both.gif": b"GIF89a/*" + picture("GIF")[8:] + b"*/=1;" + SCRIPT,
    "both.jpg": picture("JPEG") + SCRIPT + archive(),
    "acts.pdf": b"%PDF-1.4\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n" + SCRIPT,
    "both.pdf": b"%PDF-1.4\n" + SCRIPT + archive(),
    "archive.zip": archive(),
}


def test_nothing_runs_whatever_is_opened(
    chromium, live_server, client, member, supply_chains, add, settings, monkeypatch
):
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    client.force_login(member)
    versions = {}
    for name, content in OPENED.items():
        try:
            versions[name] = add(member, supply_chains, name, content)
        except Refused:
            assert name == "both.gif"  # no picture any more: it does not even enter
    assert len(versions) >= len(OPENED) - 1
    for name in ("both.png", "both.jpg"):
        with versions[name].open() as file:
            assert b"<script>" not in file.read()
    cookie = site_settings.SESSION_COOKIE_NAME
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(base_url=live_server.url)
        context.add_cookies([{"name": cookie, "value": client.cookies[cookie].value, "url": live_server.url}])
        page, ran = context.new_page(), []
        page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
        for version in versions.values():
            with page.expect_download() as saved, pytest.raises(Error, match="Download is starting"):
                page.goto(version.get_absolute_url())
            assert saved.value.suggested_filename == version.file_name
            assert page.url == "about:blank"
        browser.close()
    assert ran == []
