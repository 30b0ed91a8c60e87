"""Letters about posts: who gets one, what it holds, how it is threaded, and to whom nothing goes any more."""

import re
import uuid

import pytest
from django.utils import timezone

from discussions import services
from discussions.models import Attention, Reading
from groups.models import Group, Participant
from groups.standing import Standing
from notifications import bounces, digests, levels
from notifications.models import Channel, Letter, Level
from notifications.wording import message_id
from tests.letters import everything, parts

CANARY = "kestrel"


def speaking(person, group):
    return Standing.of(person, group).speak()


@pytest.fixture
def start(supply_chains, lead):
    """Start a thread, by the lead unless said otherwise."""

    def start(person=lead, title="Recruitment fees", body=f"Who has {CANARY} figures?", group=supply_chains, **more):
        by = speaking(person, group)
        return services.start_thread(group, by=by, title=title, body=body, key=uuid.uuid4(), **more)

    return start


@pytest.fixture
def say(lead):
    """Add a post, by the lead unless said otherwise."""

    def say(thread, body=f"A {CANARY}.", person=lead, **more):
        return services.post(thread, by=speaking(person, thread.group), body=body, key=uuid.uuid4(), **more)

    return say


@pytest.fixture
def at(supply_chains):
    """Set the person's level of mail for the group."""

    def at(person, level, group=supply_chains):
        levels.choose(person, channel=Channel.MAIL, level=Level(level), group_id=group.pk)

    return at


@pytest.fixture
def quoting(supply_chains):
    """The group's letters hold its words."""
    Group.objects.filter(pk=supply_chains.pk).update(mail_content=True)
    supply_chains.refresh_from_db()
    return supply_chains


def told(messages):
    return sorted(message.to[0] for message in messages)


def to(person, messages):
    """Return the one letter that went to the person."""
    (letter,) = [message for message in messages if message.to == [person.email]]
    return letter


# --- Who gets one -----------------------------------------------------------------------------------------------------


def test_each_post_comes_at_once_to_who_wants_it_so_and_to_nobody_else(start, at, member, observer, deliver):
    at(member, "at-once")
    start()
    assert told(deliver()) == [member.email]
    assert deliver() == []


def test_what_is_addressed_to_somebody_comes_at_once_at_every_level_but_off(start, say, at, member, observer, deliver):
    at(observer, "weekly")
    thread = start(member, body="Who knows?")
    deliver()
    say(thread, "@Olga Rivas knows", reply_to=thread.posts.get())
    assert told(deliver()) == sorted([member.email, observer.email])
    for person in (member, observer):
        at(person, "off")
    say(thread, "@Olga Rivas knows more", reply_to=thread.posts.get(number=1))
    assert deliver() == []


def test_who_wants_nothing_at_once_finds_it_in_the_digest(start, say, member, deliver, digest):
    digests.set_rhythm(member, directly_by_mail=False)
    thread = start(member, body="Who knows?")
    say(thread, reply_to=thread.posts.get())
    assert deliver() == []
    assert member.email in told(digest())


def test_a_watched_thread_comes_at_once_and_a_muted_one_not_at_all_but_for_mentions(
    start, say, at, member, observer, deliver, digest
):
    thread = start()
    deliver()
    services.set_attention(thread, user=member, attention=Attention.WATCHING)
    at(observer, "at-once")
    services.set_attention(thread, user=observer, attention=Attention.MUTED)
    say(thread)
    assert told(deliver()) == [member.email]
    say(thread, "@Olga Rivas")
    assert told(deliver()) == sorted([member.email, observer.email])
    at(observer, "daily")
    say(thread, "more")
    assert observer.email not in told(digest())


def test_an_answer_in_a_muted_thread_is_no_notice(start, say, member, observer):
    from notifications.models import Notice

    thread = start(member)
    services.set_attention(thread, user=member, attention=Attention.MUTED)
    say(thread, reply_to=thread.posts.get())
    assert not Notice.objects.filter(user=member, kind="reply").exists()
    say(thread, "@Marco Silva")
    assert Notice.objects.filter(user=member, kind="mention").exists()


