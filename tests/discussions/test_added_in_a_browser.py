"""What stands beside the posts of a thread, in a real browser: by keyboard, on a phone, from right to left, without scripts."""

import re
import uuid
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from discussions import services
from discussions.models import Bookmark, Post, Scheduled, Thread

pytestmark = [pytest.mark.browser, pytest.mark.slow]
RULES = {"rules": {"target-size": {"enabled": True}}}
PHONE = {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}
SELECT = """([post, words]) => {
  const walk = document.createTreeWalker(document.querySelector(`${post} .post__body`), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const start = walk.currentNode.data.indexOf(words);
    if (start < 0) continue;
    getSelection().setBaseAndExtent(walk.currentNode, start, walk.currentNode, start + words.length);
    return;
  }
}"""


@pytest.fixture
def talk(thread, lead, member, say):
    """The address of a thread of three posts."""
    say(thread, lead, "Fees were **4,200** in the north.\n\nIn the south nobody asked.")
    say(thread, member, "Then we ask.")
    return thread.get_absolute_url()


def menu_of(page, number):
    """Open the menu of a post by keyboard."""
    page.get_by_role("link", name=f"More #{number}", exact=True).focus()
    page.keyboard.press("Enter")
    menu = page.locator("#post-menu")
    expect(menu).to_be_visible()
    return menu


def body(page):
    return page.locator("[data-body]")


def signs(number):
    return [emoji for emoji, _person, _organisation in Post.objects.get(number=number).signs]


