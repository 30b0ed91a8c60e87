"""An answer by mail goes under the post whose letter it answers, wherever that post and its thread are by then."""

import uuid

import pytest

from core.models import AuditEntry
from discussions.mail.models import Incoming, Reason, State
from discussions.models import Post
from discussions.services import close_thread, delete_post, merge, move_posts, post, start_thread
from groups.models import Participant
from groups.services import end_participation
from groups.standing import Standing
from notifications.models import Notice
from tests.mail_in.conftest import write


@pytest.fixture
def leading(lead, supply_chains):
    return Standing.of(lead, supply_chains).speak()


@pytest.fixture
def second(thread, leading):
    return post(thread, by=leading, body="And in Ghana?", key=uuid.uuid4())


@pytest.fixture
def other(supply_chains, leading):
    return start_thread(supply_chains, by=leading, title="Contracts", body="Who signs?", key=uuid.uuid4())


def test_it_stands_under_the_post_and_its_author_is_told(client, come_in, thread, second, to_post, member, lead):
    mail = come_in(write("Ghana sees the same."), to_post(second))

    assert (mail.state, mail.thread, mail.post.reply_to, mail.post.number) == (State.POSTED, thread, second, 3)
    assert Notice.objects.filter(user=lead, kind="reply", object_id=mail.post.pk).count() == 1
    client.force_login(member)
    assert "post--reply" in client.get(thread.get_absolute_url()).content.decode()


def test_an_answer_to_what_begins_a_thread_is_an_answer_in_it(come_in, thread, to_post):
    mail = come_in(write("We see the same."), to_post(thread.posts.get(number=1)))
    assert (mail.state, mail.post.thread, mail.post.reply_to) == (State.POSTED, thread, None)


def test_it_follows_a_post_that_was_moved(come_in, thread, second, other, leading, to_post):
    address = to_post(second)
    move_posts(thread, other, by=leading, numbers=[2])

    mail = come_in(write("Ghana sees the same."), address)

    assert (mail.state, mail.thread, mail.post.thread, mail.post.reply_to) == (State.POSTED, other, other, second)
    assert Post.objects.filter(thread=thread).standing().count() == 1


def test_the_same_mail_brought_again_after_the_move_is_one_post(come_in, thread, second, other, leading, to_post):
    address, data = to_post(second), write("Ghana sees the same.")
    come_in(data, address)
    move_posts(thread, other, by=leading, numbers=[2])
    come_in(data, address)
    assert Incoming.objects.count() == 1
    assert Post.objects.filter(body="Ghana sees the same.").count() == 1


@pytest.mark.parametrize("letter", ["of the post", "of the thread"])
def test_mail_to_a_merged_thread_goes_to_where_it_went(
    come_in, thread, second, other, leading, to_post, to_thread, letter
):
    address = to_post(second) if letter == "of the post" else to_thread
    merge(thread, other, by=leading)

    mail = come_in(write("Ghana sees the same."), address)

    assert (mail.state, mail.reason, mail.thread) == (State.POSTED, "", other)
    assert mail.post.thread == other
    assert mail.post.reply_to == (second if letter == "of the post" else None)


def test_what_was_merged_twice_is_followed_to_its_end(come_in, supply_chains, thread, other, leading, to_thread):
    last = start_thread(supply_chains, by=leading, title="Fees", body="How high?", key=uuid.uuid4())
    merge(thread, other, by=leading)
    merge(other, last, by=leading)
    assert come_in(write("We see the same."), to_thread).post.thread == last


def test_where_it_went_its_own_rules_hold(come_in, thread, other, leading, to_thread, mailoutbox, member):
    merge(thread, other, by=leading)
    close_thread(other, by=leading, conclusion="Signed by both.")

    mail = come_in(write("We see the same."), to_thread)

    assert (mail.state, mail.reason, mail.post) == (State.REFUSED, Reason.CLOSED, None)
    assert [letter.to for letter in mailoutbox] == [[member.email]]


def test_rights_are_asked_where_it_went(come_in, thread, second, other, leading, member, to_post):
    address = to_post(second)
    merge(thread, other, by=leading)
    end_participation(Participant.objects.get(user=member), by=leading, reason="Their mandate ended")

    mail = come_in(write("We see the same."), address)

    assert (mail.state, mail.reason, mail.post) == (State.REFUSED, Reason.NOT_HERE, None)
    assert not Post.objects.filter(author=member).exists()


def test_an_answer_to_a_deleted_post_stands_in_its_thread(come_in, thread, second, leading, to_post):
    delete_post(second, by=leading, reason="Wrong thread")
    mail = come_in(write("Which figures?"), to_post(second))
    assert (mail.state, mail.post.thread, mail.post.reply_to) == (State.POSTED, thread, None)
    assert AuditEntry.objects.filter(verb="post.deleted").count() == 1


def test_a_letter_about_a_post_that_is_nowhere_is_nobodys(come_in, to_post):
    mail = come_in(write("Hello?"), to_post(Post(pk=10**9)))
    assert (mail.state, mail.reason, mail.post) == (State.REFUSED, Reason.NOT_HERE, None)
