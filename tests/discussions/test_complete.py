"""What people and leads add to a thread: signs, quotations, a summary, a rule of attribution, words for later, bookmarks."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from core.errors import Conflict, DomainError
from discussions import services
from discussions.models import Bookmark, Post, Scheduled, Thread
from discussions.services import scheduling
from discussions.tasks import publish_overdue
from groups.attribution import Attribution
from groups.models import Membership, Participant
from groups.services import remove_membership
from notifications.models import Notice


@pytest.fixture
def by(capacity, supply_chains):
    return lambda person: capacity(person, supply_chains)


def text(answer):
    return answer.content.decode()


def test_a_sign_is_given_once_and_taken_back(signed_in, thread, address, member, lead, by):
    post = thread.posts.get()
    services.react(post, by=by(lead), emoji="👍", on=True)
    client = signed_in(member)
    for _round in range(2):
        client.post(address("posts/1/react/"), {"on": "👍"})
    page = text(client.get(address()))
    assert "Agreed (2): Lina Okafor, Marco Silva" in page
    answer = client.post(address("posts/1/react/"), {"off": "👍", "script": "1"})
    assert "Agreed (1): Lina Okafor" in text(answer)
    assert client.post(address("posts/1/react/"), {"on": "🦄", "script": "1"}).status_code == 409
    post.refresh_from_db()
    assert [sign[:2] for sign in post.signs] == [["👍", lead.pk]]


def test_a_quotation_says_whose_words_they_are_and_outlives_them(signed_in, thread, address, member, lead, by, say):
    client = signed_in(lead)
    composer = client.get(address("?quote=1")).context["composer"]
    assert composer.body == "> #1\n> Who has figures for *2024*?\n\n"
    client.post(address("post/"), {"key": str(uuid.uuid4()), "body": composer.body + "I have.", "seen": 1})
    said, original = thread.posts.get(number=2), thread.posts.get(number=1)
    assert said.body.startswith(f"> #[{original.pk}]\n")
    page = text(client.get(address()))
    assert '<p class="quote__by"><a href="#post-1">#1 <bdi>Marco Silva</bdi></a></p>' in page
    assert "> #1" in text(client.get(address("posts/2/edit/"))).replace("&gt;", ">")
    services.delete_post(original, by=by(member))
    page = text(client.get(address()))
    assert "From a post that was deleted since" in page and "<em>2024</em>" in page
    assert "2024" not in said.searched()


def test_an_answer_to_a_post_of_the_same_thread_names_no_thread_even_where_that_post_is_quoted(
    signed_in, thread, address, member, lead, say
):
    say(thread, lead, "I have some.", reply_to=thread.posts.get(number=1))
    said = thread.get_absolute_url()
    client = signed_in(member)
    client.post(address("post/"), {"key": str(uuid.uuid4()), "body": "> #1\n> Who has figures?\n\nThanks.", "seen": 2})
    page = text(client.get(address()))
    assert f'In reply to <a href="{said}?post=1#post-1">#1 <bdi>Marco Silva</bdi></a>' in page
    assert "post--reply" in page


def test_leads_keep_a_summary_against_the_version_they_saw(signed_in, thread, address, lead, by):
    client = signed_in(lead)
    client.post(address("summary/"), {"base": 0, "body": "We look for **figures**."})
    page = text(client.get(address()))
    assert "We look for <strong>figures</strong>." in page and "Updated by <bdi>Lina Okafor</bdi>" in page
    late = client.post(address("summary/"), {"base": 0, "body": "Mine"})
    assert late.status_code == 409 and "We look for **figures**." in text(late)
    services.write_summary(thread, by=by(lead), body="", base=1)
    assert "We look for" not in text(client.get(address()))
    versions = text(client.get(address("summaries/")))
    assert "The summary was taken away." in versions and "We look for" in versions


@pytest.mark.parametrize(
    ("rule", "seen", "unseen"),
    [
        (Attribution.OPEN, ["Weavers"], []),
        (Attribution.NO_NAMES, ["Weavers", "others see organisations, no names"], ["Marco", "Policy officer"]),
        (Attribution.NO_ORGANISATIONS, ["a participant"], ["Marco", "Weavers", "Policy officer"]),
    ],
)
def test_what_leaves_the_group_follows_the_rule(
    signed_in, thread, address, supply_chains, stranger, member, lead, by, rule, seen, unseen
):
    type(supply_chains).objects.filter(pk=supply_chains.pk).update(read="public", find="public")
    post = thread.posts.get()
    services.react(post, by=by(member), emoji="👍", on=True)
    if rule:
        services.attribute(thread, by=by(lead), rule=rule, base=0)
    page = text(signed_in(stranger).get(address()))
    main = page[page.index("<main") :]
    assert all(word in main for word in seen)
    assert not any(word in main for word in unseen)
    assert "Marco Silva" in text(signed_in(member).get(address()))


def test_a_wider_rule_leaves_to_each_post_what_it_was_promised(thread, lead, member, by, say):
    services.attribute(thread, by=by(lead), rule=Attribution.NO_NAMES, base=0)
    say(thread, member, "Under the rule")
    services.attribute(thread, by=by(lead), rule=Attribution.OPEN, base=1)
    say(thread, member, "Openly")
    assert [post.veil for post in thread.posts.select_related("thread").order_by("number")] == [0, 1, 0]
    with pytest.raises(DomainError):
        services.attribute(thread, by=by(member), rule=Attribution.NO_NAMES, base=0)
    with pytest.raises(Conflict):
        services.attribute(thread, by=by(lead), rule=Attribution.NO_NAMES, base=2)


def test_words_for_later_appear_once_and_not_before(signed_in, thread, address, member, lead):
    client, other = signed_in(member), None
    key = str(uuid.uuid4())
    first = client.post(address("schedule/"), {"key": key, "body": "Tomorrow’s words"})
    assert "When it appears" in text(first)
    due = timezone.localtime() + timedelta(days=1)
    client.post(
        address("schedule/"), {"key": key, "body": "Tomorrow’s words", "due_at": due.strftime("%Y-%m-%dT%H:%M")}
    )
    waiting = Scheduled.objects.get()
    assert "Tomorrow’s words" in text(client.get("/scheduled/"))
    assert services.publish_scheduled(waiting.pk) is None
    client.force_login(lead)
    other = client
    assert "Tomorrow" not in text(other.get(address())) + text(other.get("/scheduled/"))
    Scheduled.objects.update(due_at=timezone.now())
    assert services.publish_scheduled(waiting.pk).number == 2
    assert services.publish_scheduled(waiting.pk) is None
    assert "Tomorrow’s words" in text(other.get(address()))


def test_what_is_refused_when_it_is_due_comes_back_with_the_reason(signed_in, thread, member, lead, by):
    due = timezone.now() + timedelta(hours=1)
    waiting = services.schedule(
        thread.group, by=by(member), thread=thread, body="Too late", due_at=due, key=uuid.uuid4()
    )
    services.close_thread(thread, by=by(lead), conclusion="Done.")
    Scheduled.objects.update(due_at=timezone.now())
    assert services.publish_scheduled(waiting.pk) is None
    assert Post.objects.filter(body="Too late").count() == 0
    assert Notice.objects.filter(user=member, kind="scheduled_refused").count() == 1
    page = text(signed_in(member).get("/scheduled/"))
    assert "Too late" in page and "This thread was closed." in page


def test_what_cannot_appear_for_a_fault_of_ours_holds_up_nothing_else(thread, member, by, monkeypatch, caplog):
    due = timezone.now() + timedelta(hours=1)
    for body in ("First", "Second"):
        services.schedule(thread.group, by=by(member), thread=thread, body=body, due_at=due, key=uuid.uuid4())
    Scheduled.objects.update(due_at=timezone.now())
    say = scheduling.post

    def post(*args, body, **more):
        if body == "First":
            raise RuntimeError("a fault")
        return say(*args, body=body, **more)

    monkeypatch.setattr(scheduling, "post", post)
    publish_overdue.func()
    assert Post.objects.filter(body="Second").exists()
    assert Scheduled.objects.get().body == "First"
    assert "could not appear" in caplog.text

    monkeypatch.undo()
    publish_overdue.func()
    assert Post.objects.filter(body="First").count() == 1


def test_a_bookmark_goes_with_the_right_to_read(signed_in, thread, address, member, lead, by):
    client = signed_in(member)
    client.post(address("posts/1/bookmark/"), {"on": "1"})
    client.post(address("bookmark/"), {"on": "1"})
    mark = Bookmark.objects.exclude(post=None).get()
    client.post(f"/bookmarks/{mark.pk}/note/", {"note": "For the report"})
    page = text(client.get("/bookmarks/"))
    assert "For the report" in page and page.count("Recruitment fees") >= 2
    remove_membership(Membership.objects.get(organisation=by(member).organisation), by=by(lead), reason="Left")
    page = text(client.get("/bookmarks/"))
    assert "Recruitment fees" not in page and "No bookmarks yet" in page
    assert client.post(f"/bookmarks/{mark.pk}/remove/").status_code == 404


def test_a_closed_thread_keeps_its_conclusions_as_a_trace(signed_in, thread, address, lead, by):
    services.close_thread(thread, by=by(lead), conclusion="First finding")
    services.reopen(thread, by=by(lead))
    page = text(signed_in(lead).get(address()))
    assert "First finding" in page and "Opened again" in page


def test_pages_of_leads_open_and_a_page_with_everything_costs_twelve_queries(
    signed_in, thread, address, lead, member, by, say, start, supply_chains, django_assert_max_num_queries
):
    other = start(supply_chains, lead, "Contracts")
    for number in range(6):
        say(thread, (lead, member)[number % 2], f"> #1\n> Who has?\n\nAnswer {number} @Marco Silva")
    services.react(thread.posts.get(number=2), by=by(member), emoji="👍", on=True)
    services.write_summary(thread, by=by(lead), body="Where we are", base=0)
    services.move_posts(thread, other, by=by(lead), numbers=[3])
    services.attribute(thread, by=by(lead), rule=Attribution.NO_NAMES, base=0)
    client = signed_in(lead)
    for below in ("move/?post=2", "merge/", "summary/", "summaries/", "attribution/", "posts/2/", "posts/2/?menu=1"):
        assert client.get(address(below)).status_code == 200
    client.get(address())
    with django_assert_max_num_queries(12):
        page = text(client.get(address()))
    assert all(
        words in page for words in ("Where we are", "moved to", "quote__by", "Agreed (1)", "post went from here")
    )
    answer = client.post(
        address("move/"), {"key": str(uuid.uuid4()), "numbers": [2, 4], "where": "new", "title": "Aside"}
    )
    assert answer.status_code == 302
    assert Thread.objects.get(title="Aside").last_number == 2
    assert client.post(address("move/"), {"key": str(uuid.uuid4()), "where": "other"}).status_code == 422
    assert Participant.objects.count() == 3
