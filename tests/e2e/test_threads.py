"""Threads from their beginning to their end: what is asked in them, what leads arrange, and how nobody loses their place."""

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from tests.e2e.conftest import GROUP, LEAD, MEMBER, NEWCOMER

THREADS = GROUP + "threads/"


def start(page, title, body="What do we know so far?", kind="discussion", **more):
    """Start a thread and return its address; `more` are fields by their names."""
    page.goto(THREADS + "new/")
    page.get_by_label("Title", exact=True).fill(title)
    page.get_by_label("Kind").select_option(kind)
    for name, value in more.items():
        field = page.locator(f"[name={name}]")
        field.check() if value is True else field.fill(value)
    page.get_by_label("Text", exact=True).fill(body)
    page.get_by_role("button", name="Start the thread").click()
    expect(page.locator("h1")).to_have_text(title)
    return page.evaluate("location.pathname")


def answer(page, body):
    """Add a post to the thread that is open."""
    page.get_by_role("textbox", name="Your answer").fill(body)
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator("article.post").last).to_contain_text(body)


def act(page, word):
    """Choose something from the menu of the thread that is open."""
    page.locator("summary", has_text="This thread").click()
    page.locator(".thread-menu").get_by_text(word, exact=True).click()


def act_on(page, number, word):
    """Choose something from the menu of a post."""
    page.get_by_role("link", name=f"More #{number}", exact=True).click()
    page.locator("#post-menu").get_by_text(word, exact=True).click()


def in_days(days):
    """Return a moment as a field for date and time takes it."""
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


def test_an_announcement_is_acknowledged_and_counted_by_organisation(open_as):
    lead, member = open_as(LEAD), open_as(MEMBER)
    address = start(lead, "The meeting moves to May", kind="announcement", acknowledge=True)

    member.goto(address)
    member.get_by_role("button", name=re.compile("I have read this, for")).click()
    expect(member.locator("main")).to_contain_text("You have acknowledged this for")

    lead.goto(address)
    expect(lead.locator(".asked")).to_contain_text("1 organisation has acknowledged")
    lead.get_by_role("link", name="Who has, and who has not").click()
    expect(lead.locator("section[aria-labelledby=done]")).to_contain_text("João Semedo")
    missing = lead.locator("section[aria-labelledby=missing]")
    expect(missing).not_to_contain_text("João Semedo")
    waiting = missing.locator("li").count()
    assert waiting > 1
    expect(lead.locator("#progress")).to_have_text(f"1 of {waiting + 1} organisations have acknowledged")


def test_an_action_is_made_from_a_post_and_stands_on_the_home_of_who_does_it(open_as):
    lead, member = open_as(LEAD), open_as(MEMBER)
    address = start(lead, "Figures for the report", body="João, could you send the figures?")
    act_on(lead, 1, "Make an action of it")
    lead.get_by_label("What is to be done").fill("Send the figures of March")
    owner = lead.get_by_label("Who does it")
    owner.select_option(owner.locator("option", has_text="João Semedo").first.get_attribute("value"))
    lead.get_by_label("Until").fill(in_days(5)[:10])
    lead.get_by_role("button", name="Write it down").click()
    lead.goto(address)
    expect(lead.locator("#post-1")).to_contain_text("Send the figures of March")

    member.goto("/")
    member.get_by_role("link", name="Send the figures of March").click()
    expect(member.locator("main")).to_contain_text("Figures for the report")
    member.get_by_role("button", name=re.compile("^Done")).click()
    expect(member.locator("main")).to_contain_text("Marked as done.")
    member.goto("/")
    expect(member.get_by_role("link", name="Send the figures of March")).to_have_count(0)


def test_threads_are_merged_and_the_old_address_leads_on(open_as):
    lead, member = open_as(LEAD), open_as(MEMBER)
    kept = start(lead, "Audit questions")
    member.goto(THREADS)
    other = start(member, "More audit questions", body="What of the night shifts?")
    lead.goto(other)
    act(lead, "Merge into another thread")
    into = lead.get_by_label("Thread", exact=True)
    into.select_option(into.locator("option", has_text="Audit questions").first.get_attribute("value"))
    lead.get_by_role("button", name="Merge the threads").click()
    expect(lead.locator("h1")).to_have_text("Audit questions")
    expect(lead.locator("article.post").last).to_contain_text("What of the night shifts?")
    expect(lead.locator("article.post").last).to_contain_text("João Semedo")

    member.goto(other)
    expect(member.locator("main")).to_contain_text("This thread was merged into another one.")
    member.locator("section[aria-label=Merged]").get_by_role("link", name="Open it").click()
    assert member.evaluate("location.pathname") == kept


