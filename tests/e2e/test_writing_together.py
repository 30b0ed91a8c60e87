"""One text, several browsers: at once, offline, late, suggested, remarked on, by keyboard, plainly, until one is removed."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import GROUP, LEAD, MEMBER, remove_the_harbour_workers
from tests.e2e.test_pages import CONTRAST, RULES, faults, width

# The text as it is read, without the carets of others.
TEXT = """() => {
  const text = document.querySelector(".write__text").cloneNode(true);
  for (const caret of text.querySelectorAll(".caret")) caret.remove();
  return [...text.querySelectorAll("p, h2, h3, h4, h5, pre")].map((block) => block.textContent).join("\\n");
}"""


def text_of(page):
    """What stands in the editor of this window."""
    return page.evaluate(TEXT)


def written(page):
    """The editor of a page, once it is live."""
    expect(page.locator(".write__text")).to_be_visible()
    return page.locator(".write__text")


def put_caret(page, line=0, at="End"):
    """Put the caret to the end of a line, or where else a key leads; an editor settles a moment after it gets the focus."""
    page.locator(".write__text > p").nth(line).click()
    page.wait_for_timeout(250)
    page.keyboard.press(at)


def saved(page):
    """Wait until the server has all that was written in this window."""
    expect(page.locator("#page-editor")).to_have_attribute("data-connection", "saved")


def agree(*pages):
    """Wait until all windows show one text, and the server has it; return it."""
    until = time.monotonic() + 20
    while len(texts := {text_of(page) for page in pages}) > 1 and time.monotonic() < until:
        pages[0].wait_for_timeout(50)
    for page in pages:
        saved(page)
    assert len(texts) == 1
    return texts.pop()


@pytest.fixture
def draft(open_as):
    """Begin a page as the member, in a window that stays on it."""

    def begin(title, **options):
        page = open_as(MEMBER, **options)
        page.goto(GROUP + "documents/pages/new/")
        page.get_by_label("Title").fill(title)
        page.get_by_role("button", name="Begin to write").click()
        written(page).click()
        return page

    return begin


@pytest.fixture
def visit(open_as):
    """Open the page of another window as somebody else, or as the same person elsewhere."""

    def go(page, who=LEAD, **options):
        other = open_as(who, **options)
        other.goto(page.url)
        written(other)
        return other

    return go


def test_nothing_is_lost_when_three_type_at_once(draft, visit):
    ana = draft("Typed by three at once")
    ana.keyboard.type("one\ntwo\nthree")
    saved(ana)
    others = [visit(ana), visit(ana, MEMBER)]
    windows = [(ana, 0, "x"), (others[0], 1, "y"), (others[1], 2, "z")]
    for page, line, _letter in windows:
        put_caret(page, line)

    for _ in range(60):
        for page, _line, letter in windows:
            page.keyboard.press(letter)

    assert agree(ana, *others) == f"one{'x' * 60}\ntwo{'y' * 60}\nthree{'z' * 60}"


def test_three_write_at_once_while_the_one_on_a_phone_loses_the_line_and_comes_back(draft, visit):
    ana = draft("Three and a phone")
    ana.keyboard.type("one\ntwo\nthree")
    saved(ana)
    ben, cleo = visit(ana), visit(ana, MEMBER, viewport={"width": 360, "height": 740}, has_touch=True)
    windows = [(ana, "x"), (ben, "y"), (cleo, "z")]
    for line, (page, _letter) in enumerate(windows):
        put_caret(page, line)

    def all_type(times):
        for _ in range(times):
            for page, letter in windows:
                page.keyboard.press(letter)

    all_type(20)
    cleo.context.set_offline(True)
    expect(cleo.locator("#page-editor")).to_have_attribute("data-connection", "offline")
    assert width(cleo) == 0
    all_type(20)
    ben.keyboard.press("Enter")
    ben.keyboard.type("between")
    for page in (ana, ben):
        saved(page)
    assert text_of(ana).count("z") < 40
    cleo.context.set_offline(False)
    all_type(20)

    text = agree(ana, ben, cleo)
    assert text == f"one{'x' * 60}\ntwo{'y' * 40}\nbetween{'y' * 20}\nthree{'z' * 60}"
    stored = ana.request.get(f"{ana.url}as/md/").text()
    assert stored == text.replace("\n", "\n\n") + "\n"


def test_nothing_is_lost_in_one_line_either(draft, visit):
    ana = draft("Typed in one line")
    ana.keyboard.type("Both: ")
    saved(ana)
    ben = visit(ana)
    put_caret(ben)

    for _ in range(60):
        ana.keyboard.press("x")
        ben.keyboard.press("y")

    text = agree(ana, ben)
    assert (text.count("x"), text.count("y"), len(text)) == (60, 60, len("Both: ") + 120)


def test_signs_become_headings_lists_and_quotations_and_a_late_one_sees_them(draft, visit):
    ana = draft("Signs")
    ana.keyboard.type(
        "# Purpose\nTo *agree* on **fees** by `May`.\n- recruiters\nemployers\n\n1. first\n\n> as they said\n"
    )

    late = visit(ana)

    text = late.locator(".write__text")
    expect(text.locator("h2")).to_have_text("Purpose")
    expect(text.locator("p").first).to_have_text("To agree on fees by May.")
    expect(text.locator("strong")).to_have_text("fees")
    expect(text.locator("em")).to_have_text("agree")
    expect(text.locator("ul > li")).to_have_text(["recruiters", "employers"])
    expect(text.locator("ol > li")).to_have_text(["first"])
    expect(text.locator("blockquote")).to_have_text("as they said")


def test_what_is_written_offline_is_kept_through_a_reload_and_merged(draft, visit):
    ana = draft("Written offline")
    ana.keyboard.type("Agreed so far.")
    saved(ana)
    ben = visit(ana)
    ana.context.set_offline(True)
    expect(ana.get_by_role("alert")).to_have_text("Offline: what you write is kept here and saved when you are back.")

    ana.keyboard.type(" Added at sea.")
    put_caret(ben, at="Home")
    ben.keyboard.type("Note: ")
    saved(ben)
    expect(ana.locator("[data-state]")).to_have_text("Offline: kept here")
    ana.wait_for_timeout(400)  # what is kept is written down a moment after the last key
    ana.context.set_offline(False)
    ana.reload()

    written(ana)
    assert agree(ana, ben) == "Note: Agreed so far. Added at sea."


def test_a_line_that_breaks_is_taken_up_again(draft, visit):
    ana = draft("A broken line")
    ana.keyboard.type("Both: ")
    saved(ana)
    ben = visit(ana)
    put_caret(ben)
    ben.keyboard.type("(ben) ")
    saved(ben)
    ben.context.set_offline(True)
    ben.keyboard.type("from the boat ")
    expect(ben.locator("[data-state]")).to_have_text("Offline: kept here")
    ana.keyboard.press("Home")
    ana.keyboard.type("from the desk ")
    saved(ana)

    ben.context.set_offline(False)

    assert agree(ana, ben) == "from the desk Both: (ben) from the boat "
    expect(ben.get_by_role("alert")).to_be_hidden()


def test_undo_takes_back_what_one_has_written_oneself(draft, visit):
    ana = draft("Undone")
    ana.keyboard.type("mine")
    ben = visit(ana)
    put_caret(ben)
    ben.keyboard.type(" theirs")
    agree(ana, ben)

    ana.get_by_role("button", name="Undo").click()

    assert agree(ana, ben) == " theirs"


def suggest(page, *, taken, added):
    """Suggest, at the end of the first line, other words for its last ones."""
    page.locator("[data-act=suggesting]").click()
    put_caret(page)
    for _ in range(taken):
        page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.type(added)
    saved(page)


def test_a_suggestion_is_accepted(draft, visit):
    ana = draft("Suggested and accepted")
    ana.keyboard.type("We meet in May.")
    saved(ana)
    ben = visit(ana)
    suggest(ben, taken=4, added="June.")

    row = ana.locator("[data-proposed] li.remark")
    expect(row.locator("del")).to_contain_text("May.")
    expect(row.locator("ins")).to_contain_text("June.")
    expect(row.get_by_role("button").first).to_have_text("Marta Quintela")
    row.get_by_role("button", name="Accept").click()

    assert agree(ana, ben) == "We meet in June."
    expect(ben.locator(".suggested:visible")).to_have_count(0)
    ana.locator(".write__text").focus()
    ana.keyboard.press("Control+z")  # one step, and the suggestion is there again
    expect(ben.locator("[data-proposed] li.remark")).to_have_count(1)


def note(page, text):
    """Write a footnote at the caret, by keyboard."""
    page.keyboard.press("Control+Alt+f")
    page.get_by_label("What it says").fill(text)
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    saved(page)


def test_a_footnote_is_suggested_read_without_a_script_and_accepted(draft, visit, open_as):
    ana = draft("A footnote suggested")
    ana.keyboard.type("Fees are never paid by workers")
    saved(ana)
    ben = visit(ana)
    ben.locator("[data-act=suggesting]").click()
    put_caret(ben)
    note(ben, "Principle 7")
    note(ben, "Principle 8")

    rows = ana.locator("[data-proposed] li.remark")
    expect(rows).to_have_count(2)
    expect(rows.first.locator("ins")).to_contain_text("[Footnote: Principle 7]")
    expect(ana.get_by_role("button", name="Suggested footnote: Principle 7", exact=True)).to_be_visible()
    expect(ana.locator("[data-notes] li").first.locator("ins")).to_have_text("Principle 7")
    plain = open_as(LEAD, java_script_enabled=False)
    plain.goto(ana.url)
    expect(plain.locator("article.prose ins sup")).to_have_count(2)
    rows.first.get_by_role("button", name="Accept").click()
    rows.first.get_by_role("button", name="Reject").click()

    expect(rows).to_have_count(0)
    expect(ben.get_by_role("button", name="Footnote: Principle 7", exact=True)).to_be_visible()
    expect(ben.locator(".write__text .footnote")).to_have_count(1)
    saved(ana)
    plain.reload()
    expect(plain.locator("article.prose sup")).to_have_count(1)
    expect(plain.locator("article.prose ins")).to_have_count(0)


def test_that_a_footnote_goes_or_says_something_else_is_suggested(draft, visit):
    ana = draft("A footnote that is to go")
    ana.keyboard.type("Fees")
    for text in ("Goes", "Stays", "Changes"):
        note(ana, text)
        ana.keyboard.press("End")
    ben = visit(ana)
    ben.locator("[data-act=suggesting]").click()
    for at in (0, 1):
        ben.locator(".write__text .footnote").nth(at).click()
        ben.get_by_role("button", name="Remove the footnote").click()
    ben.locator(".write__text .footnote").nth(2).click()
    expect(ben.get_by_label("What it says")).to_have_value("Changes")
    ben.get_by_label("What it says").fill("Changed")
    ben.get_by_role("dialog").get_by_role("button", name="Save").click()
    saved(ben)

    rows = ana.locator("[data-proposed] li.remark")
    expect(rows).to_have_count(3)
    expect(ana.get_by_role("button", name="Footnote that is to go: Goes", exact=True)).to_be_visible()
    rows.nth(0).get_by_role("button", name="Accept").click()
    rows.nth(0).get_by_role("button", name="Reject").click()
    rows.nth(0).get_by_role("button", name="Accept").click()

    expect(ben.locator("[data-notes] li")).to_have_text(["Stays", "Changed"])
    assert agree(ana, ben) == "Fees"


def test_a_footnote_among_words_is_suggested_with_them(draft):
    ana = draft("A footnote among words")
    ana.keyboard.type("Fees")
    note(ana, "Alike")
    ana.keyboard.press("End")
    note(ana, "Alike, or nearly")
    ana.keyboard.press("End")
    ana.keyboard.type("!")
    before = ana.locator(".write__text").inner_html()
    ana.keyboard.press("Control+Alt+s")

    ana.keyboard.press("ArrowLeft")
    ana.keyboard.press("Backspace")
    expect(ana.get_by_role("button", name="Footnote that is to go: Alike, or nearly")).to_be_visible()
    expect(ana.locator(".write__text .footnote.suggested")).to_have_count(1)
    ana.keyboard.press("Control+a")
    ana.keyboard.type("No fees")
    expect(ana.locator(".write__text .footnote.suggested--out")).to_have_count(2)
    ana.get_by_role("button", name="Reject").first.click()

    expect(ana.locator(".suggested:visible")).to_have_count(0)
    assert ana.locator(".write__text").inner_html() == before


def test_rejecting_everything_gives_the_text_as_it_was(draft):
    ana = draft("Suggested and rejected")
    ana.keyboard.type("# Purpose\nTo agree on fees.\n- recruiters\nemployers\n\nIn **May**.")
    before = ana.locator(".write__text").inner_html()
    ana.keyboard.press("Control+Alt+s")
    for key in (
        "Backspace",
        "x",
        "Enter",
        "ArrowUp",
        "Delete",
        "y",
        "Control+ArrowLeft",
        "Shift+ArrowUp",
        "z",
        "Control+b",
    ):
        ana.keyboard.press(key)
    ana.keyboard.press("Home")
    ana.keyboard.press("Backspace")  # would join two lines, which is no matter of words
    expect(ana.locator("[data-say]")).to_contain_text("Only words and footnotes can be suggested.")
    ana.keyboard.press("Control+a")
    ana.keyboard.type("Nothing of it")
    assert ana.locator(".write__text").inner_html() != before
    expect(ana.get_by_role("combobox", name="Kind of paragraph")).to_be_disabled()
    expect(ana.get_by_role("button", name="Numbered list")).to_have_attribute("aria-disabled", "true")

    rejecting = ana.get_by_role("button", name="Reject")
    rejecting.first.click()

    expect(ana.locator(".suggested:visible")).to_have_count(0)
    assert re.sub(r' class="[^"]*trailing[^"]*"', "", ana.locator(".write__text").inner_html()) == before


def test_a_comment_stands_beside_its_passage_until_it_is_resolved(draft, visit):
    ana = draft("Commented")
    ana.keyboard.type("The fees of recruiters are paid by employers.")
    ana.keyboard.press("Home")
    for _ in range(8):
        ana.keyboard.press("Shift+ArrowRight")
    ana.keyboard.press("Control+Alt+m")
    ana.get_by_label("Your comment").fill("All fees, or those of the first contract?")
    ana.locator("[data-comment-form]").get_by_role("button", name="Comment").click()
    expect(ana.locator(".write__text .commented")).to_have_text("The fees")
    saved(ana)

    ben = visit(ana)
    remark = ben.locator("[data-remarks] li.remark")
    expect(remark).to_contain_text("All fees, or those of the first contract?")
    expect(remark).to_contain_text("João Semedo")
    remark.locator("summary").click()
    remark.get_by_label("Your answer").fill("All of them.")
    remark.get_by_role("button", name="Answer").click()
    expect(remark.locator("[data-answers] li")).to_contain_text("All of them.")
    remark.get_by_role("button", name="Resolve").press("Enter")
    expect(remark).to_contain_text("Resolved")
    expect(remark.get_by_role("button", name="Open again"), "the keyboard stays where it was").to_be_focused()
    expect(ben.locator(".write__text .commented .is-resolved")).to_have_text("The fees")

    ana.reload()
    written(ana)
    expect(ana.locator("[data-remarks] li.remark")).to_contain_text("All of them.")
    assert text_of(ana) == "The fees of recruiters are paid by employers."


def test_a_table_a_link_and_a_footnote_by_keyboard(draft, visit):
    ana = draft("By keyboard")
    ana.keyboard.press("Alt+F10")
    expect(ana.get_by_role("toolbar").locator(":focus")).to_have_count(1)
    table = ana.get_by_role("button", name="Table", exact=True)
    for _ in range(20):
        if table.evaluate("one => one === document.activeElement"):
            break
        ana.keyboard.press("ArrowRight")
    ana.keyboard.press("Enter")
    expect(ana.get_by_role("button", name="Insert a table")).to_be_focused()
    ana.keyboard.press("Enter")
    for word in ("What", "Who", "When", "Report", "Ana", "May", "Brief", "Ben", "June", "Map"):
        ana.keyboard.type(word)
        ana.keyboard.press("Tab")
    ana.keyboard.press("Control+Enter")
    ana.keyboard.type("Below, see ")
    ana.keyboard.press("Control+k")
    ana.keyboard.type("not an address")
    ana.keyboard.press("Enter")
    expect(ana.get_by_text("Give an address that begins with https://, or an e-mail address.")).to_be_visible()
    ana.get_by_label("Address").fill("example.org/report")
    ana.keyboard.press("Enter")
    ana.keyboard.press("End")
    ana.keyboard.press("Control+Alt+f")
    ana.keyboard.type("Draft of April")
    ana.get_by_role("dialog").get_by_role("button", name="Save").click()
    saved(ana)

    ben = visit(ana)

    rows = ben.locator(".write__text tr")
    expect(rows).to_have_count(4)  # Tab in the last cell added one
    expect(rows.first.locator("th")).to_have_text(["What", "Who", "When"])
    expect(rows.nth(3).locator("td")).to_have_text(["Map", "", ""])
    expect(ben.locator(".write__text a")).to_have_attribute("href", "https://example.org/report")
    expect(ben.get_by_role("button", name="Footnote: Draft of April")).to_be_visible()
    expect(ben.locator("[data-notes] li")).to_have_text("Draft of April")


def test_cells_are_selected_with_the_mouse_and_joined(draft, visit):
    ana = draft("Joined cells")
    ana.get_by_role("button", name="Table", exact=True).click()
    ana.get_by_role("button", name="Insert a table").click()
    for word in ("What", "Who", "When"):
        ana.keyboard.type(word)
        ana.keyboard.press("Tab")
    cells = ana.locator(".write__text th")
    cells.nth(0).hover()
    ana.mouse.down()
    cells.nth(1).hover()
    ana.mouse.up()
    expect(ana.locator(".write__text .selectedCell")).to_have_count(2)
    ana.get_by_role("button", name="Table", exact=True).click()
    ana.get_by_role("button", name="Join the selected cells").click()
    saved(ana)

    ben = visit(ana)

    expect(ben.locator(".write__text th")).to_have_count(2)
    expect(ben.locator(".write__text th").first).to_have_attribute("colspan", "2")
    expect(ben.locator(".write__text th").first).to_contain_text("WhatWho")


def test_everybody_sees_the_same_where_words_with_a_footnote_are_made_bold(draft, visit):
    ana = draft("Bold with a footnote")
    ana.keyboard.type("Fees")
    note(ana, "Principle 7")
    ana.keyboard.press("End")
    ana.keyboard.type(" never")
    ana.keyboard.press("Control+a")
    ana.keyboard.press("Control+b")
    expect(ana.locator(".write__text strong")).to_have_text(["Fees", " never"])
    saved(ana)

    ben = visit(ana)

    expect(ben.locator(".write__text strong")).to_have_text(["Fees", " never"])
    assert ben.locator(".write__text > p").first.inner_html() == ana.locator(".write__text > p").first.inner_html()


def test_who_is_here_is_seen_by_name_if_they_wish_it(draft, visit, open_as):
    profile = open_as(LEAD)
    profile.goto("/account/profile/")
    profile.get_by_label("Show others when I am in a room").check()
    profile.get_by_role("button", name="Save").click()
    ana = draft("Who is here")
    ana.keyboard.type("A line.")
    saved(ana)

    marta = visit(ana)
    marta.locator(".write__text").click()

    expect(ana.locator("[data-people] li")).to_have_text(["Marta Quintela"])
    expect(ana.locator("[data-say]")).to_have_text("Here now: Marta Quintela.")
    expect(ana.locator(".write__text .caret__name")).to_have_text("Marta Quintela")
    expect(marta.locator("[data-people] li")).to_have_count(0)  # the member does not wish it
    marta.close()
    expect(ana.locator("[data-people] li")).to_have_count(0)
    expect(ana.locator(".write__text .caret")).to_have_count(0)


def test_without_a_script_and_without_a_socket_there_is_the_plain_form(draft, open_as):
    ana = draft("In a plain form")
    ana.keyboard.type("Written live.")
    saved(ana)

    plain = open_as(LEAD, java_script_enabled=False)
    plain.goto(ana.url)
    expect(plain.locator(".write__text")).to_have_count(0)
    plain.get_by_text("Write in a plain form").click()
    plain.get_by_label("Text", exact=True).fill("Written live.\n\nWritten plainly.\n")
    plain.get_by_role("button", name="Save").click()
    expect(plain.locator("article.prose")).to_contain_text("Written plainly.")
    expect(ana.locator(".write__text > p").nth(1)).to_have_text("Written plainly.")

    blocked = open_as(LEAD)
    blocked.route("**/built/*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    blocked.goto(ana.url)
    expect(blocked.get_by_text("Write in a plain form")).to_be_visible()
    expect(blocked.locator("#page-editor")).to_be_hidden()

    cut = open_as(LEAD)
    cut.route_web_socket(re.compile(r"/ws/pages/"), lambda socket: socket.close())
    cut.goto(ana.url)
    cut.get_by_text("Write in a plain form").click()
    cut.get_by_label("Text", exact=True).fill("Begun in the form")
    expect(cut.locator("#page-editor")).to_be_hidden()


PLAINLY = """## Second level

