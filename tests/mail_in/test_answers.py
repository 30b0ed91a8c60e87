"""An answer to a letter becomes a post of who answered, once, where it belongs; everything else does not, and says why."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from discussions.addresses import group_address, reply_address
from discussions.mail import services as mail_services
from discussions.mail.models import Incoming, Reason, State
from discussions.mail.services import TurnedAway
from discussions.mail.services.receiving import not_as_it_came
from discussions.models import Post, Thread
from discussions.services import close_thread, delete_post, post, start_thread
from groups.documents.models import Document
from groups.models import Membership, Participant
from groups.services import end_participation
from groups.services.silencing import silence
from groups.standing import Standing
from notifications.models import Notice
from tests.documents.test_people_in_files import CANARY, TRACKED
from tests.documents.test_people_in_files import word as word_file
from tests.letters import everything
from tests.mail_in.conftest import PDF, work, write

NOT_AS_IT_CAME = not_as_it_came().reply


def test_an_answer_is_a_post_of_who_answered(client, come_in, thread, to_thread, member, weavers, mailoutbox):
    mail = come_in(write("We see the same in Bangladesh.\n\nMarco"), to_thread)

    assert (mail.state, mail.reason) == (State.POSTED, "")
    made = thread.posts.get(number=2)
    assert mail.post == made
    assert (made.author, made.organisation, made.function) == (member, weavers, "Research officer")
    assert made.body == "We see the same in Bangladesh.\n\nMarco"
    client.force_login(member)
    page = client.get(thread.get_absolute_url()).content.decode()
    assert "We see the same in Bangladesh." in page
    assert "By mail" in page
    assert mailoutbox == []


def test_the_lead_is_told_as_of_any_answer(come_in, thread, to_thread, lead):
    come_in(write("We see the same."), to_thread)
    assert Notice.objects.filter(user=lead, kind="reply", object_id=thread.posts.get(number=2).pk).count() == 1


def test_files_come_into_the_library_and_are_linked(client, come_in, thread, to_thread, member, supply_chains):
    mail = come_in(write("The figures.", files=[("figures.pdf", PDF, "application/pdf")]), to_thread)

    document = Document.objects.get(group=supply_chains)
    assert (document.title, document.author, document.folder.name) == ("figures", member, "From mail")
    assert mail.post.body == f"The figures.\n\n- [figures](http://localhost:8000{document.get_absolute_url()})"
    client.force_login(member)
    assert client.get(document.latest.get_absolute_url()).getvalue() == PDF


def test_a_file_alone_is_an_answer(come_in, thread, to_thread):
    come_in(write("", files=[("figures.pdf", PDF, "application/pdf")]), to_thread)
    assert "[figures]" in thread.posts.get(number=2).body


def test_what_may_not_enter_the_library_is_left_out_and_said(come_in, thread, to_thread, mailoutbox, member):
    files = [("figures.pdf", PDF, "application/pdf"), ("run.exe", b"MZ" + b"\0" * 200, "application/octet-stream")]
    mail = come_in(write("Both.", files=files), to_thread)

    assert mail.state == State.POSTED
    assert [one.title for one in Document.objects.all()] == ["figures"]
    (letter,) = mailoutbox
    assert letter.to == [member.email]
    assert "“run.exe” is not of a type that may be shared here" in letter.body
    assert letter.extra_headers["Auto-Submitted"] == "auto-replied"


def test_a_file_that_names_people_waits_for_who_sent_it(come_in, thread, to_thread, mailoutbox, member):
    """By mail nobody can be asked whether it shall be shared so: it is left out, and the letter names nobody."""
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    files = [("changed.docx", word_file(body=TRACKED), kind), ("clean.docx", word_file(), kind)]
    mail = come_in(write("Both.", files=files), to_thread)

    assert mail.state == State.POSTED
    assert [one.title for one in Document.objects.all()] == ["clean"]
    assert "[clean]" in thread.posts.get(number=2).body and "changed" not in thread.posts.get(number=2).body
    (letter,) = mailoutbox
    assert letter.to == [member.email]
    assert "“changed.docx” says more than its text" in letter.body and "upload it in the library" in letter.body
    assert CANARY not in letter.body


@pytest.mark.parametrize("find", ["public", "partners"])
def test_a_remark_leads_to_its_post_where_letters_may_name_the_group(
    find, come_in, thread, to_thread, mailoutbox, supply_chains
):
    type(supply_chains).objects.filter(pk=supply_chains.pk).update(find=find, read="members")
    come_in(write("Both.", files=[("run.exe", b"MZ" + b"\0" * 200, "application/octet-stream")]), to_thread)
    (letter,) = mailoutbox
    assert "run.exe" in letter.body
    assert (supply_chains.slug in everything(letter)) == (find == "public")


def test_the_same_mail_comes_once_however_often_it_is_brought(come_in, thread, to_thread):
    data = write("Once.", files=[("figures.pdf", PDF, "application/pdf")])
    first = come_in(data, to_thread)
    again = come_in(data, to_thread)
    # A server on the way adds a line and folds the address's case; the same mail it is all the same.
    third = come_in(b"Received: from relay.example.org\r\n" + data, to_thread.upper())
    assert first == again == third
    assert thread.posts.count() == 2
    assert Document.objects.count() == 1
    assert Incoming.objects.count() == 1


def test_two_workers_with_one_mail_make_one_post(thread, to_thread):
    mail = mail_services.receive(write("Once."), recipient=to_thread, sender="member@example.org")
    for _ in range(3):
        mail_services.work_on(mail.pk)
    assert thread.posts.count() == 2


def test_a_mail_without_an_id_is_known_by_its_bytes(come_in, thread, to_thread):
    data = b"From: member@example.org\r\nSubject: Hm\r\n\r\nNo id.\r\n"
    come_in(data, to_thread)
    come_in(data, to_thread)
    assert thread.posts.count() == 2
    assert thread.posts.get(number=2).body == "No id."


@pytest.mark.parametrize(
    "alter",
    [
        lambda a: a.replace("reply-", "reply-b"),
        lambda a: "x" + a,
        lambda a: a[:-20] + ("z" if a[-20] == "y" else "y") + a[-19:],
    ],
)
def test_an_altered_address_is_nobodys(come_in, thread, to_thread, alter):
    with pytest.raises(TurnedAway) as away:
        come_in(write("Forged."), alter(to_thread))
    assert away.value.reply == "550 5.1.1 No such address here"
    assert Incoming.objects.count() == 0
    assert thread.posts.count() == 1


def test_a_signed_address_and_a_sender_that_is_not_theirs_is_held_until_they_confirm_it(
    client, come_in, thread, to_thread, member, mailoutbox, django_capture_on_commit_callbacks
):
    mail = come_in(write("Sent from elsewhere.", sender="thief@evil.example"), to_thread, sender="thief@evil.example")
    assert (mail.state, mail.reason) == (State.HELD, Reason.SENDER)
    assert thread.posts.count() == 1
    (letter,) = mailoutbox
    assert letter.to == [member.email]
    assert "Sent from elsewhere" not in letter.body
    assert "Cocoa" not in letter.subject + letter.body

    link = next(word for word in letter.body.split() if "/mail/confirm/" in word)
    page = client.get(link)
    assert "Sent from elsewhere." in page.content.decode()
    assert "thief@evil.example" in page.content.decode()
    assert thread.posts.count() == 1
    with django_capture_on_commit_callbacks(execute=True):
        client.post(link, {"confirm": "1"})
        work()
    assert thread.posts.get(number=2).body == "Sent from elsewhere."
    # The link does nothing a second time.
    assert client.get(link).status_code == 404
    client.post(link, {"confirm": "1"})
    work()
    assert thread.posts.count() == 2


def test_who_did_not_send_it_throws_it_away(
    client, come_in, thread, to_thread, mailoutbox, django_capture_on_commit_callbacks
):
    mail = come_in(write("Not mine.", sender="thief@evil.example"), to_thread)
    link = next(word for word in mailoutbox[0].body.split() if "/mail/confirm/" in word)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(link, {"disown": "1"})
    work()
    mail.refresh_from_db()
    assert (mail.state, mail.path) == (State.REFUSED, "")
    assert thread.posts.count() == 1


def test_others_cannot_have_somebody_asked_without_end(come_in, to_thread, mailoutbox):
    states = [come_in(write(f"Spam {n}", sender="thief@evil.example"), to_thread).state for n in range(5)]
    assert states == [State.HELD] * 3 + [State.DROPPED] * 2
    assert len(mailoutbox) == 3


# --- Refusals -----------------------------------------------------------------------------------------------------


def test_a_closed_thread_takes_nothing_and_says_so(come_in, thread, to_thread, lead, mailoutbox, member):
    close_thread(thread, by=Standing.of(lead, thread.group).act(), conclusion="Enough.")
    mail = come_in(write("Too late.", files=[("a.pdf", PDF, "application/pdf")]), to_thread)
    assert (mail.state, mail.reason, mail.path) == (State.REFUSED, Reason.CLOSED, "")
    assert thread.posts.count() == 1
    assert Document.objects.count() == 0
    (letter,) = mailoutbox
    assert letter.to == [member.email]
    assert "This thread was closed. Nothing can be added." in letter.body
    assert "Too late" not in letter.body


def test_it_says_so_in_the_persons_language(come_in, thread, to_thread, lead, mailoutbox, member):
    User.objects.filter(pk=member.pk).update(language="fr")
    close_thread(thread, by=Standing.of(lead, thread.group).act(), conclusion="Enough.")
    come_in(write("Trop tard."), to_thread)
    assert "Cette discussion" in mailoutbox[0].body or "Ce fil" in mailoutbox[0].body


def test_who_was_removed_writes_nothing_any_more(come_in, thread, to_thread, lead, member, mailoutbox):
    end_participation(
        Participant.objects.get(user=member), by=Standing.of(lead, thread.group).act(), reason="Left us."
    )
    mailoutbox.clear()
    mail = come_in(write("Still here?"), to_thread)
    assert (mail.state, mail.reason) == (State.REFUSED, Reason.NOT_HERE)
    assert thread.posts.count() == 1
    assert "Cocoa" not in mailoutbox[0].subject + mailoutbox[0].body


def test_an_observer_is_told_that_they_only_read(come_in, thread, observer, mailoutbox):
    mail = come_in(
        write("May I?", sender=observer.email), reply_address(observer.pk, thread.pk), sender=observer.email
    )
    assert (mail.state, mail.reason) == (State.REFUSED, Reason.NOT_HERE)
    assert "You may read there, but not write." in mailoutbox[0].body
    assert thread.posts.count() == 1


def test_who_is_muted_is_told_until_when(come_in, thread, to_thread, lead, member, mailoutbox):
    silence(thread.group, member, by=Standing.of(lead, thread.group).act(), days=1, reason="Calm down.")
    mailoutbox.clear()
    mail = come_in(write("But I!", files=[("a.pdf", PDF, "application/pdf")]), to_thread)
    assert (mail.state, mail.reason) == (State.REFUSED, Reason.NOT_HERE)
    assert (thread.posts.count(), Document.objects.count()) == (1, 0)
    assert "“Calm down.”" in mailoutbox[0].body


def test_whose_account_is_closed_is_told_nothing(come_in, thread, to_thread, member, mailoutbox):
    User.objects.filter(pk=member.pk).update(is_active=False)
    mail = come_in(write("Hello?"), to_thread)
    assert (mail.state, mail.reason) == (State.DROPPED, Reason.NOT_HERE)
    assert mailoutbox == []
    assert thread.posts.count() == 1


def test_a_thread_that_is_gone_looks_like_one_that_hides(
    come_in, thread, member, hidden_group, stranger, mailoutbox, make_group
):
    answers = []
    for address in (reply_address(stranger.pk, thread.pk), reply_address(stranger.pk, 10**9)):
        mailoutbox.clear()
        come_in(write("Hello?", sender=stranger.email), address, sender=stranger.email)
        answers.append(mailoutbox[0].body)
    assert answers[0] == answers[1]
    assert "Cocoa" not in answers[0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  \n\n",
        "On Mon, 3 Mar 2025 at 10:11, Groups <a@mail.example.org> wrote:\n> What do you see?\n",
        "Sent from my iPhone",
    ],
)
def test_an_empty_answer_is_refused(come_in, thread, to_thread, text, mailoutbox):
    mail = come_in(write(text), to_thread)
    assert (mail.state, mail.reason) == (State.REFUSED, Reason.EMPTY)
    assert "Nothing is written above the quotation" in mailoutbox[0].body
    assert thread.posts.count() == 1


def test_one_that_is_too_long_is_refused(come_in, thread, to_thread, mailoutbox):
    mail = come_in(write("word " * 5000), to_thread)
    assert (mail.state, mail.reason) == (State.REFUSED, Reason.TEXT)
    assert "Use at most 20000 characters" in mailoutbox[0].body.replace(",", "")


@pytest.mark.parametrize(
    ("headers", "sender", "subject"),
    [
        ([("Auto-Submitted", "auto-replied")], "member@example.org", "Re: Cocoa"),
        ([("Precedence", "bulk")], "member@example.org", "Re: Cocoa"),
        ([("X-Autoreply", "yes")], "member@example.org", "Re: Cocoa"),
        ([("X-Loop", "mail.example.org")], "member@example.org", "Re: Cocoa"),
        ([("List-Id", "<list.example.org>")], "member@example.org", "Re: Cocoa"),
        ([], "", "Re: Cocoa"),
        ([], "<>", "Re: Cocoa"),
        ([], "MAILER-DAEMON@example.org", "Re: Cocoa"),
        ([], "member@example.org", "Automatic reply: Cocoa"),
        ([], "member@example.org", "Réponse automatique : Cocoa"),
        ([], "member@example.org", "Respuesta automática: Cocoa"),
        ([], "member@example.org", "Automatische Antwort: Cocoa"),
        ([], "member@example.org", "Resposta automática: Cocoa"),
        ([], "member@example.org", "رد تلقائي: Cocoa"),
    ],
)
def test_what_a_program_sends_is_left_out_and_never_answered(
    come_in, thread, to_thread, headers, sender, subject, mailoutbox
):
    mail = come_in(write("I am away until Monday.", headers=headers, subject=subject), to_thread, sender=sender)
    assert (mail.state, mail.reason, mail.path) == (State.DROPPED, Reason.AUTOMATIC, "")
    assert thread.posts.count() == 1
    assert mailoutbox == []


def test_the_same_words_again_are_left_out(come_in, thread, to_thread):
    come_in(write("Thank you for your mail."), to_thread)
    mail = come_in(write("Thank you for your  mail.\n"), to_thread)
    assert (mail.state, mail.reason) == (State.DROPPED, Reason.REPEATED)
    assert thread.posts.count() == 2


def test_a_storm_is_left_out(come_in, thread, to_thread, mailoutbox):
    states = [come_in(write(f"Ticket {n} was opened."), to_thread).state for n in range(12)]
    assert states == [State.POSTED] * 10 + [State.DROPPED] * 2
    assert mailoutbox == []


def test_too_many_in_an_hour_are_told_to_come_later(come_in, to_thread, settings):
    settings.MAIL_IN_HOURLY = 2
    come_in(write("One."), to_thread)
    come_in(write("Two."), to_thread)
    with pytest.raises(TurnedAway) as away:
        come_in(write("Three."), to_thread)
    assert away.value.is_for_now


def test_what_domain_owners_disown_is_refused_in_the_dialogue(come_in, thread, to_thread, settings):
    settings.MAIL_IN_TRUSTED_SERVER = "mx.example.org"
    forged = write(
        "Forged.", headers=[("Authentication-Results", "mx.example.org; dmarc=fail header.from=example.org")]
    )
    with pytest.raises(TurnedAway) as away:
        come_in(forged, to_thread)
    assert away.value.reply.startswith("550 5.7.1")
    # Of a server that nobody trusts, as anybody may write it, nothing is believed.
    other = write("Fine.", headers=[("Authentication-Results", "mx.evil.example; dmarc=fail header.from=example.org")])
    assert come_in(other, to_thread).state == State.POSTED


# --- For whom somebody speaks ---------------------------------------------------------------------------------------


@pytest.fixture
def of_two(member, affiliate, institute, join, supply_chains):
    """The member takes part for the Harbour Institute too."""
    affiliate(member, institute, function="Fellow")
    join(institute, supply_chains, member)
    return institute


def test_of_several_organisations_it_is_the_one_they_last_spoke_for_there(
    come_in, thread, to_thread, of_two, member, mailoutbox
):
    post(thread, by=Standing.of(member, thread.group).speak(of_two.pk), body="As a fellow.", key=uuid.uuid4())
    come_in(write("And again."), to_thread)
    assert thread.posts.get(number=3).organisation == of_two
    assert mailoutbox == []


def test_where_it_had_to_be_guessed_they_are_told(
    come_in, thread, to_thread, of_two, member, mailoutbox, supply_chains
):
    by = Standing.of(member, supply_chains).speak(of_two.pk)
    start_thread(supply_chains, by=by, title="Elsewhere", body="As a fellow.", key=uuid.uuid4())
    come_in(write("First here."), to_thread)
    assert thread.posts.get(number=2).organisation == of_two
    assert "this was posted for Harbour Institute" in mailoutbox[0].body


# --- Threads ----------------------------------------------------------------------------------------------------


def test_a_thread_is_started_at_ones_own_address(come_in, supply_chains, to_start, member):
    mail = come_in(write("Who goes to Porto?", subject="Fwd: [list] Porto in May"), to_start)
    started = Thread.objects.get(title="Porto in May")
    assert (started.group, started.author, mail.post) == (supply_chains, member, started.posts.get())
    assert started.posts.get().body == "Who goes to Porto?"


def test_who_begins_with_anothers_mail_means_both(come_in, to_start):
    come_in(
        write("See below.\n\nOn Mon, 3 Mar 2025 at 10:11, Ana <ana@x.org> wrote:\n> The port is closed.\n"), to_start
    )
    assert "The port is closed." in Thread.objects.get().posts.get().body


def test_at_the_groups_address_the_sender_confirms(
    client, come_in, supply_chains, to_group, mailoutbox, django_capture_on_commit_callbacks
):
    with pytest.raises(TurnedAway) as away:
        come_in(write("Who goes?", subject="Porto in May"), to_group)
    # Their server is told what every stranger's is: who is a member of a group is nobody's to find out.
    assert away.value.reply == NOT_AS_IT_CAME
    with django_capture_on_commit_callbacks(execute=True):
        work()
    mail = Incoming.objects.get()
    assert (mail.state, mail.reason) == (State.HELD, Reason.UNPROVEN)
    assert Thread.objects.count() == 0
    link = next(word for word in mailoutbox[0].body.split() if "/mail/confirm/" in word)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(link, {"confirm": "1"})
        work()
    assert Thread.objects.get().title == "Porto in May"


def test_at_the_groups_address_a_trusted_server_vouches(come_in, to_group, settings, mailoutbox):
    settings.MAIL_IN_TRUSTED_SERVER = "mx.example.org"
    vouched = ("Authentication-Results", "mx.example.org; spf=pass; dmarc=pass (p=reject) header.from=example.org")
    come_in(write("Who goes?", subject="Porto in May", headers=[vouched]), to_group)
    assert Thread.objects.get().title == "Porto in May"
    assert mailoutbox == []


def test_what_it_vouches_for_must_be_the_domain_of_the_sender(come_in, to_group, settings):
    settings.MAIL_IN_TRUSTED_SERVER = "mx.example.org"
    other = ("Authentication-Results", "mx.example.org; dmarc=pass header.from=evil.example")
    with pytest.raises(TurnedAway) as away:
        come_in(write("Who goes?", headers=[other]), to_group)
    work()
    assert (away.value.reply, Incoming.objects.get().state) == (NOT_AS_IT_CAME, State.HELD)


def test_of_whom_it_vouches_is_told_plainly_that_they_may_not(come_in, supply_chains, stranger, to_group, settings):
    settings.MAIL_IN_TRUSTED_SERVER = "mx.example.org"
    vouched = ("Authentication-Results", "mx.example.org; dmarc=pass header.from=example.org")
    with pytest.raises(TurnedAway) as away:
        come_in(write("Who goes?", sender=stranger.email, headers=[vouched]), to_group)
    assert away.value.reply == "550 5.7.1 This address takes mail only from members who may start threads there"


def test_the_answer_tells_nobody_who_is_a_member(come_in, supply_chains, stranger, to_group, settings):
    settings.MAIL_IN_HOURLY = 2
    answers = set()
    for sender in ("member@example.org", "stranger@example.org", "nobody@evil.example") * 3:
        for headers in ([], [("Auto-Submitted", "auto-replied")]):
            with pytest.raises(TurnedAway) as away:
                come_in(write("Who goes?", sender=sender, headers=headers), to_group)
            answers.add(away.value.reply)
    assert answers == {NOT_AS_IT_CAME}


@pytest.mark.parametrize(
    "sender", ["nobody@evil.example", "stranger@example.org", "observer@example.org", "", "a@b, c@d"]
)
def test_who_may_not_start_threads_there_is_refused_in_the_dialogue(
    come_in, supply_chains, stranger, to_group, sender, mailoutbox
):
    data = write("Hello", sender=sender or "x@y") if sender else b"Subject: Hello\r\n\r\nHello\r\n"
    with pytest.raises(TurnedAway) as away:
        come_in(data, to_group, sender=sender or "x@y.example")
    assert away.value.reply == NOT_AS_IT_CAME
    assert Incoming.objects.count() == 0
    assert mailoutbox == []


def test_a_hidden_group_answers_like_none(come_in, hidden_group, stranger):
    answers = set()
    for address in (group_address(hidden_group), "group-not-there@mail.example.org", "group-9999-@mail.example.org"):
        with pytest.raises(TurnedAway) as away:
            come_in(write("Hello", sender=stranger.email), address, sender=stranger.email)
        answers.add(away.value.reply)
    assert len(answers) == 1


def test_where_leads_start_the_threads_others_are_told(come_in, supply_chains, to_start, mailoutbox):
    supply_chains.start_threads = "leads"
    supply_chains.save()
    mail = come_in(write("May I?", subject="Mine"), to_start)
    assert (mail.state, mail.reason) == (State.REFUSED, Reason.STARTERS)
    assert "leads start the threads" in mailoutbox[0].body


# --- What is kept ---------------------------------------------------------------------------------------------------


def test_the_whole_mail_is_for_who_sent_it_alone(client, come_in, thread, to_thread, member, lead, secretariat):
    quoted = "My part.\n\nOn Mon, 3 Mar 2025 at 10:11, Groups <a@mail.example.org> wrote:\n> What do you see?\n"
    made = come_in(write(quoted), to_thread).post
    assert made.body == "My part."
    url = f"{thread.get_absolute_url()}posts/2/mail/"
    client.force_login(member)
    page = client.get(url)
    assert "&gt; What do you see?" in page.content.decode()
    assert url in client.get(f"{thread.get_absolute_url()}posts/2/").content.decode()
    for other in (lead, secretariat):
        client.force_login(other)
        assert client.get(url).status_code == 404
        if other == lead:
            assert url not in client.get(f"{thread.get_absolute_url()}posts/2/").content.decode()


def test_a_deleted_post_takes_its_mail_along(
    client, come_in, thread, to_thread, member, django_capture_on_commit_callbacks
):
    mail = come_in(write("My part."), to_thread)
    path = mail.path
    with django_capture_on_commit_callbacks(execute=True):
        delete_post(mail.post, by=Standing.of(member, thread.group).speak())
    client.force_login(member)
    assert client.get(f"{thread.get_absolute_url()}posts/2/mail/").status_code == 404
    mail.refresh_from_db()
    assert mail.path == ""
    assert not storages["default"].exists(path)


def test_whole_mails_are_kept_for_a_time_and_held_ones_for_a_week(
    come_in, to_thread, settings, django_capture_on_commit_callbacks
):
    kept = come_in(write("My part."), to_thread)
    held = come_in(write("Whose?", sender="thief@evil.example"), to_thread)
    paths = [kept.path, held.path]
    assert all(map(storages["default"].exists, paths))
    now = timezone.now()
    with django_capture_on_commit_callbacks(execute=True):
        mail_services.sweep(now + timedelta(days=6))
    assert all(map(storages["default"].exists, paths))
    with django_capture_on_commit_callbacks(execute=True):
        mail_services.sweep(now + timedelta(days=8))
    held.refresh_from_db()
    assert (held.state, held.reason, storages["default"].exists(paths[1])) == (State.REFUSED, Reason.EXPIRED, False)
    with django_capture_on_commit_callbacks(execute=True):
        mail_services.sweep(now + timedelta(days=366))
    assert not storages["default"].exists(paths[0])


def test_bytes_that_no_row_names_are_swept(come_in, to_thread, django_capture_on_commit_callbacks):
    come_in(write("My part."), to_thread)
    storages["default"].save("mail/aa/left", ContentFile(b"left"))
    assert mail_services.sweep() == 0
    assert mail_services.sweep(timezone.now() + timedelta(hours=1)) == 1
    assert not storages["default"].exists("mail/aa/left")


def test_leads_see_what_became_of_mails_and_the_secretariat_only_why(
    client, come_in, thread, to_thread, member, lead, observer, secretariat, supply_chains
):
    come_in(write("A secret word.", sender="thief@evil.example"), to_thread)
    come_in(write("", subject="A secret subject"), to_thread)
    url = f"/groups/{supply_chains.slug}/mail/"
    client.force_login(lead)
    page = client.get(url).content.decode()
    assert "Nothing is written above the quotation" in page
    assert "From an address that is not known as the sender’s" in page
    assert "Marco Silva" in page
    client.force_login(observer)
    assert "Nothing is written above the quotation" not in client.get(url).content.decode()
    client.force_login(member)
    assert "Nothing is written above the quotation" in client.get(url).content.decode()
    client.force_login(secretariat)
    page = client.get("/queue/mail/").content.decode()
    assert "Supply Chains" in page
    assert "Nothing is written above the quotation" in page
    for word in ("secret", "Marco", "Cocoa", "thief"):
        assert word not in page


@pytest.mark.parametrize(
    ("who", "url"), [("lead", "/groups/supply-chains/mail/?all=1"), ("secretariat", "/queue/mail/")]
)
def test_lists_of_mails_cost_the_same_for_one_and_for_many(
    client, come_in, to_thread, request, who, url, django_assert_num_queries
):
    client.force_login(request.getfixturevalue(who))
    come_in(write("", subject="1"), to_thread)
    come_in(write("One."), to_thread)
    Notice.objects.all().delete()
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for n in range(3):
        come_in(write("", subject="1"), to_thread)
        come_in(write(f"More {n}."), to_thread)
    Notice.objects.all().delete()  # what stands in the frame of every page is counted elsewhere
    with django_assert_num_queries(len(few)):
        client.get(url)


def test_posts_that_came_by_mail_cost_the_page_nothing(client, come_in, thread, to_thread, lead):
    client.force_login(lead)
    client.get(thread.get_absolute_url())
    for n in range(4):
        come_in(write(f"More {n}."), to_thread)
    Notice.objects.all().delete()
    with CaptureQueriesContext(connection) as many:
        client.get(thread.get_absolute_url())
    assert len(many) <= 12


def test_a_fault_of_the_program_puts_one_mail_aside_and_tells_its_sender(
    come_in, thread, to_thread, mailoutbox, settings
):
    settings.KEPT_OUT = "nowhere.at.all"  # stands for any mistake of ours
    mail = come_in(write("Hello."), to_thread)
    assert (mail.state, mail.reason) == (State.REFUSED, Reason.FAILED)
    assert "Please write on the page" in mailoutbox[0].body


def test_nothing_of_a_mail_stays_in_the_row(come_in, to_thread):
    come_in(write("A canary word.", subject="A canary subject"), to_thread)
    row = str(Incoming.objects.values().get())
    assert "canary" not in row
    assert "@" not in row


def test_of_a_group_that_was_left_the_row_stays_for_its_leads(come_in, to_thread, lead, weavers, supply_chains):
    assert Membership.objects.filter(group=supply_chains, organisation=weavers).exists()
    mail = come_in(write("Kept."), to_thread)
    assert Post.objects.get(pk=mail.post_id).came_by == "mail"
