"""Threads from their beginning to their end: what is asked in them, what leads arrange, and how nobody loses their place."""

import re

from playwright.sync_api import expect

from tests.e2e.conftest import GROUP, LEAD, MEMBER, NEWCOMER
from tests.e2e.test_keyboard import follow, tab_to
from tests.e2e.test_pages import RULES, faults
from tests.e2e.threads import THREADS, act, act_on, answer, ask, in_days, result_of, start, vote


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


def test_organisations_answer_a_consultation_and_its_report_says_who_answered_for_whom(open_as):
    """One of them answers without a mouse, thinks again in time, and has one voice."""
    lead, member = open_as(LEAD), open_as(MEMBER)
    address = start(lead, "The plan for next year", kind="consultation", open_until=in_days(4))
    lead.get_by_role("link", name=re.compile("^Answer")).click()
    lead.get_by_label("Support", exact=True).check()
    lead.get_by_role("textbox", name="Comment").fill("As it is written.")
    lead.get_by_role("button", name="Answer", exact=True).click()
    expect(lead.locator("main")).to_contain_text("This is the answer of")

    member.goto(address)
    expect(member.locator(".asked")).to_contain_text("1 organisation has answered")
    follow(member, member.get_by_role("link", name=re.compile("^Answer")))
    tab_to(member, member.get_by_label("Support", exact=True))
    for key in ("ArrowDown", "ArrowDown", "Tab"):
        member.keyboard.press(key)
    member.keyboard.type("Too late for the harbours.")
    member.keyboard.press("Tab")
    member.keyboard.press("Enter")
    expect(member.locator("main")).to_contain_text("This is the answer of")
    member.goto(address)
    expect(member.locator(".asked")).to_contain_text("has answered: Object.")
    expect(member.locator(".asked")).to_contain_text("2 organisations have answered")
    member.get_by_role("link", name=re.compile("^Change the answer")).click()
    member.get_by_label("Support with comment").check()
    member.get_by_role("textbox", name="Comment").fill("In May it can be done.")
    member.get_by_role("button", name="Change the answer").click()

    lead.goto(address)
    act(lead, "Close with a conclusion")
    lead.get_by_label("Conclusion").fill("We go on in May.")
    lead.get_by_role("button", name="Close with this conclusion").click()
    member.reload()
    expect(member.locator("h1")).to_have_text("Closing report")
    expect(member.locator("main")).to_contain_text("Frozen when the consultation ended")
    expect(member.locator("#answer")).to_have_count(0)
    lines = member.locator("section[aria-labelledby=lines] > ul > li")
    line = lines.filter(has_text="João Semedo")
    expect(line.locator(".lines__head strong")).to_have_text("Support with comment")
    expect(line).to_contain_text("Harbour Workers")
    expect(line).to_contain_text("International secretary")
    line.locator("summary", has_text="1 earlier answer").click()
    expect(line.locator("details")).to_contain_text("Too late for the harbours.")
    expect(lines.filter(has_text="Marta Quintela").locator("strong")).to_have_text("Support")
    expect(lines.locator("strong")).to_have_count(2)
    assert faults(member, RULES) == []


def test_an_organisation_has_one_voice_in_a_poll_however_often_it_votes(open_as):
    """One of them votes with scripts switched off."""
    lead, member = open_as(LEAD), open_as(MEMBER, java_script_enabled=False)
    address = start(lead, "Where do we meet?")
    ask(lead, "Which town?", ["Porto", "Dhaka"], voices="One organisation, one voice")
    vote(lead, "Porto")

    member.goto(address)
    expect(member.locator(".asked")).to_contain_text("One organisation, one voice")
    expect(member.locator(".poll__option")).to_have_count(0)
    vote(member, "Porto")
    member.locator(".asked summary", has_text="Change the vote").click()
    vote(member, "Dhaka")
    expect(member.locator(".asked")).to_contain_text("2 voices cast")

    assert result_of(lead, address) == {"Porto": "1", "Dhaka": "1"}
    chosen = lead.locator(".poll__option", has_text="Dhaka")
    expect(chosen).to_contain_text("João Semedo")
    table = lead.get_by_role("table", name="Voices by stakeholder type")
    expect(table.locator("tbody th")).to_have_text(["Workers’ organisation", "Civil society organisation"])
    expect(table.locator("tbody td.num")).to_have_text(["0", "1", "1", "0"])
    assert faults(lead, RULES) == []


def test_a_person_has_one_voice_where_people_are_asked(open_as):
    lead, member = open_as(LEAD), open_as(MEMBER)
    address = start(lead, "Who takes the minutes?")
    ask(lead, "Would you?", ["Gladly", "Rather not"], voices="One person, one voice")
    vote(lead, "Rather not")
    member.goto(address)
    expect(member.locator(".asked")).to_contain_text("One person, one voice")
    vote(member, "Gladly")
    expect(member.locator(".asked")).to_contain_text("You have voted")

    lead.goto(address)
    lead.get_by_role("link", name=re.compile("^Who voted, and by stakeholder type")).click()
    lead.locator("summary", has_text="Close the poll now").click()
    lead.locator(".confirm__box button").click()
    expect(lead.locator("main")).to_contain_text("closed early")
    assert result_of(member, address) == {"Gladly": "1", "Rather not": "1"}
    expect(member.locator(".poll__option", has_text="Gladly")).to_contain_text("João Semedo")
    expect(member.get_by_role("table").locator("tbody td.num")).to_have_text(["1", "0", "0", "1"])
    expect(member.get_by_role("button", name="Vote")).to_have_count(0)


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
