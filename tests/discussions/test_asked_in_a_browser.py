"""What a group asks of its members, in a real browser: by keyboard, on a phone, from right to left, without scripts."""

import re
import uuid
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from discussions.actions.models import Action
from discussions.actions.services import add_action
from discussions.asking.models import Acknowledgement, Answer
from discussions.asking.services import ask_to_acknowledge
from discussions.calendars.models import Feed
from discussions.polls.models import Ballot

pytestmark = [pytest.mark.browser, pytest.mark.slow]
RULES = {"rules": {"target-size": {"enabled": True}}}


@pytest.fixture
def asked(supply_chains, start, ask, capacity, lead, member, colleague, weavers):
    """The addresses of everything that is asked, and of an action."""
    by = capacity(lead, supply_chains)
    until = timezone.now() + timedelta(days=5)
    announcement = start(supply_chains, lead, "The meeting moves", kind="announcement")
    ask_to_acknowledge(announcement, by=by)
    poll = ask(announcement, lead, options=["Porto", "Dhaka"], shown="always")
    consultation = start(supply_chains, lead, "The plan", kind="consultation", open_until=until)
    action = add_action(
        supply_chains,
        by=by,
        text="Send the figures",
        owner_id=weavers.pk,
        due_on=(timezone.now() - timedelta(days=2)).date(),
        key=uuid.uuid4(),
        post=announcement.posts.get(),
    )
    thread = announcement.get_absolute_url()
    return {
        "thread": thread,
        "poll": poll.get_absolute_url(),
        "new poll": thread + "polls/new/",
        "acknowledgements": thread + "acknowledgements/",
        "consultation": consultation.get_absolute_url(),
        "answers": consultation.get_absolute_url() + "answers/",
        "actions": "/groups/supply-chains/actions/",
        "new action": "/groups/supply-chains/actions/new/",
        "action": action.get_absolute_url(),
        "change": action.get_absolute_url() + "change/",
        "own": "/actions/",
        "calendar": "/calendar/",
        "home": "/",
    }


def test_everything_is_done_by_keyboard(open_as, asked, member, weavers):
    page = open_as(member)
    page.goto(asked["thread"])
    page.get_by_role("button", name=re.compile("I have read this, for")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("You have acknowledged this for")).to_be_visible()
    assert Acknowledgement.objects.get().organisation == weavers
    page.get_by_label("Porto").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your vote counts for")).to_be_visible()
    assert [option.text for option in Ballot.objects.get().options.all()] == ["Dhaka"]
    page.goto(asked["consultation"])
    page.get_by_role("link", name=re.compile("^Answer")).focus()
    page.keyboard.press("Enter")
    page.get_by_label("Support", exact=True).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Gladly.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("This is the answer of")).to_be_visible()
    assert Answer.objects.get().text == "Gladly."
    page.goto(asked["actions"])
    page.get_by_role("button", name=re.compile("^Done")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Marked as done.")).to_be_visible()
    assert Action.objects.get().state == "done"


def test_without_scripts_the_same_forms_do(open_as, asked, lead, weavers):
    page = open_as(lead, java_script_enabled=False)
    page.goto(asked["new action"])
    page.get_by_label("What is to be done").fill("Write the letter")
    page.get_by_label("Who does it").select_option(str(weavers.pk))
    page.get_by_label("Until").fill((timezone.now() + timedelta(days=3)).date().isoformat())
    page.get_by_role("button", name="Write it down").click()
    page.wait_for_url(re.compile(r"/actions/\d+/$"))
    page.locator("summary", has_text="Drop").click()
    page.get_by_label("Why it is dropped").fill("Sent already.")
    page.locator(".confirm__box button").click()
    expect(page.get_by_text("The action is dropped.")).to_be_visible()
    assert Action.objects.get(text="Write the letter").reason == "Sent already."
    page.goto(asked["acknowledgements"])
    page.get_by_role("button", name="Remind those who have not").click()
    expect(page.get_by_text("2 people are reminded.")).to_be_visible()
    page.goto(asked["poll"])
    page.locator("summary", has_text="Close the poll now").click()
    page.locator(".confirm__box button").click()
    expect(page.get_by_text("The poll is closed.")).to_be_visible()
    page.goto(asked["calendar"])
    page.get_by_role("button", name="Make the address").click()
    address = page.locator("#address a")
    expect(address).to_have_attribute("href", re.compile(r"^webcal://.+\.ics$"))
    assert Feed.objects.get().user == lead


def test_pages_are_accessible_on_a_phone_in_the_dark_and_from_right_to_left(open_as, asked, lead):
    found = {}
    page = open_as(lead, viewport={"width": 360, "height": 740}, color_scheme="dark")
    for name, address in asked.items():
        page.goto(address)
        result = Axe().run(page, options=RULES)
        if result.violations_count:
            found[name] = [(one["id"], one["nodes"][0]["html"][:120]) for one in result.response["violations"]]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            found[name, "wide"] = wide
    lead.language = "ar"
    lead.save()
    for name, address in asked.items():
        page.goto(address)
        assert page.evaluate("document.documentElement.dir") == "rtl"
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            found[name, "wide in Arabic"] = wide
    assert found == {}
