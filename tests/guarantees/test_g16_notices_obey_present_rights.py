"""G16. What people are told obeys the rights they have when it is written, not those they had when it happened.

A notice whose message was deleted, whose group was left or closed to its reader, is gone from the page, the badge and the
mail. Each person is told of a happening once, and a letter holds no content unless the leads of a group that is not hidden
let it. Workers that are killed while they send are told of in tests/processes/test_letters.py.
"""

import uuid
from datetime import timedelta

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from core.background import lease
from core.background.worker import Worker
from core.models import Worker as Row
from core.realtime import limits
from discussions import services as threads
from discussions.chat import services
from discussions.letters.telling import put_letters
from discussions.models import Attention
from groups import services as groups
from groups.models import Group, Membership, Participant
from groups.standing import Standing
from notifications import levels
from notifications.models import Channel, Letter, Level, Notice
from notifications.services import unread_count
from notifications.tasks import mail_notices
from partners.models import Affiliation
from tests.letters import everything


def speaking(person, group):
    return Standing.of(person, group).speak()


@pytest.fixture
def told(room, say, lead, member, observer, supply_chains):
    """Everything that a member of the group may be told of by others: in its room and in its threads."""
    acks = [say(lead, room, "@Marco Silva, kestrel")]
    thread = threads.start_thread(
        supply_chains, by=speaking(member, supply_chains), title="Fees", body="Who knows?", key=uuid.uuid4()
    )
    answer = threads.post(
        thread,
        by=speaking(lead, supply_chains),
        body="@Marco Silva, kestrel",
        key=uuid.uuid4(),
        reply_to=thread.posts.get(),
    )
    threads.start_thread(
        supply_chains,
        by=speaking(lead, supply_chains),
        title="Kestrel",
        body="Meeting",
        key=uuid.uuid4(),
        kind="announcement",
    )
    assert unread_count(member.pk) >= 3
    return acks, answer


def shown(client, person):
    client.force_login(person)
    page = client.get("/notifications/")
    return [words.text + words.excerpt for _, words in page.context["notices"]]


LOSING = {
    "the person is removed": lambda at: at["end"](at["member"], at["group"]),
    "the organisation is removed": lambda at: groups.remove_membership(
        at["place"], by=Standing.of(at["lead"], at["group"]).act(), reason="Left the alliance"
    ),
    "the person acts for it no more": lambda at: Affiliation.objects.filter(user=at["member"]).update(
        state="ended", ended_at=at["group"].created_at
    ),
    "the organisation is suspended": lambda at: (
        type(at["place"].organisation).objects.filter(pk=at["place"].organisation_id).update(status="suspended")
    ),
}


@pytest.mark.parametrize("how", LOSING)
def test_who_lost_the_group_is_told_nothing_of_it(how, told, client, member, lead, weavers, supply_chains, end):
    Group.objects.filter(pk=supply_chains.pk).update(find="members", read="members")
    place = Membership.objects.get(organisation=weavers, group=supply_chains)
    before = Notice.objects.filter(user=member).count()
    LOSING[how]({"end": end, "member": member, "lead": lead, "group": supply_chains, "place": place})
    assert before >= 3
    # That they lost it is told; nothing of what the group says.
    assert [line for line in shown(client, member) if "estrel" in line] == []
    assert unread_count(member.pk) == len(shown(client, member))


def test_what_is_deleted_is_told_nobody(told, client, member, lead, room, supply_chains):
    acks, answer = told
    for ack in acks:
        limits.pace.forget()
        services.delete_message(room.pk, ack.id, by=lead, key=uuid.uuid4())
    threads.delete_post(answer, by=speaking(lead, supply_chains))
    assert [line for line in shown(client, member) if "mentioned" in line or "answered" in line] == []