def wide(page):
    """By how many pixels the page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def test_the_menu_is_worked_by_keyboard(open_as, talk, member):
    page = open_as(member)
    page.goto(talk)
    menu = menu_of(page, 2)
    expect(menu.get_by_role("button", name="Agreed")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(menu.get_by_role("link", name="Report")).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(page.get_by_role("link", name="More #2", exact=True)).to_be_focused()
    menu_of(page, 3)
    expect(menu.get_by_role("link", name="Edit")).to_be_visible()
    expect(menu.get_by_role("link", name="Report")).to_have_count(0)
    assert Axe().run(page, options=RULES).response["violations"] == []


def test_a_sign_is_given_and_taken_back_in_place(open_as, talk, member):
    page = open_as(member)
    page.goto(talk)
    body(page).fill("Half a thought")
    menu = menu_of(page, 2)
    page.keyboard.press("ArrowRight")
    expect(menu.get_by_role("button", name="Thank you")).to_be_focused()
    page.keyboard.press("Enter")
    sign = page.locator("#post-2 .sign")
    expect(sign).to_have_attribute("aria-pressed", "true")
    expect(sign).to_have_attribute("title", "Thank you (1): Marco Silva")
    expect(menu).to_be_hidden()
    expect(page.get_by_role("link", name="More #2", exact=True)).to_be_focused()
    assert signs(2) == ["❤️"]
    menu_of(page, 2)
    expect(menu.get_by_role("button", name="Thank you")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    sign.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#post-2 .post__signs")).to_have_count(0)
    assert signs(2) == []
    expect(page.get_by_role("link", name="More #2", exact=True)).to_be_focused()
    expect(body(page)).to_have_value("Half a thought")


def test_a_sign_of_somebody_else_is_joined_and_the_focus_stays(open_as, talk, member, lead, thread, capacity):
    services.react(thread.posts.get(number=2), by=capacity(lead, thread.group), emoji="👍", on=True)
    page = open_as(member)
    page.goto(talk)
    sign = page.locator("#post-2 .sign")
    sign.focus()
    page.keyboard.press("Enter")
    expect(sign).to_have_attribute("title", "Agreed (2): Lina Okafor, Marco Silva")
    expect(sign).to_be_focused()


def test_words_that_are_selected_are_quoted(open_as, talk, member, thread):
    page = open_as(member)
    page.goto(talk)
    body(page).fill("First this.")
    page.evaluate(SELECT, ["#post-2", "nobody asked"])
    page.get_by_role("button", name="Quote", exact=True).click()
    expect(body(page)).to_have_value("First this.\n\n> #2\n> nobody asked\n\n")
    expect(body(page)).to_be_focused()
    expect(page.locator("[data-quote-selection]")).to_be_hidden()
    page.keyboard.type("We did.")
    page.keyboard.press("Control+Enter")
    quote = page.locator("#post-4 .quote")
    expect(quote).to_contain_text("nobody asked")
    expect(quote.get_by_role("link")).to_have_attribute("href", "#post-2")


def test_a_whole_post_is_quoted_from_its_menu(open_as, talk, member):
    page = open_as(member)
    page.goto(talk)
    menu_of(page, 2).get_by_role("link", name="Quote").press("Enter")
    quoted = "> #2\n> Fees were **4,200** in the north.\n>\n> In the south nobody asked.\n\n"
    expect(body(page)).to_have_value(quoted)
    expect(body(page)).to_be_focused()


def test_posts_are_split_off_and_the_old_address_leads_there(open_as, talk, lead, member):
    page = open_as(lead)
    page.goto(talk)
    menu_of(page, 2).get_by_role("link", name="Move to another thread").press("Enter")
    expect(page.get_by_role("checkbox", name=re.compile("#2"))).to_be_checked()
    page.get_by_role("button", name="Move them").press("Enter")
    expect(page.get_by_text("Give the thread a title.").first).to_be_visible()
    expect(page.get_by_role("checkbox", name=re.compile("#2"))).to_be_checked()
    page.get_by_label("Title of the new thread").fill("Fees in the north")
    page.get_by_role("button", name="Move them").press("Enter")
    expect(page.locator("h1")).to_have_text("Fees in the north")
    expect(page.get_by_text("1 post was moved.")).to_be_visible()
    split = Thread.objects.get(title="Fees in the north")
    reader = open_as(member)
    reader.goto(f"{talk}?post=2#post-2")
    reader.wait_for_url(f"{split.get_absolute_url()}?post=1#post-1")
    expect(reader.locator("#post-1")).to_contain_text("Fees were 4,200 in the north.")


def test_a_bookmark_is_made_found_and_noted(open_as, talk, member):
    page = open_as(member)
    page.goto(talk)
    menu_of(page, 2).get_by_role("button", name="Bookmark").press("Enter")
    expect(page.get_by_text("Bookmarked: you find it under Bookmarks.")).to_be_visible()
    page.get_by_label("Your account").press("Enter")
    page.get_by_role("link", name="Bookmarks").press("Enter")
    page.wait_for_url("/bookmarks/")
    expect(page.locator(".row")).to_contain_text("Fees were 4,200")
    page.get_by_label("Note to yourself").fill("For the report")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Note to yourself")).to_have_value("For the report")
    assert Bookmark.objects.get().note == "For the report"
    page.locator(".row__title a").press("Enter")
    page.wait_for_url(re.compile(r"post=2#post-2$"))
    expect(menu_of(page, 2).get_by_role("button", name="Remove the bookmark")).to_be_visible()


def test_what_is_written_for_later_is_sent_now_and_leaves_no_draft(open_as, talk, member, thread):
    page = open_as(member)
    page.goto(talk)
    body(page).fill("When the figures are out.")
    page.get_by_role("button", name="Later…").press("Enter")
    expect(page.get_by_label("Your answer")).to_have_value("When the figures are out.")
    moment = timezone.now() + timedelta(days=2)
    page.get_by_label("When it appears").fill(moment.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_role("button", name="Keep until then").press("Enter")
    page.wait_for_url("/scheduled/")
    assert Scheduled.objects.get().body == "When the figures are out."
    assert thread.posts.count() == 3
    page.goto(talk)
    expect(body(page)).to_have_value("")
    page.goto("/scheduled/")
    page.get_by_role("button", name="Post now").press("Enter")
    expect(page.locator("#post-4 .post__body")).to_have_text("When the figures are out.")
    assert not Scheduled.objects.exists()


def test_leads_keep_a_summary_that_everybody_reads_first(open_as, talk, lead, member):
    page = open_as(lead)
    page.goto(talk)
    page.locator("summary", has_text="This thread").press("Enter")
    page.get_by_role("link", name="Write a summary").press("Enter")
    page.get_by_label("Summary").fill("North: **4,200**.")
    page.get_by_role("button", name="Preview").press("Enter")
    expect(page.locator("[data-preview] strong")).to_have_text("4,200")
    page.get_by_role("button", name="Save").press("Enter")
    reader = open_as(member)
    reader.goto(talk)
    summary = reader.get_by_role("region", name="Summary")
    expect(summary).to_contain_text("North: 4,200.")
    expect(summary).to_contain_text("Updated by Lina Okafor")
    expect(summary.get_by_role("link", name="Change")).to_have_count(0)
    summary.get_by_role("link", name="Versions").press("Enter")
    expect(reader.get_by_role("region", name="Version 1")).to_contain_text("North: 4,200.")


def test_without_scripts_the_same_is_done_by_pages(open_as, talk, lead, thread):
    page = open_as(lead, java_script_enabled=False)
    page.goto(talk)
    page.get_by_role("link", name="More #3", exact=True).click()
    page.get_by_role("button", name="Thank you").click()
    sign = page.locator("#post-3 .sign")
    expect(sign).to_have_attribute("title", "Thank you (1): Lina Okafor")
    sign.click()
    expect(sign).to_have_count(0)
    page.get_by_role("link", name="More #3", exact=True).click()
    page.get_by_role("link", name="Quote").click()
    expect(body(page)).to_have_value("> #3\n> Then we ask.\n\n")
    page.locator("summary", has_text="This thread").click()
    page.get_by_role("button", name="Watch: a letter for every post").click()
    expect(page.get_by_text("You watch it")).to_be_visible()
    page.locator("summary", has_text="This thread").click()
    page.get_by_role("link", name="Merge into another thread").click()
    page.get_by_role("button", name="Merge the threads").click()
    expect(page.get_by_text("Choose the thread they go to.").first).to_be_visible()
    page.goto(talk)
    page.locator("summary", has_text="This thread").click()
    page.get_by_role("link", name="What leaves the group").click()
    page.get_by_role("radio").last.check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".attribution")).to_be_visible()


def test_pages_are_accessible_on_a_phone_in_the_dark_and_from_right_to_left(
    open_as, talk, lead, thread, supply_chains, start, say, capacity
):
    by = capacity(lead, supply_chains)
    other = start(supply_chains, lead, "Contracts")
    say(thread, lead, "> #2\n> In the south nobody asked.\n\nNow somebody does.")
    services.react(thread.posts.get(number=3), by=by, emoji="👍", on=True)
    services.move_posts(thread, other, by=by, numbers=[2])
    services.bookmark(lead, thread.posts.get(number=3), on=True)
    services.schedule(
        supply_chains,
        by=by,
        thread=thread,
        body="Later.",
        due_at=timezone.now() + timedelta(days=1),
        key=uuid.uuid4(),
    )
    services.write_summary(thread, by=by, body="North: **4,200**.", base=0)
    pages = {
        "thread": talk,
        "post": f"{talk}posts/3/",
        "other": other.get_absolute_url(),
        "move": f"{talk}move/?post=3",
        "merge": f"{talk}merge/",
        "attribution": f"{talk}attribution/",
        "summary": f"{talk}summary/",
        "versions": f"{talk}summaries/",
        "bookmarks": "/bookmarks/",
        "scheduled": "/scheduled/",
        "edit scheduled": f"/scheduled/{Scheduled.objects.get().pk}/",
    }
    found = {}
    page = open_as(lead, **PHONE)
    for name, address in pages.items():
        assert page.goto(address).ok, name
        if violations := Axe().run(page, options=RULES).response["violations"]:
            found[name] = [(one["id"], one["nodes"][0]["html"][:120]) for one in violations]
        if more := wide(page):
            found[name, "wide"] = more
    page.goto(talk)
    page.locator("summary", has_text="This thread").click()
    whole = page.locator(".thread-menu .menu__list").bounding_box()
    assert whole["x"] >= 0 and whole["x"] + whole["width"] <= 360
    page.goto(talk)
    page.get_by_role("link", name="More #3", exact=True).click()
    expect(page.locator("#post-menu")).to_be_in_viewport(ratio=1)
    if violations := Axe().run(page, options=RULES).response["violations"]:
        found["menu"] = [(one["id"], one["nodes"][0]["html"][:120]) for one in violations]
    lead.language = "ar"
    lead.save()
    for name, address in pages.items():
        page.goto(address)
        assert page.evaluate("document.documentElement.dir") == "rtl"
        if more := wide(page):
            found[name, "wide in Arabic"] = more
    assert found == {}


def test_the_menu_opens_beside_what_opened_it_from_right_to_left(open_as, talk, member):
    member.language = "ar"
    member.save()
    page = open_as(member, viewport={"width": 1100, "height": 800})
    page.goto(talk)
    more = page.locator("#post-2 [data-more]")
    more.click()
    menu = page.locator("#post-menu")
    expect(menu).to_be_in_viewport(ratio=1)
    at, box = more.bounding_box(), menu.bounding_box()
    assert abs(box["x"] - at["x"]) < 8 or box["x"] <= at["x"] < box["x"] + box["width"]
    assert box["y"] >= at["y"] + at["height"] or box["y"] + box["height"] <= at["y"]
