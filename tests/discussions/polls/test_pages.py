"""Polls as people use them: in the thread, on their own page, as a table."""

import csv
import html
import io
import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from discussions.actions.services import add_action
from discussions.asking.services import ask_to_acknowledge
from discussions.polls.models import Ballot, Poll
from discussions.polls.results import by_type


def text_of(response):
    """The page's words, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def cells(response):
    """The rows of a table that was downloaded."""
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


def ballot(client, poll, *options, **more):
    return client.post(
        poll.get_absolute_url() + "vote/", {"key": str(uuid.uuid4()), "option": options, **more}, follow=True
    )


def test_a_lead_asks_and_everybody_reads_the_rules_first(signed_in, lead, member, thread):
    until = (timezone.now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    sent = {
        "key": str(uuid.uuid4()),
        "question": "Where do we meet?",
        "options": "Porto\n\n Dhaka \nOnline",
        "voices": "organisations",
        "named": "",
        "shown": "ended",
        "open_until": until,
    }
    landed = signed_in(lead).post(thread.get_absolute_url() + "polls/new/", sent, follow=True)
    poll = Poll.objects.get()
    assert landed.redirect_chain == [(f"{thread.get_absolute_url()}#poll-{poll.pk}", 302)]
    assert [option.text for option in poll.options.all()] == ["Porto", "Dhaka", "Online"]
    page = text_of(signed_in(member).get(thread.get_absolute_url()))
    for words in ("One organisation, one voice", "One option", "Votes are anonymous", "After the end"):
        assert words in page


@pytest.mark.parametrize(
    ("field", "value"),
    [("question", " "), ("options", "One"), ("options", "a\nA"), ("open_until", "2020-01-01T00:00")],
)
def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_is_kept(signed_in, lead, thread, field, value):
    until = (timezone.now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    sent = {
        "key": str(uuid.uuid4()),
        "question": "Kept?",
        "options": "Porto\nDhaka",
        "voices": "people",
        "named": "1",
        "shown": "always",
        "open_until": until,
        field: value,
    }
    page = signed_in(lead).post(thread.get_absolute_url() + "polls/new/", sent)
    assert page.context["form"].errors.keys() == {field}
    assert not Poll.objects.exists()


def test_whoever_votes_reads_for_whom_and_whose_vote_it_replaces(signed_in, member, colleague, poll):
    assert "Your vote counts for Weavers’ Union." in text_of(ballot(signed_in(member), poll, 1))
    page = text_of(ballot(signed_in(colleague), poll, 2))
    assert "it replaces the one by Marco Silva, who is told" in page
    notices = text_of(signed_in(member).get("/notifications/"))
    assert "Carla Colleague changed the vote of Weavers’ Union" in notices


def test_an_empty_ballot_is_refused_on_the_polls_page(signed_in, member, poll):
    page = ballot(signed_in(member), poll)
    assert page.context["form"].errors.keys() == {"option"}
    assert not Ballot.objects.exists()


@pytest.mark.parametrize(
    ("shown", "before", "after"), [("always", True, True), ("voted", False, True), ("ended", False, False)]
)
def test_the_result_is_shown_as_it_says(signed_in, thread, ask, vote, lead, member, shown, before, after):
    poll = ask(thread, lead, shown=shown)
    vote(poll, lead, 1)
    client = signed_in(member)

    def numbers(address):
        return "voices" in text_of(client.get(address)) and 'class="num">1' in client.get(address).content.decode()

    assert numbers(thread.get_absolute_url()) is before
    assert (client.get(poll.get_absolute_url() + "result.csv").status_code == 200) is before
    vote(poll, member, 1)
    assert ('class="num">2' in client.get(poll.get_absolute_url()).content.decode()) is after
    Poll.objects.update(closed_at=timezone.now(), closed_by=lead)
    assert 'class="num">2' in client.get(poll.get_absolute_url()).content.decode()


def test_a_named_result_says_who_voted_for_whom(signed_in, vote, poll, lead, member, observer):
    vote(poll, member, 2)
    page = text_of(signed_in(member).get(poll.get_absolute_url()))
    assert "Weavers’ Union – Marco Silva , Research officer" in page
    assert "Without a vote Dockers’ Federation" in page
    rows = cells(signed_in(member).get(poll.get_absolute_url() + "result.csv"))
    assert rows[0][5:] == ["Porto", "Dhaka", "Online"]
    assert (rows[1][0], rows[1][2], rows[1][5:]) == ("Weavers’ Union", "Marco Silva", ["0", "1", "0"])
    assert len(rows) == 2


def test_an_anonymous_result_names_nobody_and_no_few(
    signed_in, thread, ask, vote, lead, member, make_insider, supply_chains
):
    poll = ask(thread, lead, named=False, shown="always")
    vote(poll, member, 2)
    vote(poll, lead, 2)
    client = signed_in(lead)
    assert 'class="num">2' not in client.get(poll.get_absolute_url()).content.decode()
    assert client.get(poll.get_absolute_url() + "result.csv").status_code == 404
    vote(poll, make_insider(supply_chains, "Third"), 1)
    page = text_of(client.get(poll.get_absolute_url()))
    assert "Marco Silva" not in page
    assert "Weavers’ Union" not in page
    assert "Types with few voices, together" in page
    assert cells(client.get(poll.get_absolute_url() + "result.csv")) == [
        ["Option", "Voices"],
        ["Porto", "1"],
        ["Dhaka", "2"],
        ["Online", "0"],
    ]


def test_few_voices_of_a_type_never_stand_alone(
    thread, ask, vote, lead, make_person, make_organisation, affiliate, join
):
    poll = ask(thread, lead, named=False)
    kinds = ["government"] * 4 + ["workers"] * 3 + ["academic"] * 1
    for number, kind in enumerate(kinds):
        person, organisation = make_person(), make_organisation(stakeholder_type=kind)
        affiliate(person, organisation)
        join(organisation, thread.group, person)
        vote(poll, person, 1 + number % 3)
    ballots = Ballot.objects.standing().select_related("organisation").prefetch_related("options")
    totals = {kind: sum(options.values()) for kind, options in by_type(poll, ballots).items()}
    assert totals == {"government": 4, "Types with few voices, together": 4}


def test_a_partner_outside_reads_no_names_and_no_undisclosed_organisation(
    signed_in, thread, ask, vote, lead, member, stranger, weavers, supply_chains
):
    supply_chains.read = "partners"
    supply_chains.save()
    weavers.listing = "undisclosed"
    weavers.save()
    poll = ask(thread, lead, shown="always")
    vote(poll, lead, 1)
    vote(poll, member, 2)
    client = signed_in(stranger)
    for address in (poll.get_absolute_url(), poll.get_absolute_url() + "result.csv", thread.get_absolute_url()):
        page = client.get(address).content.decode()
        assert "Weavers" not in page
        assert "Marco" not in page
    page = text_of(client.get(poll.get_absolute_url()))
    assert "a member organisation" in page
    assert "Dockers’ Federation" in page


def test_a_table_holds_no_formula(signed_in, thread, ask, vote, lead, member, weavers):
    weavers.name = '=HYPERLINK("https://example.org")'
    weavers.save()
    poll = ask(thread, lead, options=["+1", "@home"], shown="always")
    vote(poll, member, 1)
    rows = cells(signed_in(lead).get(poll.get_absolute_url() + "result.csv"))
    assert rows[0][5:] == ["'+1", "'@home"]
    assert rows[1][0] == '\'=HYPERLINK("https://example.org")'


def test_a_poll_from_before_one_joined_is_not_there(
    signed_in, make_group, join, dockers, lead, start, ask, make_insider, say
):
    group = make_group("Keeps its past", history="from-joining", read="members")
    join(dockers, group, lead, role="lead")
    thread = start(group, lead)
    poll = ask(thread, lead)
    newcomer = make_insider(group)
    say(thread, lead)
    client = signed_in(newcomer)
    assert poll.question not in client.get(thread.get_absolute_url()).content.decode()
    assert client.get(poll.get_absolute_url()).status_code == 404
    assert client.post(poll.get_absolute_url() + "vote/", {"option": "1"}).status_code == 404


def test_a_thread_with_everything_in_it_costs_at_most_twelve_queries(
    signed_in, start, say, ask, capacity, lead, member, supply_chains, weavers
):
    thread = start(supply_chains, lead, kind="announcement")
    by = capacity(lead, supply_chains)
    for number in range(19):
        say(thread, (lead, member)[number % 2], f"Number {number}")
    for person in (lead, member):
        ask(thread, person)
    ask_to_acknowledge(thread, by=by)
    for post in thread.posts.all()[:3]:
        day = timezone.now().date()
        add_action(supply_chains, by=by, text="Do it", owner_id=weavers.pk, due_on=day, key=uuid.uuid4(), post=post)
    client = signed_in(member)
    client.get(thread.get_absolute_url())
    with CaptureQueriesContext(connection) as queries:
        page = client.get(thread.get_absolute_url())
    assert page.content.decode().count("Where do we meet?") >= 2
    assert page.content.decode().count("Do it") == 3
    assert "Please acknowledge" in text_of(page)
    assert len(queries) <= 12, [query["sql"][:160] for query in queries]


def test_a_polls_page_costs_the_same_with_more_votes(signed_in, thread, ask, vote, lead, member, make_insider):
    poll = ask(thread, lead, shown="always")
    vote(poll, lead, 1)
    client = signed_in(member)
    client.get(poll.get_absolute_url())
    with CaptureQueriesContext(connection) as one:
        client.get(poll.get_absolute_url())
    for number in range(4):
        vote(poll, make_insider(thread.group), 1 + number % 3)
    with CaptureQueriesContext(connection) as many:
        client.get(poll.get_absolute_url())
    assert len(many) == len(one)