@pytest.fixture
def asked(make_insider, supply_chains, stranger, mailoutbox):
    """A request to join, of which two leads are told by mail; the letters wait for the worker."""
    leads = [make_insider(supply_chains, f"Lead {number}", role="lead") for number in (1, 2, 3)]
    request = groups.request_to_join(
        supply_chains, affiliation=stranger.affiliations.get(), brings="Kestrels.", key=uuid.uuid4()
    )
    (key,) = set(Notice.objects.filter(kind="membership_requested").values_list("key", flat=True))
    mailoutbox.clear()
    return leads, request, key


def addressees(mailoutbox):
    return sorted(address for letter in mailoutbox for address in letter.to)


def test_the_letter_asks_again_when_it_is_written(asked, lead, supply_chains, end, mailoutbox):
    leads, _, key = asked
    end(leads[0], supply_chains)
    Participant.objects.filter(user=leads[1]).update(ended_at=supply_chains.created_at)
    mail_notices.call(key)
    assert addressees(mailoutbox) == sorted([lead.email, leads[2].email])
    for letter in mailoutbox:
        assert "estrel" not in str(letter.message()), "no content in the mail"


def test_what_is_settled_or_read_meanwhile_is_mailed_to_nobody(asked, lead, supply_chains, mailoutbox, client):
    _, request, key = asked
    groups.decline_request(request, by=Standing.of(lead, supply_chains).act(), reason="Full.")
    mail_notices.call(key)
    assert addressees(mailoutbox) == []


BETWEEN = {
    "the post is deleted": lambda at: threads.delete_post(at["post"], by=speaking(at["lead"], at["group"])),
    "the reader is removed": lambda at: at["end"](at["member"], at["group"]),
    "the reader reads it": lambda at: threads.mark_read(at["post"].thread, user=at["member"], number=1),
    "the reader mutes the thread": lambda at: threads.set_attention(
        at["post"].thread, user=at["member"], attention=Attention.MUTED
    ),
    "the reader wants no letters": lambda at: levels.choose_everywhere(
        at["member"], channel=Channel.MAIL, level=Level.OFF
    ),
    "nothing": lambda at: None,
}


@pytest.mark.parametrize("level", [Level.AT_ONCE, Level.DAILY])
@pytest.mark.parametrize("what", BETWEEN)
def test_a_letter_that_waits_is_sent_by_the_rights_and_wishes_of_that_moment(
    what, level, lead, member, supply_chains, end, deliver, digest
):
    """Queued, then the post deleted, the reader removed, the thread read or muted: no letter. Without any of it, one."""
    Group.objects.filter(pk=supply_chains.pk).update(mail_content=True)
    levels.choose(member, channel=Channel.MAIL, level=level)
    thread = threads.start_thread(
        supply_chains, by=speaking(lead, supply_chains), title="Tides", body="A kestrel.", key=uuid.uuid4()
    )
    post = thread.posts.get()
    put_letters(post.pk)
    queued = Letter.objects.filter(user=member, state=Letter.State.WAITING).count()
    assert queued == (level == Level.AT_ONCE)
    BETWEEN[what]({"post": post, "member": member, "lead": lead, "group": supply_chains, "end": end})
    letters = [message for message in deliver() + digest() if message.to == [member.email]]
    assert len(letters) == (what == "nothing")


@pytest.mark.parametrize("find", ["public", "partners", "members"])
def test_by_default_no_letter_holds_a_word_that_was_written(find, lead, member, supply_chains, deliver, digest):
    Group.objects.filter(pk=supply_chains.pk).update(find=find, read="members")
    levels.choose(member, channel=Channel.MAIL, level=Level.AT_ONCE)
    for body in ("A kestrel.", "@Marco Silva, a kestrel."):
        group = Group.objects.get(pk=supply_chains.pk)
        threads.start_thread(group, by=speaking(lead, group), title="Kestrels", body=body, key=uuid.uuid4())
    levels.choose(member, channel=Channel.MAIL, level=Level.DAILY)
    letters = digest()
    assert len([letter for letter in letters if letter.to == [member.email]]) == 2
    for letter in letters:
        words = everything(letter)
        secrets = ["estrel", lead.name, "Dockers"] + ([] if find == "public" else ["Supply Chains", "supply-chains"])
        assert [secret for secret in secrets if secret in words] == []