def test_a_post_reaches_somebody_once_whatever_the_reasons(start, say, at, member, deliver, digest):
    thread = start(member)
    at(member, "at-once")
    services.set_attention(thread, user=member, attention=Attention.WATCHING)
    post = say(thread, "@Marco Silva", reply_to=thread.posts.get())
    assert told(deliver()) == [member.email]
    services.edit_post(post, by=speaking(post.author, thread.group), body="@Marco Silva, @Olga Rivas", base=1)
    assert told(deliver()) == ["observer@example.org"]
    at(member, "daily")
    assert member.email not in told(digest())


# --- To whom nothing goes any more: G16 -------------------------------------------------------------------------------


def _hide_from(at):
    Group.objects.filter(pk=at["group"].pk).update(find="members", read="members")
    Participant.objects.filter(user=at["member"]).update(ended_at=timezone.now())


BETWEEN = {
    "the post is deleted": lambda at: services.delete_post(at["post"], by=speaking(at["lead"], at["group"])),
    "the reader is removed": lambda at: Participant.objects.filter(user=at["member"]).update(ended_at=timezone.now()),
    "the group is hidden from them": _hide_from,
    "they read it": lambda at: services.mark_read(at["post"].thread, user=at["member"], number=1),
    "they mute it": lambda at: services.set_attention(at["post"].thread, user=at["member"], attention=Attention.MUTED),
    "they want no letters": lambda at: levels.choose_everywhere(at["member"], channel=Channel.MAIL, level=Level.OFF),
    "their account is closed": lambda at: (
        type(at["member"]).objects.filter(pk=at["member"].pk).update(is_active=False)
    ),
    "their mail comes back": lambda at: bounces.Unreachable.objects.create(
        user=at["member"], address=at["member"].email, count=3, stopped_at=timezone.now()
    ),
}


@pytest.mark.parametrize("level", ["at-once", "daily"])
@pytest.mark.parametrize("what", BETWEEN)
def test_what_happens_between_the_post_and_the_letter_stops_it(
    what, level, start, at, member, lead, supply_chains, quoting, deliver, digest
):
    at(member, level)
    post = start().posts.get()
    BETWEEN[what]({"post": post, "member": member, "lead": lead, "group": supply_chains})
    send = deliver if level == "at-once" else digest
    assert member.email not in told(send())


def test_the_same_without_anything_between_is_a_letter(start, at, member, quoting, deliver, digest):
    at(member, "at-once")
    start()
    assert told(deliver()) == [member.email]
    at(member, "daily")
    start(title="Another")
    assert member.email in told(digest())


def test_who_joined_later_to_a_group_that_keeps_its_past_hears_nothing_of_it(
    start, say, at, make_insider, supply_chains, deliver, digest
):
    Group.objects.filter(pk=supply_chains.pk).update(history="from-joining")
    thread = start()
    newcomer = make_insider(supply_chains, "Newcomer")
    assert newcomer.email not in told(digest())
    say(thread, "After they came.")
    letter = to(newcomer, digest())
    assert "1 new post" in parts(letter)[0]


# --- What it holds ----------------------------------------------------------------------------------------------------


def test_without_content_a_letter_says_that_something_is_new_and_nothing_else(
    start, at, member, supply_chains, deliver, digest
):
    at(member, "at-once")
    thread = start()
    (letter,) = deliver()
    words = everything(letter)
    assert letter.subject == "There is a new post in Supply Chains"
    for secret in (CANARY, "Recruitment", "Lina", "Dockers"):
        assert secret not in words
    at(member, "daily")
    services.post(thread, by=speaking(thread.author, supply_chains), body=CANARY, key=uuid.uuid4())
    letter = to(member, digest())
    words = everything(letter)
    assert "Supply Chains" in words and "1 new post in 1 thread" in words
    for secret in (CANARY, "Recruitment", "Lina", "Dockers"):
        assert secret not in words


