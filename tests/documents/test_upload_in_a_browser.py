"""Sending files from a browser: over a line that breaks, with names that are there already, and with files that are refused."""

import hashlib

import pytest
from django.conf import settings as site_settings
from playwright.sync_api import expect, sync_playwright

from groups.documents.models import Document, Folder, Upload, Version
from groups.documents.services import spool
from tests.documents.test_people_in_files import pdf

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BROWSER = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
PDF = b"%PDF-1.4\n" + b"x" * 3_000_000
MORE = "There are more, but no more than these go at once. Send the others afterwards."


@pytest.fixture
def page(chromium, live_server, client, member, supply_chains, settings, monkeypatch):
    """The member's window on the library; what breaks the policy or a script fails the test."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    client.force_login(member)
    name = site_settings.SESSION_COOKIE_NAME
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER)
        context = browser.new_context(base_url=live_server.url)
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        window = context.new_page()
        troubles = []
        window.on("pageerror", lambda error: troubles.append(str(error)))
        window.on("console", lambda line: troubles.append(line.text) if "Content Security" in line.text else None)
        window.goto(f"/groups/{supply_chains.slug}/documents/")
        yield window
        browser.close()
        assert troubles == []


def choose(page, *files):
    page.locator("input[type=file]").set_input_files(
        [{"name": name, "mimeType": "application/octet-stream", "buffer": content} for name, content in files]
    )


def stop_after_one_chunk(page, file):
    """Send a file whose first chunk arrives and whose second never does."""
    sent = []

    def stop_after_one(route):
        sent.append(route.request.url)
        if len(sent) == 1:
            route.continue_()

    page.route("**/uploads/*/?offset=*", stop_after_one)
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("input[type=file]").set_input_files(file)
    while len(sent) < 2:
        page.wait_for_timeout(50)


def test_files_go_up_over_a_line_that_breaks_and_take_their_place_in_the_list(page):
    broken = []

    def flaky(route):
        # Every second chunk is lost on the way, and once the answer of one that arrived.
        broken.append(route.request.url)
        if len(broken) % 2:
            route.abort()
        elif len(broken) == 4:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/uploads/*/?offset=*", flaky)
    choose(
        page, ("Étude.pdf", PDF), ("notes.txt", "naïve\n".encode()), ("page.txt", b"<html><script>alert(1)</script>")
    )
    rows = page.locator(".upload")
    expect(rows).to_have_count(3)
    expect(rows.nth(0).locator("[data-text]")).to_have_text("Here", timeout=60_000)
    expect(rows.nth(1).locator("[data-text]")).to_have_text("Here", timeout=60_000)
    expect(rows.nth(2)).to_have_class("upload is-failed", timeout=60_000)
    expect(rows.nth(2).locator("[data-text]")).to_contain_text("“page.txt” is a web page")
    expect(page.locator(".row__title")).to_have_count(2)
    page.locator("[data-files]").get_by_role("link", name="Étude", exact=True).click()
    expect(page.locator("h1")).to_have_text("Étude")
    assert len(broken) > 4
    assert Version.objects.get(kind="pdf").sha256 == hashlib.sha256(PDF).hexdigest()
    assert not Upload.objects.exists()


def test_a_cancelled_file_is_forgotten(page, stored):
    page.route("**/uploads/*/?offset=*", lambda route: None)
    choose(page, ("a.pdf", PDF))
    expect(page.locator(".upload [data-text]")).to_have_text("Sending")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".upload")).to_have_count(0)
    page.unroute_all()
    for _attempt in range(50):  # the word that it is cancelled may still be on its way
        if not Upload.objects.exists():
            break
        page.wait_for_timeout(200)
    assert not Upload.objects.exists()
    assert stored() == []
    page.reload()
    expect(page.locator(".upload")).to_have_count(0)


def test_an_upload_goes_on_after_the_page_was_loaded_anew(page, tmp_path):
    file = tmp_path / "long.pdf"
    file.write_bytes(PDF)
    stop_after_one_chunk(page, file)
    expect(page.locator(".upload progress")).not_to_have_attribute("value", "0")
    page.goto(page.url)
    page.unroute_all()
    offsets = []
    page.on(
        "request",
        lambda request: offsets.append(request.url.partition("offset=")[2]) if request.method == "PUT" else None,
    )
    page.locator("input[type=file]").set_input_files(file)
    expect(page.locator(".upload [data-text]")).to_have_text("Here", timeout=60_000)
    assert int(offsets[0]) > 0
    assert Version.objects.get().sha256 == hashlib.sha256(PDF).hexdigest()


def test_what_had_arrived_when_the_disk_was_full_is_not_sent_again(page, monkeypatch):
    offsets, free = [], spool.RESERVE

    def fill_after_one(route):
        offsets.append(int(route.request.url.partition("offset=")[2]))
        if len(offsets) == 2:
            monkeypatch.setattr(spool, "RESERVE", 2**62)
        route.continue_()

    page.route("**/uploads/*/?offset=*", fill_after_one)
    choose(page, ("a.pdf", PDF))
    text = page.locator(".upload [data-text]")
    expect(text).to_contain_text("The server has no room left", timeout=60_000)
    monkeypatch.setattr(spool, "RESERVE", free)
    page.get_by_role("button", name="Try again").click()
    expect(text).to_have_text("Here", timeout=60_000)
    assert offsets[1] == offsets[2] > 0
    assert Version.objects.get().sha256 == hashlib.sha256(PDF).hexdigest()


def test_who_cancels_when_the_file_is_there_already_is_told_so(page):
    page.route("**/uploads/*/finish/*", lambda route: route.fetch() and None)
    choose(page, ("a.pdf", PDF))
    text = page.locator(".upload [data-text]")
    expect(text).to_have_text("Checking the file", timeout=60_000)
    while not Version.objects.exists():
        page.wait_for_timeout(50)
    page.get_by_role("button", name="Cancel").click()
    expect(text).to_have_text("Here")
    expect(page.locator(".row__title")).to_have_count(1)


def test_a_file_that_cannot_be_read_any_more_is_said_and_forgotten(page, tmp_path, stored):
    file = tmp_path / "long.pdf"
    file.write_bytes(PDF)

    def lose(route):
        route.continue_()
        file.unlink(missing_ok=True)

    page.route("**/uploads/*/?offset=*", lose)
    page.locator("input[type=file]").set_input_files(file)
    expect(page.locator(".upload [data-text]")).to_have_text("The file is empty or cannot be read.", timeout=20_000)
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    while Upload.objects.exists() or stored():
        page.wait_for_timeout(50)


def test_a_name_that_is_there_already_is_asked_about(page, add, member, supply_chains):
    add(member, supply_chains, "Mapping.pdf")
    choose(page, ("Mapping.pdf", PDF))
    expect(page.locator(".upload [data-text]")).to_have_text("There is a document of this name here already.")
    page.get_by_role("button", name="New version of it").click()
    expect(page.locator(".upload [data-text]")).to_have_text("Here", timeout=60_000)
    assert Document.objects.get().latest.number == 2
    choose(page, ("Mapping.pdf", PDF))
    page.get_by_role("button", name="Keep both").click()
    expect(page.locator(".upload [data-text]").nth(1)).to_have_text("Here", timeout=60_000)
    expect(page.locator(".row__title")).to_have_count(2)
    assert Document.objects.count() == 2


def test_a_new_version_opens_its_document_anew(page, add, member, supply_chains):
    document = add(member, supply_chains, "Mapping.pdf").document
    page.goto(document.get_absolute_url())
    page.locator(".new-version summary").click()
    choose(page, ("Mapping, corrected.pdf", PDF))
    page.get_by_label("What changed").fill("Numbers corrected")
    page.get_by_role("button", name="Upload as a new version").click()
    expect(page.locator(".versions-list > li")).to_have_count(2)
    expect(page.locator(".versions-list > li").first).to_contain_text("Numbers corrected")
    page.locator("summary", has_text="Restore").click()
    page.get_by_role("button", name="Restore").click()
    expect(page.locator(".versions-list > li").first).to_contain_text("version 1 again")
    assert list(document.versions.values_list("number", "restored_from")) == [(3, 1), (2, None), (1, None)]


def test_deleting_asks_and_can_be_taken_back(page, add, member, supply_chains):
    add(member, supply_chains, "Mapping.pdf")
    page.reload()
    page.get_by_role("link", name="Mapping", exact=True).click()
    page.locator("summary", has_text="Delete").click()
    page.get_by_role("button", name="Put in the trash").click()
    expect(page.locator("[data-files]")).to_contain_text("The library is empty")
    page.get_by_role("button", name="Put back").click()
    expect(page.locator("h1")).to_have_text("Mapping")


def folder_of(tmp_path):
    for path, content in {
        "Fieldwork/notes.txt": b"Wages were withheld.",
        "Fieldwork/Interviews/one.pdf": PDF,
        "Fieldwork/Interviews/two.txt": b"Second.",
        "Fieldwork/.DS_Store": b"of the system",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    return tmp_path / "Fieldwork"


def tree():
    return sorted((str(one.folder.parent or ""), str(one.folder), one.title) for one in Document.objects.all())


def test_a_whole_folder_keeps_its_tree(page, tmp_path):
    page.evaluate("() => { delete window.showDirectoryPicker; }")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="A whole folder").click()
    chooser.value.set_files(folder_of(tmp_path))
    rows = page.locator(".upload.is-done")
    expect(rows).to_have_count(3, timeout=60_000)
    assert tree() == [
        ("", "Fieldwork", "notes"),
        ("Fieldwork", "Interviews", "one"),
        ("Fieldwork", "Interviews", "two"),
    ]
    expect(page.locator("[data-files] .row__title")).to_have_text(["Fieldwork"])


PICKS = """(how) => {
  const file = (name, text) => ({ kind: "file", name, getFile: async () => new File([text], name) });
  const folder = (name, entries) => ({ kind: "directory", name, async *values() { yield* entries; } });
  window.showDirectoryPicker = async () => {
    if (how !== "picks") throw new DOMException("No.", how);
    return folder("Drafts", [
      file("a.txt", "A"), file(".DS_Store", "x"), folder("Empty", []), folder("Old", [file("b.txt", "B"), folder("Bare", [])]),
    ]);
  };
}"""


def test_a_folder_that_is_picked_keeps_its_empty_folders_too(page):
    page.evaluate(PICKS, "picks")
    page.get_by_role("button", name="A whole folder").click()
    expect(page.locator(".upload.is-done")).to_have_count(4, timeout=60_000)
    assert tree() == [("", "Drafts", "a"), ("Drafts", "Old", "b")]
    assert sorted(map(path_of, Folder.objects.all())) == ["Drafts", "Drafts/Empty", "Drafts/Old", "Drafts/Old/Bare"]


def test_whoever_picks_no_folder_sends_nothing_and_is_asked_otherwise_where_that_is_refused(page, tmp_path):
    page.evaluate(PICKS, "AbortError")
    page.get_by_role("button", name="A whole folder").click()
    expect(page.locator("[data-uploads]")).to_be_hidden()
    page.evaluate(PICKS, "SecurityError")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="A whole folder").click()
    chooser.value.set_files(folder_of(tmp_path))
    expect(page.locator(".upload.is-done")).to_have_count(3, timeout=60_000)


def test_a_dropped_folder_keeps_its_tree(page):
    page.evaluate(
        """() => {
          const file = (name, text) => ({ isFile: true, name, file: (done) => done(new File([text], name)) });
          const folder = (name, entries) => {
            const left = [entries.slice(0, 1), entries.slice(1), []];
            return { name, createReader: () => ({ readEntries: (done) => done(left.shift()) }) };
          };
          const entry = folder("Drafts", [file("a.txt", "A"), folder("Old", [file("b.txt", "B"), file("c.txt", "C")])]);
          const drop = new Event("drop", { bubbles: true, cancelable: true });
          drop.dataTransfer = { files: [], items: [{ webkitGetAsEntry: () => entry }] };
          document.querySelector("form[data-upload]").dispatchEvent(drop);
        }"""
    )
    expect(page.locator(".upload.is-done")).to_have_count(3, timeout=60_000)
    assert tree() == [("", "Drafts", "a"), ("Drafts", "Old", "b"), ("Drafts", "Old", "c")]


DROPS = """(entries) => {
  const no = (name) => new DOMException("No.", name);
  const fileOf = (name, content) => (done, failed) =>
    content === "torn" ? failed(no("NotFoundError")) : done(new File([content], name));
  const inside = (content) => (done, failed) => content ? done(content.splice(0).map(made)) : failed(no("NotReadableError"));
  const made = ([name, content]) => typeof content === "string"
    ? { isFile: true, name, file: fileOf(name, content) }
    : { name, createReader: () => ({ readEntries: inside(content) }) };
  const drop = new Event("drop", { bubbles: true, cancelable: true });
  drop.dataTransfer = { files: [], items: entries.map(made).map((entry) => ({ webkitGetAsEntry: () => entry })) };
  document.querySelector("form[data-upload]").dispatchEvent(drop);
}"""


def test_what_cannot_be_read_of_a_dropped_folder_is_said_and_the_rest_goes_up(page):
    inside = [["a.txt", "A"], ["lost.txt", "torn"], ["Closed", None], ["b.txt", "B"]]
    page.evaluate(DROPS, [["Drafts", inside]])
    expect(page.locator(".upload.is-done")).to_have_count(2, timeout=60_000)
    failed = page.locator(".upload.is-failed")
    expect(failed.locator("[data-name]")).to_have_text(["Drafts/lost.txt", "Drafts/Closed"])
    expect(failed.locator("[data-text]")).to_have_text(["The file is empty or cannot be read."] * 2)
    assert tree() == [("", "Drafts", "a"), ("", "Drafts", "b")]
    expect(page.locator("[data-upload-status]")).not_to_have_text("All files are here.")


def test_of_more_files_than_go_at_once_it_is_said_that_there_are_more(page):
    page.route("**/documents/uploads/**", lambda route: None)
    page.evaluate(DROPS, [["Drafts", [[f"{n}.txt", "Words"] for n in range(2003)]]])
    expect(page.locator(".upload")).to_have_count(2001, timeout=60_000)
    expect(page.locator(".upload.is-failed [data-text]")).to_have_text([MORE])
    expect(page.locator("[data-upload-status]")).to_have_text(MORE)


def path_of(folder):
    return f"{path_of(folder.parent)}/{folder.name}" if folder.parent else folder.name


def drop(page, folder):
    """Drop a folder of this machine into the library, as from a window beside the browser."""
    line = page.context.new_cdp_session(page)
    box = page.locator("form[data-upload]").bounding_box()
    place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + 10}
    for kind in ("dragEnter", "dragOver", "drop"):
        carried = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
        line.send("Input.dispatchDragEvent", {"type": kind, **place, "data": carried})


def test_empty_folders_of_one_that_is_dropped_are_there_and_opened_by_keyboard_on_a_phone(page, tmp_path):
    folder = folder_of(tmp_path)
    for path in ("To come/Later", "Interviews/Transcripts", "Only the system's"):
        (folder / path).mkdir(parents=True)
    (folder / "Only the system's" / ".DS_Store").write_bytes(b"of the system")
    page.set_viewport_size({"width": 360, "height": 740})

    for _twice in range(2):
        drop(page, folder)
        expect(page.locator(".upload", has_text="To come/Later/").locator("[data-text]").last).to_have_text("Here")
        expect(page.locator(".upload:not(.is-done)", has=page.locator("[data-cancel]:visible"))).to_have_count(
            3 * _twice, timeout=60_000
        )

    assert {path_of(one) for one in Folder.objects.all()} == {
        "Fieldwork",
        "Fieldwork/Interviews",
        "Fieldwork/Interviews/Transcripts",
        "Fieldwork/To come",
        "Fieldwork/To come/Later",
        "Fieldwork/Only the system's",
    }
    assert Document.objects.count() == 3
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    opening = page.locator(".upload", has_text="To come/Later/").first.get_by_role("link", name="Open")
    for _ in range(60):
        page.keyboard.press("Tab")
        if opening.evaluate("one => one === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Later")


def left_after_one_chunk(page, file):
    stop_after_one_chunk(page, file)
    page.evaluate("sessionStorage.clear()")
    page.goto(page.url)
    page.unroute_all()


def test_what_a_closed_page_left_is_offered_and_goes_on_in_another(page, tmp_path):
    file = tmp_path / "long.pdf"
    file.write_bytes(PDF)
    left_after_one_chunk(page, file)
    expect(page.locator(".upload [data-text]")).to_contain_text("Choose the file again to go on.")
    offsets = []
    page.on("request", lambda one: offsets.append(one.url.partition("offset=")[2]) if one.method == "PUT" else None)
    page.locator("input[type=file]").set_input_files(file)
    expect(page.locator(".upload [data-text]")).to_have_text("Here", timeout=60_000)
    assert int(offsets[0]) > 0
    assert Version.objects.get().sha256 == hashlib.sha256(PDF).hexdigest()


def test_a_file_that_was_changed_since_is_sent_from_its_beginning(page, tmp_path):
    file, other = tmp_path / "long.pdf", PDF[:-10_000].replace(b"x", b"y") + PDF[-10_000:]
    file.write_bytes(PDF)
    left_after_one_chunk(page, file)
    expect(page.locator(".upload [data-text]")).to_contain_text("Choose the file again to go on.")
    file.write_bytes(other)
    page.locator("input[type=file]").set_input_files(file)
    expect(page.locator(".upload [data-text]")).to_have_text("Here", timeout=60_000)
    assert Version.objects.get().sha256 == hashlib.sha256(other).hexdigest()
    assert not Upload.objects.exists()


def test_who_shares_a_file_that_names_people_is_asked(page):
    content = pdf("Jane Roe")
    choose(page, ("report.pdf", content))
    expect(page.locator(".upload [data-text]")).to_contain_text("says more than its text", timeout=60_000)
    page.get_by_role("button", name="Share it so").click()
    expect(page.locator(".upload [data-text]")).to_have_text("Here", timeout=60_000)
    assert Version.objects.get().told == "It says who wrote it: Jane Roe."