class Killed(BaseException):
    """The worker is killed."""


def killed_at(patch, count, *, after):
    """Have the worker be killed at the letter after so many: as the mail server has taken it, or before."""
    send, sent = EmailBackend.send_messages, []

    def until_killed(backend, messages):
        if len(sent) == count and not after:
            raise Killed
        send(backend, messages)
        sent.append(messages)
        if len(sent) == count + 1 and after:
            raise Killed

    patch.setattr(EmailBackend, "send_messages", until_killed)


def lease_ends():
    """Let the time pass after which another worker takes what a killed one had taken."""
    Letter.objects.waiting().update(leased_until=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(4))
def test_a_worker_that_is_killed_and_starts_again_loses_no_letter(at, after, asked, lead, mailoutbox, monkeypatch):
    """The letter that was taken and not yet noted goes out once more, and is the same letter to every mailbox."""
    leads, _, key = asked
    with monkeypatch.context() as dying:
        killed_at(dying, at, after=after)
        with pytest.raises(Killed):
            mail_notices.call(key)
    mail_notices.call(key)
    assert len(mailoutbox) == at + after, "nobody takes it as long as the lease holds"
    lease_ends()
    for _ in range(2):
        mail_notices.call(key)
    everybody = sorted([lead.email, *(person.email for person in leads)])
    assert len(mailoutbox) == len(everybody) + after
    letters = {(letter.to[0], letter.extra_headers["Message-ID"]) for letter in mailoutbox}
    assert sorted(to for to, _ in letters) == everybody
    assert len({name for _, name in letters}) == len(everybody)


def work():
    """Do as a worker does until nothing is left to do."""
    worker = Worker(pause=0)
    lease.say_alive(worker.name)
    while row := worker.claim():
        worker.do(row)


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_worker_had_begun_is_taken_up_by_another(asked, lead, mailoutbox, monkeypatch):
    """Not at once, since it may still live; then by one, however many look."""
    leads, _, key = asked
    task = DBTaskResult.objects.ready().get(task_path__endswith="mail_notices")
    DBTaskResult.objects.ready().exclude(pk=task.pk).delete()
    lease.say_alive("a worker that is killed")
    task.claim("a worker that is killed")
    with monkeypatch.context() as dying:
        killed_at(dying, 1, after=False)
        with pytest.raises(Killed):
            mail_notices.call(key)
    work()
    assert lease.take_up_dropped() == 0
    assert len(mailoutbox) == 1
    Row.objects.filter(name="a worker that is killed").delete()
    assert [lease.take_up_dropped() for _ in range(2)] == [1, 0]
    lease_ends()
    work()
    assert addressees(mailoutbox) == sorted([lead.email, *(person.email for person in leads)])
    assert not DBTaskResult.objects.running().exists()


def test_a_task_that_ends_every_worker_is_given_up(asked):
    task = DBTaskResult.objects.ready().get(task_path__endswith="mail_notices")
    for number in range(lease.DROPS):
        task.refresh_from_db()
        task.claim(f"worker {number}")
        assert lease.take_up_dropped() == (number < lease.DROPS - 1)
    assert DBTaskResult.objects.failed().get() == task


def test_each_person_is_told_of_a_happening_once(room, say, lead, member):
    ack = say(lead, room, "@Marco Silva")
    for base in range(1, 4):
        limits.pace.forget()
        services.edit_message(room.pk, ack.id, by=lead, key=uuid.uuid4(), base=base, body=f"@Marco Silva {base}")
    assert Notice.objects.filter(user=member, kind="chat_mention").count() == 1
