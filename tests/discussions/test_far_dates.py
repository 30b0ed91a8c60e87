"""Dates that people type in threads, polls and actions: a year that was mistyped is refused beside its field."""

import re
import uuid
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.errors import DomainError
from discussions import services
from discussions.actions.models import Action
from discussions.actions.services import add_action, change_action
from discussions.models import Draft, Scheduled, Thread
from discussions.polls.models import Poll

FAR = ["9999-12-31T23:59", "0001-01-01T00:00"]
NEW = "/groups/supply-chains/threads/new/"


@pytest.fixture(autouse=True, params=["Pacific/Kiritimati", "America/Los_Angeles"])
def far_lead(request, lead):
    """The lead, in the zone where a day begins first or in one where it ends late."""
    lead.time_zone = request.param
    lead.save()
    return lead


def soon(days=3):
    return (timezone.now() + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


def wrong(answer, field, typed):
    """Say that the year is refused beside the field, where what was typed stands yet."""
    errors = answer.context["form"].errors
    assert errors.keys() == {field}
    assert errors[field][0].startswith("Check the year: the ")
    assert f'value="{typed}"' in answer.content.decode()


@pytest.mark.parametrize("when", FAR)
def test_a_consultation_ends_in_our_time(signed_in, lead, supply_chains, when):
    sent = {"key": str(uuid.uuid4()), "title": "Draft", "kind": "consultation", "body": "Read it.", "open_until": when}
    wrong(signed_in(lead).post(NEW, sent), "open_until", when)
    assert not Thread.objects.exists()


@pytest.mark.parametrize("when", FAR)
def test_its_end_is_moved_within_our_time(signed_in, lead, supply_chains, start, capacity, when):
    end = timezone.now() + timedelta(days=3)
    thread = start(supply_chains, lead, "Draft", kind="consultation", open_until=end)
    client, at = signed_in(lead), thread.get_absolute_url() + "change/"
    wrong(client.post(at, {"title": "Draft", "open_until": when, "base": 1}), "open_until", when)
    assert Thread.objects.get().open_until == end
    by = capacity(lead, supply_chains)
    with pytest.raises(DomainError, match="Check the year"):
        services.change_thread(thread, by=by, title="Draft", open_until=end.replace(year=9999), base=1)


def test_a_title_is_changed_long_after_the_end(signed_in, lead, supply_chains, start):
    end = timezone.now() + timedelta(days=3)
    thread = start(supply_chains, lead, "Draft", kind="consultation", open_until=end)
    Thread.objects.update(open_until=(timezone.now() - timedelta(days=2000)).replace(second=0, microsecond=0))
    client, at = signed_in(lead), thread.get_absolute_url() + "change/"
    stands = re.search(r'name="open_until" value="([^"]+)"', client.get(at).content.decode())[1]
    client.post(at, {"title": "The plan", "open_until": stands, "base": 1})
    assert Thread.objects.get().title == "The plan"


@pytest.mark.parametrize("when", FAR)
def test_a_draft_keeps_no_date_that_its_form_cannot_show(signed_in, lead, supply_chains, when):
    client = signed_in(lead)
    draft = {"title": "Fees", "body": "Half a", "kind": "consultation", "open_until": when}
    assert client.post("/groups/supply-chains/threads/draft/", draft).status_code == 204
    assert (Draft.objects.get().body, Draft.objects.get().open_until) == ("Half a", None)
    assert client.get(NEW).context["form"]["title"].value() == "Fees"


@pytest.mark.parametrize("when", FAR)
def test_nothing_appears_in_another_age(signed_in, lead, thread, when):
    client, at = signed_in(lead), thread.get_absolute_url() + "schedule/"
    wrong(client.post(at, {"key": str(uuid.uuid4()), "body": "Later", "due_at": when}), "due_at", when)
    assert not Scheduled.objects.exists()
    client.post(at, {"key": str(uuid.uuid4()), "body": "Later", "due_at": soon()})
    at = reverse("scheduled:edit", args=[Scheduled.objects.get().pk])
    wrong(client.post(at, {"base": 1, "body": "Later", "due_at": when}), "due_at", when)


@pytest.mark.parametrize("when", FAR)
def test_a_consultation_for_later_ends_in_our_time(signed_in, lead, supply_chains, when):
    sent = {"key": str(uuid.uuid4()), "title": "Draft", "kind": "consultation", "body": "Read it.", "due_at": soon()}
    answer = signed_in(lead).post("/groups/supply-chains/threads/schedule/", {**sent, "open_until": when})
    wrong(answer, "open_until", when)
    assert not Scheduled.objects.exists()


@pytest.mark.parametrize("when", FAR)
def test_a_poll_ends_in_our_time(signed_in, lead, thread, when):
    sent = {
        "key": str(uuid.uuid4()),
        "question": "Where?",
        "options": "Porto\nDhaka",
        "voices": "people",
        "shown": "always",
        "open_until": when,
    }
    wrong(signed_in(lead).post(thread.get_absolute_url() + "polls/new/", sent), "open_until", when)
    assert not Poll.objects.exists()


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_an_action_is_due_in_our_time(signed_in, lead, weavers, supply_chains, capacity, day):
    client, by = signed_in(lead), capacity(lead, supply_chains)
    sent = {"text": "Do it", "owner": str(weavers.pk), "due_on": day}
    wrong(client.post("/groups/supply-chains/actions/new/", {"key": str(uuid.uuid4()), **sent}), "due_on", day)
    assert not Action.objects.exists()
    near = timezone.localdate() + timedelta(days=1000)
    words = {"by": by, "text": "Do it", "owner_id": weavers.pk}
    action = add_action(supply_chains, due_on=near, key=uuid.uuid4(), **words)
    wrong(client.post(f"{action.get_absolute_url()}change/", {"base": 1, **sent}), "due_on", day)
    with pytest.raises(DomainError, match="Check the year"):
        add_action(supply_chains, due_on=date.fromisoformat(day), key=uuid.uuid4(), **words)
    with pytest.raises(DomainError, match="Check the year"):
        change_action(action, due_on=date.fromisoformat(day), base=1, **words)
    assert Action.objects.get().due_on == near
