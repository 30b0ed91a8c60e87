"""A day in the library, in a browser: folders dropped, things moved, thrown away and taken back, said and found again."""

import io
import zipfile

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from discussions.models import Post
from groups.documents.models import Document, Folder, Mark, Opened
from tests.documents.test_upload_in_a_browser import page  # noqa: F401 - the member's window

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DROP = """(entries) => {
  const file = (name, text) => ({ isFile: true, name, file: (done) => done(new File([text], name)) });
  const folder = (name, inside) => {
    const left = [Object.entries(inside).map(([name, what]) => make(name, what)), []];
    return { name, createReader: () => ({ readEntries: (done) => done(left.shift()) }) };
  };
  const make = (name, what) => (typeof what === "string" ? file(name, what) : folder(name, what));
  const drop = new Event("drop", { bubbles: true, cancelable: true });
  const items = Object.entries(entries).map(([name, what]) => ({ webkitGetAsEntry: () => make(name, what) }));
  drop.dataTransfer = { files: [], items };
  document.querySelector("form[data-upload]").dispatchEvent(drop);
}"""


def faults(window):
    """What axe finds."""
    found = Axe().run(window).response["violations"]
    return [f"{rule['id']} at {node['target']}" for rule in found for node in rule["nodes"]]


def wait_for(window, holds):
    """Wait until something holds, for at most twenty seconds."""
    for _attempt in range(100):
        if holds():
            return
        window.wait_for_timeout(200)
    assert holds()


def test_folders_that_hold_nothing_are_made_too(page):  # noqa: F811
    page.evaluate(DROP, {"Fieldwork": {"notes.txt": "Wages were withheld.", "Photographs": {}, "Data": {"Raw": {}}}})
    expect(page.locator(".upload.is-done")).to_have_count(1, timeout=60_000)
    wait_for(page, lambda: Folder.objects.count() == 4)
    ways = {(str(one.parent or ""), one.name) for one in Folder.objects.all()}
    assert ways == {("", "Fieldwork"), ("Fieldwork", "Photographs"), ("Fieldwork", "Data"), ("Data", "Raw")}
    assert Document.objects.get().folder.name == "Fieldwork"
    page.evaluate(DROP, {"Only a shell": {}})
    expect(page.locator("[data-files] .row__title", has_text="Only a shell")).to_have_count(1, timeout=20_000)


def test_a_day_in_the_library(page, add, make_folder, member, supply_chains):  # noqa: F811
    make_folder(member, supply_chains, "Interviews")
    for name in ("One.pdf", "Two.pdf", "Three.pdf"):
        add(member, supply_chains, name, content=b"%PDF-1.4\n" + name.encode() * 500)
    page.reload()
    expect(page.locator(".aside progress")).to_be_attached()
    # Several things at once go into a folder, and come out of the library as one archive.
    for name in ("One", "Two"):
        page.locator("li.file", has=page.get_by_role("link", name=name, exact=True)).get_by_role("checkbox").check()
    page.get_by_role("button", name="With what I tick").click()
    with page.expect_download() as archive:
        page.get_by_role("link", name="Download as one archive").click()
    with zipfile.ZipFile(io.BytesIO(open(archive.value.path(), "rb").read())) as packed:
        assert sorted(packed.namelist()) == ["One.pdf", "Two.pdf"]
    page.get_by_label("Folder").select_option(label="Interviews")
    page.get_by_role("button", name="Move", exact=True).click()
    page.goto(f"/groups/{supply_chains.slug}/documents/")
    page.get_by_role("link", name="Interviews", exact=True).click()
    expect(page.locator("[data-files] .row__title")).to_have_text(["One", "Two"])
    # One of them is opened, copied, described and marked.
    page.get_by_role("link", name="One", exact=True).click()
    expect(page.locator("h1")).to_have_text("One")
    wait_for(page, lambda: Opened.objects.filter(user=member).exists())
    page.get_by_role("link", name="Say what it is").click()
    page.get_by_label("Amber").check()
    page.get_by_role("button", name="Save").click()
    wait_for(page, lambda: Document.objects.get(title="One").mark == Mark.AMBER)
    page.goto(Document.objects.get(title="One").get_absolute_url())
    page.get_by_label("Your comment").fill("Is **this** the last edition?")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator(".remark")).to_contain_text("Is this the last edition?")
    assert Post.objects.get().thread.document.title == "One"
    assert faults(page) == []
    # It is thrown away, and taken back.
    page.locator("summary", has_text="Delete").click()
    page.get_by_role("button", name="Put in the trash").click()
    page.goto(f"/groups/{supply_chains.slug}/documents/trash/")
    expect(page.locator(".row__title")).to_have_text(["One"])
    page.get_by_role("button", name="Put back").click()
    expect(page.locator("h1")).to_have_text("One")
    # What was opened stands beside the library, until it is forgotten.
    page.goto(f"/groups/{supply_chains.slug}/documents/")
    expect(page.get_by_role("region", name="Opened last by you")).to_contain_text("One")
    page.get_by_role("button", name="Forget these").click()
    expect(page.get_by_role("region", name="Opened last by you")).to_have_count(0)
    assert not Opened.objects.exists()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (360, "light")])
def test_it_looks_in_order(page, add, make_folder, member, supply_chains, settings, width, scheme):  # noqa: F811
    document = add(member, supply_chains, "Mapping.pdf").document
    make_folder(member, supply_chains, "Interviews")
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.goto(document.get_absolute_url())
    page.get_by_label("Your comment").fill("Which edition is this?")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator(".remark")).to_have_count(1)
    library = f"/groups/{supply_chains.slug}/documents/"
    shots = settings.BASE_DIR / "var" / "screenshots"
    shots.mkdir(parents=True, exist_ok=True)
    found = []
    for name, address in {
        "library": library,
        "document": document.get_absolute_url(),
        "record": f"{document.get_absolute_url()}record/",
        "trash": f"{library}trash/",
        "templates": f"{library}pages/templates/",
        "threads": f"/groups/{supply_chains.slug}/threads/",
        "thread": document.thread.get_absolute_url(),
    }.items():
        page.goto(address)
        found += [f"{name}: {fault}" for fault in faults(page)]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{name} is wider than {width}")
        page.screenshot(path=shots / f"own-{name}-{width}-{scheme}.png", full_page=True)
    assert found == []
