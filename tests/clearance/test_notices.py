"""Who is told what of a clearance, when, and in which words."""

import re
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from discussions.calendars.services import make_feed
from groups import services as groups
from groups.clearance import services
from groups.clearance.models import Round
from groups.standing import Standing
from notifications.models import Notice
from notifications.services import render_notices
from tests.clearance.conftest import DAY, asked, capacity, fresh, over, put, reviewed, say
from tests.letters import everything


def told(person):
    """Return what a person's notices say today, by kind."""
    notices = list(Notice.objects.filter(user=person, kind__startswith="clearance").order_by("pk"))
    return [(notice.kind.removeprefix("clearance_"), words.text) for notice, words in render_notices(notices, person)]


def days_before(round_, days):
    """Let the clock come by so many days before the date."""
    services.attend(round_.until - days * DAY)


def test_those_who_write_are_told_of_a_review_and_those_asked_of_a_clearance(draft, lead, member, observer, dockers):
    round_ = reviewed(draft, member)
    assert [kind for kind, _text in told(lead)] == ["review"]
    assert told(member) == told(observer) == []
    asked(round_, lead, dockers)
    assert told(lead) == []
    assert told(member) == []


def test_the_silent_are_reminded_a_week_and_two_days_before(running, lead, member):
    running.until = timezone.now() + 20 * DAY
    running.save(update_fields=["until"])
    say(running, lead)
    days_before(running, 8)
    assert [kind for kind, _text in told(member)] == ["asked"]
    days_before(running, 6.9)
    days_before(running, 6)
    assert [kind for kind, _text in told(member)] == ["asked", "reminder"]
    days_before(running, 1.9)
    assert [kind for kind, _text in told(member)] == ["asked", "reminder"]
    assert Notice.objects.get(user=member, kind="clearance_reminder").key.endswith(":2")
    assert [kind for kind, _text in told(lead)] == []
    say(running, member)
    assert told(member) == []


def test_who_acts_for_another_that_is_silent_keeps_the_reminder(running, lead, member, dockers, weavers, affiliate):
    tie = affiliate(lead, weavers)
    weavers.memberships.get().participants.create(affiliation=tie, user=lead)
    days_before(running, 1)
    assert [kind for kind, _text in told(lead)] == ["reminder"]
    for organisation, left in ((dockers, ["reminder"]), (weavers, [])):
        by = Standing.of(lead, running.group).speak(organisation.pk)
        services.answer(running, by=by, says="clear", base=0, key=uuid.uuid4())
        assert [kind for kind, _text in told(lead)] == left


def test_a_date_of_another_year_names_it(running, member):
    now = timezone.localtime()
    for until in (now + DAY, now.replace(year=now.year + 2, day=1)):
        Round.objects.update(until=until)
        ((_kind, text),) = told(member)
        assert until.strftime("%H:%M") in text
        assert (str(until.year) in text) == (until.year != now.year)


def test_a_date_that_was_moved_reminds_anew(running, lead, member):
    days_before(running, 1)
    assert Notice.objects.filter(kind="clearance_reminder", user=member).count() == 1
    services.prolong(running, by=capacity(lead, running.group), until=running.until + 30 * DAY)
    assert not Notice.objects.filter(kind="clearance_reminder").exists()
    days_before(fresh(running), 1)
    assert Notice.objects.filter(kind="clearance_reminder", user=member).count() == 1


def test_a_short_round_has_no_reminder(draft, lead, member, dockers, weavers):
    round_ = asked(reviewed(draft, lead), lead, dockers, weavers, days=0.5)
    services.attend()
    assert not Notice.objects.filter(kind="clearance_reminder").exists()
    assert [kind for kind, _text in told(member)] == ["asked"]
    assert round_.voices.count() == 2


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("clear", "“Brief” is cleared"),
        ("object", "“Brief” is not cleared"),
        ("version", "“Brief” has a later version: its round ended"),
        ("withdraw", "The round of “Brief” was ended without a result"),
    ],
)
def test_those_who_were_asked_are_told_how_it_ended(running, supply_chains, draft, lead, member, act, words):
    say(running, member, "object" if act == "object" else "clear", "Why.")
    say(running, lead)
    if act == "version":
        put(lead, supply_chains, document=draft.document, content=b"%PDF-1.4 second")
    elif act == "withdraw":
        services.withdraw_round(running, by=capacity(lead, supply_chains), reason="No.")
    else:
        over(running)
    assert told(member) == [("ended", words)]


def test_who_spoke_before_is_told_that_a_colleague_changed_it(running, member, weavers, make_person, affiliate):
    colleague = make_person("Carla Colleague")
    weavers.memberships.get().participants.create(affiliation=affiliate(colleague, weavers), user=colleague)
    say(running, member, "object", "No.")
    say(running, colleague, "clear", base=1)
    assert ("replaced", "Carla Colleague changed the answer of Weavers’ Union to “Brief”") in told(member)
    assert "replaced" not in [kind for kind, _text in told(colleague)]


def test_who_was_removed_reads_nothing_of_it_any_more(running, lead, member, weavers):
    groups.remove_membership(weavers.memberships.get(), by=Standing.of(lead, running.group).act(), reason="Gone.")
    assert told(member) == []


def test_a_letter_names_neither_document_nor_anybody(running, member, deliver):
    (letter,) = [one for one in deliver() if one.to == [member.email]]
    text = everything(letter)
    assert "Your organisation is asked to clear a document." in text
    for word in ("Brief", "Weavers", "Lina"):
        assert word not in text


def entries(client, token):
    text = client.get(f"/calendar/{token}.ics").content.decode().replace("\r\n ", "")
    return [
        dict(line.split(":", 1) for line in one.splitlines() if re.match(r"(UID|SUMMARY|SEQUENCE|STATUS|URL)", line))
        for one in text.split("BEGIN:VEVENT")[1:]
    ]


def test_the_date_stands_in_the_calendar_and_moves_there(client, running, lead, member):
    token = make_feed(member)
    (entry,) = entries(client, token)
    assert (entry["SUMMARY"], entry["SEQUENCE"], entry["STATUS"]) == ("Clearance ends: Brief", "0", "CONFIRMED")
    assert entry["URL"].endswith(running.get_absolute_url())
    services.prolong(running, by=capacity(lead, running.group), until=running.until + DAY)
    assert entries(client, token)[0]["SEQUENCE"] == "1"
    services.withdraw_round(running, by=capacity(lead, running.group), reason="No.")
    (entry,) = entries(client, token)
    assert (entry["SEQUENCE"], entry["STATUS"]) == ("2", "CANCELLED")


def test_a_hidden_groups_date_says_no_title_in_the_calendar(client, hidden_group, lead, member, dockers):
    version = put(member, hidden_group)
    asked(reviewed(version, lead), lead, dockers)
    (entry,) = entries(client, make_feed(member))
    assert entry["SUMMARY"] == "A clearance ends"


def test_nothing_is_due_before_its_date(running):
    services.attend(running.until - timedelta(seconds=1))
    assert Round.objects.get().stage == "clearance"