@pytest.mark.parametrize("wish", [False, True])
def test_of_a_hidden_group_letters_hold_not_even_its_name_or_address(
    start, at, member, hidden_group, deliver, digest, wish
):
    Group.objects.filter(pk=hidden_group.pk).update(mail_content=wish)
    at(member, "at-once", hidden_group)
    start(group=hidden_group)
    (letter,) = deliver()
    at(member, "daily", hidden_group)
    start(group=hidden_group)
    summary = to(member, digest())
    assert letter.subject == "There is a new post in one of your groups"
    for message in (letter, summary):
        words = everything(message)
        for secret in (CANARY, "Recruitment", "Lina", "Dockers", "Quiet Harbour", hidden_group.slug):
            assert secret not in words


def test_the_link_of_a_letter_leads_its_reader_there_and_nobody_else(start, at, member, observer, client, deliver):
    at(member, "at-once")
    thread = start()
    (letter,) = deliver()
    (path,) = re.findall(r"http://[^/]+(/letters/\d+/)", parts(letter)[0])
    client.force_login(member)
    assert client.get(path).headers["Location"] == thread.posts.get().get_absolute_url()
    client.force_login(observer)
    assert client.get(path).status_code == 404
    services.delete_post(thread.posts.get(), by=speaking(thread.author, thread.group))
    client.force_login(member)
    assert client.get(path).status_code == 404


def test_with_content_a_letter_holds_the_post_and_who_said_it(start, say, at, member, quoting, deliver):
    at(member, "at-once")
    thread = start(body=f"Who has **{CANARY}** figures, @Olga Rivas?")
    (first, mentioned) = sorted(deliver(), key=lambda message: message.to[0] != member.email)
    text, html = parts(first)
    assert first.subject == "[Supply Chains] Recruitment fees"
    assert "Lina Okafor, Coordinator, Dockers’ Federation:" in text
    assert "@Olga Rivas" in text and f"<strong>{CANARY}</strong>" in html and "@[" not in html
    assert f"/groups/supply-chains/threads/{thread.pk}/?post=1#post-1" in text
    assert mentioned.to == ["observer@example.org"]
    assert "because somebody mentioned you" in parts(mentioned)[0]


def test_who_may_not_be_told_a_name_from_outside_reads_none(start, say, stranger, dockers, quoting, deliver):
    Group.objects.filter(pk=quoting.pk).update(read="public")
    dockers.listing = "undisclosed"
    dockers.save()
    thread = start()
    deliver()
    services.set_attention(thread, user=stranger, attention=Attention.WATCHING)
    say(thread, "Ask @Marco Silva")
    words = everything(to(stranger, deliver()))
    assert "a member organisation" in words and "@a participant" in words
    assert "Lina" not in words and "Dockers" not in words and "Marco" not in words


def test_letters_of_a_thread_stand_together_and_each_reader_has_their_own_names_for_them(
    start, say, at, member, observer, deliver
):
    at(member, "at-once")
    at(observer, "at-once")
    thread = start()
    first = {message.to[0]: message.extra_headers for message in deliver()}
    answer = say(thread, reply_to=thread.posts.get())
    second = {message.to[0]: message.extra_headers for message in deliver()}
    say(thread, reply_to=answer)
    third = {message.to[0]: message.extra_headers for message in deliver()}
    for person in (member, observer):
        root = first[person.email]["Message-ID"]
        assert second[person.email]["In-Reply-To"] == second[person.email]["References"] == root
        assert third[person.email]["In-Reply-To"] == second[person.email]["Message-ID"]
        assert third[person.email]["References"] == f"{root} {second[person.email]['Message-ID']}"
    assert first[member.email]["Message-ID"] != first[observer.email]["Message-ID"]
    assert first[member.email]["Message-ID"] == message_id(member.pk, f"thread:{thread.pk}")