def test_a_thread_is_closed_with_a_conclusion_and_opened_again(open_as):
    lead, member = open_as(LEAD), open_as(MEMBER)
    address = start(lead, "Which template?")
    act(lead, "Close with a conclusion")
    lead.get_by_label("Conclusion").fill("The short one.")
    lead.get_by_role("button", name="Close with this conclusion").click()
    member.goto(address)
    expect(member.locator(".conclusion")).to_contain_text("The short one.")
    expect(member.get_by_role("textbox", name="Your answer")).to_have_count(0)
    act(lead, "Open again")
    member.reload()
    answer(member, "Then let me ask about the long one.")


def test_what_is_unseemly_is_reported_hidden_traced_and_its_author_muted(open_as):
    lead, member = open_as(LEAD), open_as(MEMBER)
    address = start(member, "Rates of pay", body="Ask the idiot who keeps the books.")

    lead.goto(address)
    act_on(lead, 1, "Report")
    lead.get_by_label("What is wrong with it").fill("It insults somebody.")
    lead.get_by_role("button", name="Report", exact=True).click()
    lead.goto(THREADS + "reports/")
    case = lead.locator("article", has_text="It insults somebody.")
    expect(case).to_contain_text("João Semedo")
    case.locator("button[value=hide]").click()
    expect(lead.locator("section[aria-labelledby=hidden]")).to_contain_text("Rates of pay")

    member.goto(address)
    expect(member.locator("#post-1")).not_to_contain_text("idiot")
    member.locator("#post-1").get_by_role("link").last.click()
    lead.goto(f"{address}posts/1/hidden/")
    lead.get_by_role("link", name="Mute who wrote it").click()
    lead.get_by_label("Reason").fill("Cool down, please.")
    lead.get_by_role("button", name="Mute", exact=True).click()
    expect(lead.locator("main")).to_contain_text("Muted, and told so.")

    member.goto(address)
    expect(member.get_by_role("textbox", name="Your answer")).to_have_count(0)
    expect(member.locator("#answer")).to_contain_text("Cool down, please.")
    lead.goto(f"{address}posts/1/hidden/")
    lead.get_by_role("link", name="Mute who wrote it").click()
    lead.get_by_role("button", name="Let them write again").click()
    member.reload()
    expect(member.get_by_role("textbox", name="Your answer")).to_be_visible()
    lead.goto(GROUP + "settings/record/")
    expect(lead.locator(".record")).to_contain_text("Cool down, please.")


def test_who_comes_back_finds_what_is_new_and_puts_it_away(open_as):
    """Home says what changed; a thread opens at the first unread; what is muted stays silent."""
    lead, member = open_as(LEAD), open_as(MEMBER)
    address = start(lead, "Notes from the field")
    member.goto(address)
    expect(member.locator("#posts")).to_have_attribute("data-read-to", re.compile("[01]"))
    with member.expect_response("**/read/"):
        member.mouse.wheel(0, 3000)
    for number in range(2, 26):
        answer(lead, f"Note {number}. " + "It was a long day. " * 40)

    member.goto("/")
    row = member.locator("li.row", has_text="Notes from the field")
    expect(row.locator(".count")).to_contain_text("24")
    row.get_by_role("link", name="Notes from the field").click()
    expect(member.locator("#post-2")).to_be_in_viewport()
    expect(member.locator("#post-2")).to_contain_text("Note 2.")

    member.goto("/")
    row.get_by_role("button", name="Put away Notes from the field").click()
    expect(row).to_have_count(0)
    member.get_by_role("button", name="Bring back what you put away").click()
    expect(row).to_have_count(1)
    member.get_by_role("button", name="Put everything away").click()
    expect(member.locator("main")).to_contain_text("Nothing new waits for you.")

    member.goto(address)
    act(member, "Mute: nothing but mentions")
    expect(member.locator("header.head")).to_contain_text("Muted by you")
    lead.goto(address + "?last=1")
    answer(lead, "Only for those who listen")
    member.goto("/")
    expect(row).to_have_count(0)
    member.goto(address)
    act(member, "Hear of it again")
    member.goto("/")
    expect(row).to_have_count(1)


def test_levels_of_a_group_are_chosen_for_each_channel(open_as):
    member = open_as(MEMBER)
    member.goto(GROUP + "notifications/")
    for field in member.locator("main form select").all():
        field.select_option(field.locator("option").last.get_attribute("value"))
    member.get_by_role("button", name="Save").click()
    chosen = [field.input_value() for field in member.locator("main form select").all()]
    member.goto(GROUP + "notifications/")
    assert [field.input_value() for field in member.locator("main form select").all()] == chosen


def test_public_pages_name_their_feeds(open_as):
    visitor = open_as()
    visitor.goto("/groups/")
    feed = visitor.locator("link[rel=alternate][type='application/atom+xml']").get_attribute("href")
    answered = visitor.request.get(feed)
    assert answered.headers["content-type"].startswith("application/atom+xml")
    assert "<feed" in answered.text()
    assert open_as(NEWCOMER).request.get(GROUP + "feed/").status == 404
