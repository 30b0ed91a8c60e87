"""What the verbs promise: one post per key, dense numbers, no lost edit, tombstones, mentions, notices."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from core.errors import Conflict, DomainError
from core.models import AuditEntry
from discussions import services
from discussions.models import Draft, Mention, Post, PostVersion, Thread
from groups.models import Participant
from groups.standing import NotAllowed, Standing
from notifications.models import Notice


def test_a_thread_begins_with_its_first_post_and_the_frozen_capacity(thread, member, weavers):
    first = thread.posts.get()
    assert (first.number, first.author, first.organisation, first.function) == (1, member, weavers, "Research officer")
    assert first.html == '<p dir="auto">Who has figures for <em>2024</em>?</p>'
    assert [version.body for version in first.versions.all()] == [first.body]
    assert (thread.last_number, thread.author) == (1, member)


def test_numbers_are_dense_whatever_is_answered(thread, say, lead, member):
    second = say(thread, lead)
    third = say(thread, member, "Which?", reply_to=second)
    fourth = say(thread, lead, "These.", reply_to=third)
    assert [post.number for post in (second, third, fourth)] == [2, 3, 4]
    assert [post.reply_to for post in (second, third, fourth)] == [None, second, third]
    assert Thread.objects.get(pk=thread.pk).last_number == 4


def test_the_same_form_sent_twice_makes_one_post(thread, say, lead):
    key = uuid.uuid4()
    first = say(thread, lead, "Once.", key=key)
    assert say(thread, lead, "Once.\r\n", key=key) == first
    with pytest.raises(Conflict) as refused:
        say(thread, lead, "Something else.", key=key)
    assert refused.value.current == first
    assert thread.posts.count() == 2


def test_the_same_form_of_a_new_thread_makes_one_thread(supply_chains, member, capacity):
    sent = {"by": capacity(member, supply_chains), "title": "T", "body": "B", "key": uuid.uuid4()}
    assert services.start_thread(supply_chains, **sent) == services.start_thread(supply_chains, **sent)
    with pytest.raises(Conflict):
        services.start_thread(supply_chains, **{**sent, "title": "Other"})
    assert Thread.objects.count() == Post.objects.count() == 1


def test_a_retry_is_answered_after_the_thread_was_closed_and_the_post_edited(thread, say, lead, capacity):
    key = uuid.uuid4()
    first = say(thread, lead, "Once.", key=key)
    services.edit_post(first, by=capacity(lead, thread.group), body="Twice.", base=1)
    services.close_thread(thread, by=capacity(lead, thread.group), conclusion="Done.")
    assert say(thread, lead, "Once.", key=key) == first
    with pytest.raises(DomainError, match="closed"):
        say(thread, lead, "More.")


def test_two_editors_and_only_one_wins(thread, say, member, capacity):
    post = say(thread, member, "First text")
    by = capacity(member, thread.group)
    services.edit_post(post, by=by, body="Second text", base=1)
    with pytest.raises(Conflict) as refused:
        services.edit_post(post, by=by, body="Other text", base=1)
    assert refused.value.current.body == "Second text"
    assert services.edit_post(post, by=by, body="Second text", base=1).version == 2, "the same edit sent again"
    assert [version.body for version in PostVersion.objects.filter(post=post).order_by("number")] == [
        "First text",
        "Second text",
    ]


def test_a_version_is_never_changed(thread):
    version = PostVersion.objects.get()
    version.body = "Something else"
    with pytest.raises(TypeError):
        version.save()


def test_nobody_edits_what_another_wrote(thread, say, member, lead, capacity):
    with pytest.raises(NotAllowed):
        services.edit_post(say(thread, member), by=capacity(lead, thread.group), body="Put into their mouth", base=1)


def test_deleting_takes_the_text_from_every_version_and_leaves_the_number(thread, say, member, lead, capacity):
    post = say(thread, member, "canary-7315 @Lina Okafor")
    services.edit_post(post, by=capacity(member, thread.group), body="canary-7316 @Lina Okafor", base=1)
    assert Mention.objects.get().user == lead
    services.delete_post(post, by=capacity(member, thread.group))
    post.refresh_from_db()
    assert (post.body, post.html, post.is_deleted, post.number) == ("", "", True, 2)
    assert not PostVersion.objects.filter(body__contains="canary").exists()
    assert not Mention.objects.exists()
    assert say(thread, lead).number == 3


def test_a_lead_deletes_with_a_reason_that_is_recorded(thread, say, member, lead, observer):
    post = say(thread, member, "Out of place")
    by = Standing.of(lead, thread.group).act()
    with pytest.raises(DomainError, match="why"):
        services.delete_post(post, by=by)
    services.delete_post(post, by=by, reason="Names a worker")
    assert AuditEntry.objects.get(verb="post.deleted").reason == "Names a worker"
    kept = say(thread, member)
    watching = Standing.of(observer, thread.group).seats[0]
    with pytest.raises(NotAllowed):
        services.delete_post(kept, by=watching.affiliation.capacity, reason="Because")


def test_only_leads_announce_and_consult(supply_chains, member, lead, capacity):
    sent = {"title": "News", "body": "Read this.", "kind": "announcement"}
    with pytest.raises(NotAllowed):
        services.start_thread(supply_chains, by=capacity(member, supply_chains), key=uuid.uuid4(), **sent)
    services.start_thread(supply_chains, by=capacity(lead, supply_chains), key=uuid.uuid4(), **sent)
    assert Thread.objects.get().kind == "announcement"


def test_a_consultation_takes_posts_until_its_end(supply_chains, lead, member, say, capacity):
    end = timezone.now() + timedelta(days=2)
    thread = services.start_thread(
        supply_chains,
        by=capacity(lead, supply_chains),
        title="Draft statement",
        body="What do you think?",
        key=uuid.uuid4(),
        kind="consultation",
        open_until=end,
    )
    say(thread, member)
    Thread.objects.update(open_until=timezone.now())
    with pytest.raises(DomainError, match="consultation has ended"):
        say(thread, member, "Late.")


@pytest.mark.parametrize(
    ("kind", "days", "why"),
    [("consultation", None, "until when"), ("consultation", -1, "future"), ("question", 2, "Only a consultation")],
)
def test_ends_that_make_no_sense_are_refused(supply_chains, lead, kind, days, why, capacity):
    with pytest.raises(DomainError, match=why):
        services.start_thread(
            supply_chains,
            by=capacity(lead, supply_chains),
            title="T",
            body="B",
            key=uuid.uuid4(),
            kind=kind,
            open_until=timezone.now() + timedelta(days=days) if days else None,
        )
    assert not Thread.objects.exists()


def test_closing_states_a_conclusion_and_opening_again_keeps_it(thread, lead, member, say, ministry, capacity):
    with pytest.raises(DomainError, match="conclusion"):
        services.close_thread(thread, by=capacity(lead, thread.group), conclusion="  ")
    closed = services.close_thread(thread, by=capacity(lead, thread.group), conclusion="We **agree**.")
    assert closed.conclusion_html == '<p dir="auto">We <strong>agree</strong>.</p>'
    assert AuditEntry.objects.filter(verb="thread.closed").count() == 1
    services.reopen(thread, by=capacity(member, thread.group))  # who started it may
    assert say(thread, member).number == 2
    assert Thread.objects.get().conclusion == "We **agree**."


def test_who_lost_the_group_cannot_post_with_a_capacity_from_before(thread, say, member, capacity):
    by = capacity(member, thread.group)
    Participant.objects.filter(user=member).update(ended_at=timezone.now())
    with pytest.raises(NotAllowed):
        services.post(thread, by=by, body="Still here", key=uuid.uuid4())
    assert thread.posts.count() == 1


# --- Mentions ---------------------------------------------------------------------------------------------------------


def test_names_become_tokens_and_are_told_once(thread, say, member, lead):
    post = say(thread, member, "@lina OKAFOR and again @Lina Okafor, not `@Lina Okafor`, nor me@Lina Okafor")
    assert post.body == f"@[{lead.pk}] and again @[{lead.pk}], not `@Lina Okafor`, nor me@Lina Okafor"
    assert [mention.user for mention in post.mentions.all()] == [lead]
    assert [notice.kind for notice in Notice.objects.filter(user=lead)] == ["mention"]


def test_the_longest_name_wins(thread, say, lead, member, make_insider):
    longer = make_insider(thread.group, "Lina Okafor Diallo")
    assert say(thread, member, "@Lina Okafor Diallo").body == f"@[{longer.pk}]"
    assert say(thread, member, "@Lina Okafor, Diallo").body == f"@[{lead.pk}], Diallo"


def test_namesakes_are_told_apart_by_their_organisation(thread, say, member, lead, make_insider):
    other = make_insider(thread.group, "Lina Okafor")
    organisation = other.participations.get().membership.organisation
    assert say(thread, member, "@Lina Okafor").body == "@Lina Okafor"
    assert say(thread, member, f"@Lina Okafor ({organisation.name})").body == f"@[{other.pk}]"


def test_who_is_not_in_the_group_stays_plain_text(thread, say, member, stranger):
    for typed in ("@Sana Haddad", f"@[{stranger.pk}]", f"`a\n\n@[{stranger.pk}]\n\nb`", f"- `\n- @[{stranger.pk}]`"):
        post = say(thread, member, typed)
        assert not post.mentions.exists()
        assert "data-person" not in post.html
    assert not Notice.objects.filter(user=stranger).exists()


def test_an_edit_keeps_mentions_of_those_who_left_and_tells_only_the_new(
    thread, say, member, lead, make_insider, capacity
):
    leaver = make_insider(thread.group, "Ada Former")
    post = say(thread, member, "@Ada Former knows")
    Participant.objects.filter(user=leaver).update(ended_at=timezone.now())
    edited = services.edit_post(
        post, by=capacity(member, thread.group), body="@Ada Former and @Lina Okafor know", base=1
    )
    assert edited.body == f"@[{leaver.pk}] and @[{lead.pk}] know"
    assert Notice.objects.filter(user=lead, kind="mention").count() == 1
    assert say(thread, member, "@Ada Former?").body == "@Ada Former?"


def test_answers_and_announcements_are_told(thread, say, lead, member, observer, supply_chains, capacity):
    answer = say(thread, lead)
    assert [notice.object_id for notice in Notice.objects.filter(user=member, kind="reply")] == [answer.pk]
    say(thread, member, "Thanks", reply_to=answer)
    assert Notice.objects.filter(user=lead, kind="reply").count() == 1
    services.start_thread(
        supply_chains,
        by=capacity(lead, supply_chains),
        title="News",
        body="Hello",
        key=uuid.uuid4(),
        kind="announcement",
    )
    told = Notice.objects.filter(kind="announcement").values_list("user", flat=True)
    assert set(told) == {member.pk, observer.pk}


# --- Drafts -----------------------------------------------------------------------------------------------------------


def test_a_draft_is_kept_per_place_and_goes_with_the_post(thread, say, member, supply_chains):
    place = {"user": member, "group": supply_chains, "thread": thread}
    services.save_draft(**place, body="Half a sen")
    services.save_draft(**place, body="Half a sentence")
    services.save_draft(user=member, group=supply_chains, title="New", body="")
    assert sorted(draft.body for draft in Draft.objects.all()) == ["", "Half a sentence"]
    key = uuid.uuid4()
    say(thread, member, "A sentence", key=key)
    assert [draft.title for draft in Draft.objects.all()] == ["New"]
    services.save_draft(**place, body="A sentence", key=key)  # a late autosave of the form that was just sent
    assert Draft.objects.count() == 1