def test_headers_say_what_programmes_need_and_name_nothing(start, at, member, deliver, settings):
    settings.MAIL_IN_DOMAIN = "mail.example.org"
    at(member, "at-once")
    start()
    (letter,) = deliver()
    headers = letter.message()
    assert (headers["Auto-Submitted"], headers["Precedence"]) == ("auto-generated", "bulk")
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["From"].endswith("<no-reply@localhost>")
    assert letter.from_email.startswith("bounce-") and letter.from_email.endswith("@mail.example.org")
    assert headers["Reply-To"].startswith("answer-")
    assert "Write your answer above this line" in parts(letter)[0].splitlines()[0]
    assert {"List-Id", "Feedback-ID", "Sender"}.isdisjoint(headers.keys())


def test_who_cannot_answer_gets_no_address_for_it(start, at, observer, deliver, settings):
    settings.MAIL_IN_DOMAIN = "mail.example.org"
    at(observer, "at-once")
    start()
    (letter,) = deliver()
    assert letter.reply_to == [] and "above this line" not in parts(letter)[0]


def test_a_letter_comes_in_its_readers_language_and_direction(start, at, member, deliver):
    member.language = "ar"
    member.save()
    at(member, "at-once")
    start()
    (letter,) = deliver()
    html = parts(letter)[1]
    assert '<html lang="ar" dir="rtl">' in html


# --- The digest -------------------------------------------------------------------------------------------------------


def test_a_digest_groups_what_is_new_by_group_and_thread(
    start, say, at, member, make_group, join, weavers, quoting, digest
):
    at(member, "daily")
    thread = start()
    for number in range(4):
        say(thread, f"Figure {number}")
    start(title="Meeting", body="On Monday")
    letter = to(member, digest())
    text, html = parts(letter)
    assert letter.subject == "6 new posts in your groups"
    assert "Recruitment fees (5 new posts)" in text and "Meeting (1 new post)" in text
    assert "Figure 3" in text and "Figure 2" in text and "Figure 1" not in text
    assert "Lina Okafor, Coordinator, Dockers’ Federation: On Monday" in text
    assert html.count("<h2") == 1 and html.count("<h3") == 2


def test_a_digest_tells_of_nothing_twice(start, say, at, member, quoting, digest):
    at(member, "daily")
    thread = start()
    assert member.email in told(digest())
    assert member.email not in told(digest())
    say(thread, "Only this")
    letter = to(member, digest())
    assert "1 new post" in letter.subject
    assert Reading.objects.get(user=member, thread=thread).told == 2


def test_what_a_letter_told_at_once_is_in_no_digest(start, say, at, member, deliver, digest):
    at(member, "daily")
    thread = start()
    say(thread, "@Marco Silva")
    assert told(deliver()) == [member.email]
    letter = to(member, digest())
    assert "1 new post" in letter.subject


def test_what_comes_once_a_week_waits_for_its_day(start, at, member, digest):
    at(member, "weekly")
    start()
    assert member.email not in told(digest())
    assert member.email in told(digest(weekly=True))


def test_ones_own_words_are_no_news(start, at, lead, digest):
    at(lead, "daily")
    start()
    assert lead.email not in told(digest())


def test_digests_cost_the_same_for_few_readers_and_many(
    start, say, make_insider, supply_chains, quoting, digest, deliver
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from discussions.letters.digests import of_digests

    thread = start()
    say(thread, "Ask @Marco Silva")

    def asked(count):
        people = [make_insider(supply_chains, f"Reader {number}") for number in range(count)]
        letters = [
            Letter.objects.create(user=one, kind="daily", key="digest:x", object_id=timezone.now().toordinal())
            for one in people
        ]
        with CaptureQueriesContext(connection) as queries:
            assert len(of_digests(letters)) == count
        return len(queries)

    asked(1)
    assert asked(2) == asked(9)