Text with **bold**, *it*, `code`, [a link](https://example.org) and ^[a **strong** note].

- one
- two
  - inner

3. three
4. four

> # quoted heading
>
> text

| a | b |
| --- | --- |
| c | d **e** |

+ # heading in a list
+ > quotation in a list

```
code
two
```

---

The end
"""


def test_whatever_is_written_plainly_comes_whole_into_the_editor(draft, open_as):
    live = draft("From plain to live")
    address = live.url
    live.goto("/")
    plain = open_as(LEAD, java_script_enabled=False)
    plain.goto(address)
    plain.get_by_text("Write in a plain form").click()
    plain.get_by_label("Text", exact=True).fill(PLAINLY)
    plain.get_by_role("button", name="Save").click()
    before = plain.get_by_label("Text", exact=True).input_value()
    assert "quotation in a list" in before and "**strong** note" in before

    live.goto(address)
    put_caret(live, -1)
    live.keyboard.type(", and more")
    saved(live)

    plain.goto(address)
    assert plain.get_by_label("Text", exact=True).input_value().strip() == before.strip() + ", and more"


def test_the_bundle_is_loaded_here_only_and_light_enough(draft, open_as):
    loaded = []
    ana = draft("Weighed")
    ana.on("response", lambda answer: loaded.append(answer) if "/built/" in answer.url else None)
    ana.reload()
    written(ana)
    [bundle] = loaded
    assert bundle.headers["content-encoding"] == "gzip"
    assert int(bundle.headers["content-length"]) < 122 * 1024

    loaded.clear()
    for address in (GROUP, GROUP + "documents/", GROUP + "chat/"):
        ana.goto(address)
    assert loaded == []


PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


@pytest.mark.parametrize(("language", "options"), [("English", {}), ("English", PHONE), ("العربيّة", {})])
def test_the_editor_shuts_nobody_out(draft, visit, language, options):
    ana = draft("For everybody")
    ana.keyboard.type("# Purpose\nTo agree on fees.\n- recruiters\n\nIn May.")
    saved(ana)
    page = visit(ana, **options)
    page.get_by_role("contentinfo").get_by_role("button", name=language).click()
    written(page)
    suggest(page, taken=5, added="wages.")
    page.keyboard.press("Shift+Home")
    page.keyboard.press("Control+Alt+m")
    expect(page.locator("[data-comment-form]")).to_be_visible()

    found = faults(page, RULES)
    page.emulate_media(color_scheme="dark")
    found += faults(page, CONTRAST)

    assert found == []
    assert width(page) == 0
    assert page.locator("html").get_attribute("dir") == ("ltr" if language == "English" else "rtl")
    page.get_by_role("contentinfo").get_by_role("button", name="English").click()
    written(page)


def test_who_loses_a_page_keeps_nothing_of_it(draft, visit):
    ana = draft("Taken away")
    ana.keyboard.type("Known to members.")
    saved(ana)
    marta = visit(ana)
    marta.goto(ana.url.removesuffix("write/"))
    marta.locator("summary", has_text="Delete").click()
    marta.get_by_role("button", name="Put in the trash").click()

    expect(ana.get_by_role("alert")).to_have_text("This page is not there for you any more.", timeout=40_000)
    assert "Known to members." not in ana.content()
    assert ana.evaluate("Object.values(sessionStorage).filter((kept) => kept.length > 20)") == []


def test_who_signs_out_takes_along_what_was_not_saved(draft):
    ana = draft("Signed out")
    ana.keyboard.type("Saved.")
    saved(ana)
    ana.context.set_offline(True)
    ana.keyboard.type(" Not saved.")
    expect(ana.locator("[data-state]")).to_have_text("Offline: kept here")
    ana.wait_for_function("() => Object.keys(sessionStorage).some((name) => /page:.*write.$/.test(name))")
    ana.evaluate(
        "document.querySelector('form[action$=\"/logout/\"]').addEventListener('submit', (event) => event.preventDefault())"
    )

    ana.get_by_label("Your account").click()
    ana.get_by_role("button", name="Sign out").click()
    ana.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")

    assert ana.evaluate("Object.keys(sessionStorage)") == []


def test_who_is_removed_while_typing_reads_on_and_writes_no_more(draft, visit, open_as):
    """The last story of this file: nobody of the harbour workers comes back. Partners read along in this group."""
    ana = draft("Removed")
    ana.keyboard.type("Known to members.")
    saved(ana)
    marta = visit(ana)

    remove_the_harbour_workers(open_as(LEAD))

    expect(ana.get_by_role("alert")).to_have_text("You may read this page, but no longer write in it.")
    expect(ana.locator(".write__text")).to_have_attribute("contenteditable", "false")
    expect(ana.get_by_role("toolbar")).to_be_hidden()
    put_caret(marta)
    marta.keyboard.type(" And after.")
    saved(marta)
    expect(ana.locator(".write__text > p")).to_have_text("Known to members. And after.")
