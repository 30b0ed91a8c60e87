"""The proxy of the full mode, with the processes behind it: what it lets in, what it hands out, what it keeps to itself."""

import json
import os
import uuid

import pytest

from tests.deploy.processes import AMINA, VisitorAtTheProxy
from tests.processes.site import caddy_version

pytestmark = [
    pytest.mark.services,
    pytest.mark.slow,
    pytest.mark.skipif(caddy_version() is None, reason="needs caddy (Debian has it)"),
]
MEGABYTE = 1024 * 1024
LIBRARY = "/groups/harbours/documents/"
REPORT = b"%PDF-1.4\n" + os.urandom(4 * MEGABYTE) + b"\n%%EOF\n"


@pytest.fixture
def door(site):
    """The port of the proxy of a site whose files it hands out."""
    site.at_a_proxy()
    site.environment |= {"SERVE_FILES": "accel", "FORM_UPLOAD_MB": "2"}
    return site.proxy(pages=[site.start("pages")], sockets=[site.start("sockets")]).port


def stored(site):
    return [path for path in (site.folder / "data" / "files").rglob("*") if path.is_file()]


def announce(visitor, door):
    """Announce the report as the script of the page does, and return the address that its chunks go to."""
    announced = {"key": str(uuid.uuid4()), "name": "Report.pdf", "size": len(REPORT)}
    started = visitor.ask(door, f"{LIBRARY}uploads/", method="POST", json=announced)
    assert started.status_code == 201, started.text
    return f"{LIBRARY}uploads/{announced['key']}/"


def send_report(visitor, door):
    """Send the report in two chunks, and return the address of its page."""
    upload = announce(visitor, door)
    for at in range(0, len(REPORT), 4 * MEGABYTE):
        chunk = REPORT[at : at + 4 * MEGABYTE]
        sent = visitor.ask(door, f"{upload}?offset={at}", method="PUT", content=chunk)
        assert sent.json()["received"] == at + len(chunk)
    return visitor.ask(door, f"{upload}finish/", {}).json()["url"]


def test_what_the_proxy_lets_in_and_hands_out(site, door):
    amina, nobody = VisitorAtTheProxy(AMINA), VisitorAtTheProxy("")
    assert amina.sign_in(door).status_code == 302

    # A socket opens through it.
    with amina.socket(door) as live:
        assert json.loads(live.recv(timeout=30))["type"] == "hello"

    # Style sheets come from its own folder, compressed before, under names that never change their meaning.
    page = amina.ask(door, "/").text
    sheet = page.partition('href="/static/css/site.')[2].partition('"')[0]
    answer = amina.ask(door, f"/static/css/site.{sheet}", headers={"Accept-Encoding": "gzip"})
    assert (answer.status_code, answer.headers["content-encoding"]) == (200, "gzip")
    assert "immutable" in answer.headers["cache-control"]

    # A file goes in by chunks and comes out by the application's word, whole and in part.
    version = send_report(amina, door) + "versions/1/"
    whole = amina.ask(door, version)
    assert (whole.status_code, whole.content) == (200, REPORT)
    part = amina.ask(door, version, headers={"Range": "bytes=100-4194299"})
    assert (part.status_code, part.content) == (206, REPORT[100:4194300])
    assert part.headers["content-range"] == f"bytes 100-4194299/{len(REPORT)}"
    for answer in (whole, part):
        assert answer.headers["content-type"] == "application/pdf"
        assert "Report.pdf" in answer.headers["content-disposition"]
        assert answer.headers["cache-control"] == "no-store, private"
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "x-accel-redirect" not in answer.headers

    # Nobody gets it without that word, by whatever name.
    (file,) = stored(site)
    inside = "/_files/" + str(file.relative_to(site.folder / "data" / "files"))
    for visitor in (nobody, amina):
        assert visitor.ask(door, inside).status_code == 404
        asked = visitor.ask(door, inside, headers={"X-Accel-Redirect": inside})
        assert (asked.status_code, REPORT[:1000] in asked.content) == (404, False)
    assert nobody.ask(door, version).content[:4] != b"%PDF"


def test_what_is_too_large_stays_outside(site, door):
    amina = VisitorAtTheProxy(AMINA)
    amina.sign_in(door)
    form = {"name": "x" * (MEGABYTE + MEGABYTE // 2)}
    announced = amina.ask(door, "/account/profile/", form)
    assert (announced.status_code, announced.text) == (413, "Only uploads may be larger than 1 MB.")

    # Who does not say how much comes is cut off.
    def without_end():
        for _ in range(3):
            yield b"x" * MEGABYTE

    cut_off = amina.ask(door, "/account/profile/", method="POST", content=without_end())
    assert cut_off.status_code in {413, 502}
    upload = announce(amina, door)
    chunk = amina.ask(door, f"{upload}?offset=0", method="PUT", content=b"x" * 6 * MEGABYTE)
    assert chunk.status_code in {413, 502}
    assert amina.ask(door, upload).json()["received"] == 0

    # The plain form may send what it is allowed to, and no more.
    token = {"csrfmiddlewaretoken": amina.cookies["__Host-csrf"], "key": str(uuid.uuid4())}
    for size, told in ((MEGABYTE + MEGABYTE // 2, {302}), (3 * MEGABYTE, {413, 502})):
        files = {"file": ("Report.pdf", REPORT[:size], "application/pdf")}
        assert amina.ask(door, f"{LIBRARY}upload/", token, files=files).status_code in told
    assert len(stored(site)) == 1
