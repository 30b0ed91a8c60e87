"""Sending for real, by SMTP: what a mail server refuses, what comes back, what is tried again and what is given up."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.safestring import mark_safe

from core.letters import PAUSES
from discussions import services
from groups.standing import Standing
from notifications import bounces, levels, outbox, sending
from notifications.models import Channel, Letter, Level, Unreachable
from notifications.services import note_bounce
from notifications.wording import Written


@pytest.fixture
def post(lead, member, observer, supply_chains):
    """Have the lead post, so that a letter to each of two people waits."""
    for person in (member, observer):
        levels.choose(person, channel=Channel.MAIL, level=Level.AT_ONCE)

    def post():
        from discussions.letters.telling import put_letters

        thread = services.start_thread(
            supply_chains, by=Standing.of(lead, supply_chains).speak(), title="Fees", body="Who?", key=uuid.uuid4()
        )
        put_letters(thread.posts.get().pk)
        Letter.objects.waiting().update(due_at=timezone.now())
        return Letter.objects.order_by("-pk")[:2]

    return post


def of(person):
    return Letter.objects.filter(user=person).latest("pk")


def test_letters_go_by_one_connection_and_return_to_an_address_of_their_own(sink, post, member, observer):
    post()
    assert outbox.send_due() == 2
    assert {letter.to for letter in sink.letters} == {member.email, observer.email}
    assert len({letter.sender for letter in sink.letters}) == 2
    assert all(
        letter.sender == bounces.bounce_address(Letter.objects.get(user__email=letter.to)) for letter in sink.letters
    )


def test_an_address_that_is_refused_for_good_is_not_tried_again_and_holds_up_nobody(sink, post, member, observer):
    sink.refuse[member.email] = "550 5.1.1 No such user"
    post()
    assert outbox.send_due() == 1
    letter = of(member)
    assert (letter.state, letter.fault) == ("failed", "5.1.1")
    assert Unreachable.objects.get().count == 1
    assert of(observer).state == "sent"


def test_a_site_that_may_not_send_there_counts_against_no_address(sink, post, member):
    sink.refuse[member.email] = "554 5.7.1 Relay access denied"
    post()
    outbox.send_due()
    assert (of(member).state, of(member).fault) == ("failed", "5.7.1")
    assert not Unreachable.objects.exists()


def test_what_is_put_off_is_tried_with_growing_pauses_and_given_up(sink, post, member):
    sink.refuse[member.email] = "451 4.2.1 Later"
    post()
    for number, pause in enumerate(PAUSES):
        before = timezone.now()
        outbox.send_due()
        letter = of(member)
        assert (letter.state, letter.tried, letter.fault) == ("waiting", number + 1, "4.2.1")
        assert pause <= letter.due_at - before < pause + timedelta(minutes=1)
        Letter.objects.waiting().update(due_at=timezone.now())
    outbox.send_due()
    assert of(member).state == "failed"
    assert not Unreachable.objects.exists()


def test_where_no_mail_server_answers_letters_wait_and_lose_no_try_but_one(settings, sink, post):
    post()
    settings.MAILERS["default"]["OPTIONS"]["port"] = 9
    assert outbox.send_due() == 0
    assert sorted(Letter.objects.values_list("state", "tried")) == [("waiting", 0), ("waiting", 1)]
    assert all(letter.due_at > timezone.now() and letter.lease is None for letter in Letter.objects.all())


def test_after_three_that_came_back_nothing_is_written_there_until_its_owner_says_so(
    sink, post, member, signed_in, client
):
    for number in range(bounces.MOST):
        post()
        outbox.send_due()
        letter = of(member)
        address = bounces.bounce_address(letter)
        assert [note_bounce(address, permanent=True, status="5.1.1") for _ in range(2)] == [True, True]
        assert Unreachable.objects.get(user=member).count == number + 1
    sink.letters.clear()
    post()
    outbox.send_due()
    assert member.email not in {letter.to for letter in sink.letters}
    page = signed_in(member).get("/notifications/").content.decode()
    assert "came back several times" in page and "came back several times" in client.get("/").content.decode()
    client.post("/notifications/mail-again/")
    post()
    outbox.send_due()
    assert member.email in {letter.to for letter in sink.letters}


def test_who_changes_the_address_is_written_to_again(sink, post, member):
    Unreachable.objects.create(user=member, address=member.email, count=3, stopped_at=timezone.now())
    member.email = "new@example.org"
    member.save()
    post()
    outbox.send_due()
    assert "new@example.org" in {letter.to for letter in sink.letters}


@pytest.mark.parametrize(
    "address", ["bounce-abc-aaaaaaaaaaaaaaaaaaaa@mail.example.org", "x@mail.example.org", "", "a@b"]
)
def test_a_bounce_address_that_we_did_not_make_says_nothing(address, sink, post, member):
    post()
    outbox.send_due()
    assert note_bounce(address, permanent=True) is False
    assert not Unreachable.objects.exists()


def test_a_report_that_is_not_for_good_changes_nothing(sink, post, member):
    post()
    outbox.send_due()
    assert note_bounce(bounces.bounce_address(of(member)), permanent=False, status="4.4.7") is True
    assert of(member).state == "sent"


def test_the_secretariat_sees_what_failed_by_name_and_tries_again(sink, post, member, secretariat, signed_in):
    sink.refuse[member.email] = "550 5.1.1 No such user"
    post()
    outbox.send_due()
    client = signed_in(secretariat)
    page = client.get("/queue/letters/").content.decode()
    assert "Marco Silva" in page and "There is no such address." in page and "5.1.1" in page
    for secret in (member.email, "Fees", "Supply Chains"):
        assert secret not in page
    del sink.refuse[member.email]
    client.post(f"/queue/letters/{of(member).pk}/again/")
    outbox.send_due()
    assert of(member).state == "sent"
    assert client.post(f"/queue/letters/{of(member).pk}/again/").status_code == 404


@pytest.mark.parametrize("many", [False, True])
def test_the_page_of_what_failed_costs_the_same_for_one_and_for_many(many, secretariat, make_person, signed_in):
    for number in range(3 if many else 1):
        person = make_person(f"Person {number}")
        Letter.objects.create(
            user=person, kind="post", key="post:1", state="failed", done_at=timezone.now(), fault="550"
        )
        Unreachable.objects.create(user=person, address=person.email, count=3, stopped_at=timezone.now())
    client = signed_in(secretariat)
    client.get("/queue/letters/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/queue/letters/")
    assert len(queries) <= 12


def test_one_letter_that_cannot_be_written_holds_up_no_other(post, member, observer, mailoutbox, monkeypatch):
    from discussions.letters import posts

    made = posts._written

    def fail_for_one(letter, *more):
        if letter.user_id == member.pk:
            raise RuntimeError("broken")
        return made(letter, *more)

    monkeypatch.setattr(posts, "_written", fail_for_one)
    post()
    outbox.send_due()
    assert [message.to for message in mailoutbox] == [[observer.email]]
    assert (of(member).state, of(member).tried, of(member).fault) == ("waiting", 1, "words")


def test_old_letters_are_forgotten_and_those_that_wait_are_not(post):
    post()
    outbox.send_due()
    post()
    assert outbox.forget_old(timezone.now() + outbox.KEPT + timedelta(days=1)) == 2
    assert Letter.objects.count() == 2


ASKED, CLOCK = [], [0.0]


def slow(letters):
    """Return the words of letters, each of which takes a second to be made."""
    ASKED.append(len(letters))

    def words():
        CLOCK[0] += 1.0
        return Written(subject="News", text="words", html=mark_safe("<p>words</p>"))

    return {letter.pk: words for letter in letters}


def test_a_worker_that_is_slow_asks_for_no_more_letters_at_once_than_go_out_while_it_is_fresh(
    make_person, settings, mailoutbox, monkeypatch
):
    """Else it asks again and again about all that wait, and is slower still."""
    ASKED.clear()
    for module in (outbox, sending):
        monkeypatch.setattr(module, "kinds", lambda: {"slow": slow})
    monkeypatch.setattr(sending.time, "monotonic", lambda: CLOCK[0])
    people = [make_person(f"Person {number}") for number in range(40)]
    mailoutbox.clear()
    outbox.put([person.pk for person in people], "slow", key="slow:1", object_id=1)
    assert outbox.send_due() == len(mailoutbox) == 40
    assert {letter.state for letter in Letter.objects.filter(kind="slow")} == {"sent"}
    assert ASKED[0] == 40 and max(ASKED[1:]) == sending.LEAST
    assert sorted(message.to[0] for message in mailoutbox) == sorted(person.email for person in people)
