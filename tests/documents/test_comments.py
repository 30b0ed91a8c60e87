"""What is said of a document: one thread, for those who may read the document, at every address and in all that tells of it."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone

from api.services import issue_token
from core.errors import Conflict
from discussions import services
from discussions.actions.models import Action
from discussions.actions.services import add_action
from discussions.audience import seats_within
from discussions.letters.posts import KIND as POST_LETTER
from discussions.letters.posts import key_of, of_posts
from discussions.models import Attention, Post, Thread
from discussions.unread import whats_new
from discussions.webhooks import post_words, thread_words
from groups.documents.models import Folder, Mark, Rights
from groups.documents.services import (
    delete_document,
    move_document,
    put_back,
    set_rights,
)
from groups.documents.services.documents import rename_document
from groups.models import Membership
from groups.standing import NotAllowed, Standing
from groups.webhooks.models import Delivery, Happening
from groups.webhooks.services import add_webhook
from notifications.models import Letter, Notice
from search.asking import read
from search.models import Kind
from search.services import find
from tests.documents.conftest import SAID

PEOPLE = ("lead", "member", "observer", "stranger", None)
EVERYBODY = frozenset(PEOPLE)
SEEN = {
    Rights.INHERIT: EVERYBODY,
    Rights.LEADS: EVERYBODY,
    Rights.OBSERVERS: {"lead", "member", "observer"},
    Rights.HIDDEN: {"lead", "member"},
}


@pytest.fixture
def rule(lead):
    def give(folder, rights, **more):
        set_rights(
            Folder.objects.get(pk=folder.pk), rights=rights, by=Standing.of(lead, folder.group).leading[0], **more
        )

    return give


def page_of(document):
    return reverse("documents:page", args=[document.group.slug, document.pk])


def comment_at(document):
    return reverse("threads:comment", args=[document.group.slug, document.pk])


def test_the_first_comment_begins_the_thread_and_the_next_ones_follow(document, member, lead, signed_in):
    client = signed_in(member)
    page = client.get(page_of(document)).content.decode()
    assert comment_at(document) in page
    answer = client.post(comment_at(document), {"key": uuid.uuid4(), "body": f"{SAID}?"})
    thread = Thread.objects.get(document=document)
    assert answer.url == f"{page_of(document)}#comment-1"
    signed_in(lead).post(comment_at(document), {"key": uuid.uuid4(), "body": "Yes, it laughs."})
    assert list(thread.posts.values_list("number", "body")) == [(1, f"{SAID}?"), (2, "Yes, it laughs.")]
    page = client.get(page_of(document)).content.decode()
    assert f"{SAID}?" in page and "Yes, it laughs." in page and thread.get_absolute_url() in page
    listed = client.get(reverse("threads:list", args=[document.group.slug])).content.decode()
    assert "Mapping" in listed and page_of(document) in listed
    assert page_of(document) in client.get(thread.get_absolute_url()).content.decode()


def test_a_comment_is_made_once_and_refused_with_its_reason(document, member, observer, stranger, remark, signed_in):
    key = uuid.uuid4()
    first = remark(document, member, key=key)
    assert remark(document, member, key=key) == first
    with pytest.raises(Conflict):
        remark(document, member, "Something else", key=key)
    empty = signed_in(member).post(comment_at(document), {"key": uuid.uuid4(), "body": "  "})
    assert (empty.status_code, Post.objects.count()) == (422, 1)
    for person in (observer, stranger):
        assert signed_in(person).post(comment_at(document), {"key": uuid.uuid4(), "body": "x"}).status_code == 404
    assert Post.objects.count() == 1


@pytest.mark.parametrize("rights", SEEN)
def test_who_reads_the_document_reads_the_thread(
    rights, document, drafts, rule, remark, member, lead, client, request
):
    post = remark(document, member)
    remark(document, lead, f"{SAID} again")
    action = add_action(
        document.group,
        by=Standing.of(lead, document.group).speak(),
        text=f"Ask the {SAID}",
        owner_id=Standing.of(lead, document.group).speak().organisation_id,
        due_on=timezone.localdate() + timedelta(days=3),
        key=uuid.uuid4(),
        post=post,
    )
    rule(drafts, rights)
    thread = Thread.objects.get(document=document)
    address = thread.get_absolute_url()
    for who in PEOPLE:
        person = request.getfixturevalue(who) if who else None
        client.logout()
        if person:
            client.force_login(person)
        seen = who in SEEN[rights]
        inside = [f"{address}posts/2/", f"{address}posts/2/history/"]
        pages = [address, *inside, reverse("actions:page", args=[document.group.slug, action.pk])]
        assert {url: client.get(url).status_code for url in pages} == dict.fromkeys(pages, 200 if seen else 404), who
        group = document.group.get_absolute_url()
        for url in (group, f"{group}threads/", f"{group}actions/", f"/search/?q={SAID}", f"{group}feed/"):
            found = client.get(url).content.decode().replace(f'value="{SAID}"', "")
            assert (address in found or f"Ask the {SAID}" in found) == (
                seen if not url.endswith("feed/") else rights in {Rights.INHERIT, Rights.LEADS}
            ), (who, url)
        reader = person or AnonymousUser()
        assert Thread.objects.visible_to(reader).filter(pk=thread.pk).exists() == seen
        assert Post.objects.visible_to(reader).count() == (2 if seen else 0)
        assert Action.objects.visible_to(reader).count() == (1 if seen else 0)
        assert find(read(SAID), reader).counts.get(Kind.POST, 0) == (2 if seen else 0)
        assert find(read("Mapping"), reader).counts.get(Kind.THREAD, 0) == (1 if seen else 0)
        if person and Standing.of(person, document.group).is_participant:
            assert [new.thread for new in whats_new(person, [document.group])[document.group.pk].newest] == (
                [thread] if seen else []
            )
            until = timezone.now() + timedelta(days=7)
            _row, secret = issue_token(
                person, name="Reader", scopes=["threads:read"], expires_at=until, key=uuid.uuid4()
            )
            head = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
            path = f"/api/v1/groups/{document.group.slug}/threads"
            assert [one["id"] for one in client.get(path, **head).json()["items"]] == ([thread.pk] if seen else [])
            assert client.get(f"{path}/{thread.pk}", **head).status_code == (200 if seen else 404)
            assert client.get(f"{path}/{thread.pk}/posts", **head).status_code == (200 if seen else 404)
    told = set(seats_within(thread).values_list("user__email", flat=True))
    assert told == {f"{who}@example.org" for who in SEEN[rights] & {"lead", "member", "observer"}}


def test_nobody_writes_where_they_do_not_read(document, drafts, rule, remark, member, observer, lead, make_insider):
    remark(document, lead)
    thread = Thread.objects.get(document=document)
    by = Standing.of(member, document.group).speak()
    rule(drafts, Rights.HIDDEN)
    Membership.objects.filter(group=document.group, participants__user=member).update(role=Membership.Role.OBSERVER)
    with pytest.raises(NotAllowed):
        services.post(thread, by=by, body="Let me in", key=uuid.uuid4())
    with pytest.raises(NotAllowed):
        services.comment(document, by=by, body="Let me in", key=uuid.uuid4())
    assert thread.posts.count() == 1


def test_what_is_told_of_a_comment_follows_the_folder(
    document, drafts, rule, remark, lead, member, observer, django_capture_on_commit_callbacks
):
    remark(document, lead)
    thread = Thread.objects.get(document=document)
    services.set_attention(thread, user=observer, attention=Attention.WATCHING)
    rule(drafts, Rights.HIDDEN)
    remark(document, member, "@Olga Rivas @Lina Okafor look")
    told = set(Notice.objects.filter(kind__in=["mention", "reply"]).values_list("user__email", flat=True))
    assert told == {"lead@example.org"}
    post = thread.posts.latest("number")
    letters = [
        Letter.objects.create(
            user=one, kind=POST_LETTER, key=f"{key_of(post.pk)}:{one.pk}", object_id=post.pk, due_at=timezone.now()
        )
        for one in (lead, observer)
    ]
    assert set(of_posts(letters)) == {letters[0].pk}


def test_letters_hold_nothing_of_what_stays_inside(document, remark, lead, member, open_group):
    open_group.mail_content = True
    open_group.save()
    remark(document, lead)
    document.mark = Mark.AMBER
    document.save(update_fields=["mark"])
    remark(document, member, f"@Lina Okafor the {SAID}")
    post = Post.objects.latest("pk")
    letter = Letter.objects.create(
        user=lead, kind=POST_LETTER, key=f"x{post.pk}", object_id=post.pk, due_at=timezone.now()
    )
    written = of_posts([letter])[letter.pk]()
    assert SAID not in written.text + written.subject and "Mapping" not in written.text + written.subject


def test_the_thread_follows_its_document(document, drafts, rule, remark, lead, member, observer, make_folder):
    """Renamed, moved, put in the trash and taken out again: title, reach and the search come along."""
    remark(document, lead)
    group, leading = document.group, Standing.of(lead, document.group).leading[0]
    hidden = make_folder(lead, group, "Hidden")
    rule(hidden, Rights.HIDDEN)

    def seen(person):
        return Thread.objects.visible_to(person).count(), find(read(SAID), person).counts.get(Kind.POST, 0)

    rename_document(document, title="Wombats", by=leading)
    assert Thread.objects.get().title == "Wombats"
    assert find(read("wombats"), observer).counts.get(Kind.THREAD) == 1
    assert seen(observer) == (1, 1)
    move_document(document, folder=Folder.objects.get(pk=hidden.pk), by=leading)
    assert (seen(observer), seen(member)) == ((0, 0), (1, 1))
    delete_document(document, by=leading)
    assert (seen(lead), seen(member)) == ((0, 0), (0, 0))
    put_back(document, by=leading)
    assert (seen(observer), seen(member)) == ((0, 0), (1, 1))
    rule(hidden, Rights.INHERIT, widen=True)
    assert seen(observer) == (1, 1)


def test_who_joined_after_the_document_came_knows_of_no_thread(document, remark, lead, member, make_insider):
    group = document.group
    group.history, group.find, group.read = "from-joining", "members", "members"
    group.save()
    remark(document, lead)
    newcomer = make_insider(group, "Nadia Newcomer")
    remark(document, lead, f"{SAID} once more")
    thread = Thread.objects.get()
    assert Thread.objects.visible_to(member).count() == 1
    assert (Thread.objects.visible_to(newcomer).count(), Post.objects.visible_to(newcomer).count()) == (0, 0)
    assert find(read(SAID), newcomer).counts == {}
    with pytest.raises(NotAllowed):
        services.post(thread, by=Standing.of(newcomer, group).speak(), body="Hello", key=uuid.uuid4())


def test_what_is_said_of_a_document_stays_with_it(document, remark, lead, member, open_group):
    remark(document, lead)
    thread, leading = Thread.objects.get(), Standing.of(lead, open_group).leading[0]
    other = services.start_thread(open_group, by=leading, title="Other", body="Words", key=uuid.uuid4())
    for act in (
        lambda: services.move_posts(thread, other, by=leading, numbers=[1]),
        lambda: services.move_posts(other, thread, by=leading, numbers=[1]),
        lambda: services.merge(thread, other, by=leading),
        lambda: services.split(thread, by=leading, numbers=[1], title="New", key=uuid.uuid4()),
    ):
        with pytest.raises(services.BadMove):
            act()
    with pytest.raises(NotAllowed):
        services.change_thread(thread, by=leading, title="Another", base=thread.version)


def test_a_quotation_tells_only_whom_the_thread_reaches(
    document, drafts, rule, remark, lead, observer, open_group, signed_in
):
    post = remark(document, lead)
    leading = Standing.of(lead, open_group).leading[0]
    body = f"> #[{post.pk}]\n> {SAID} on page three?\n\nAs was said"
    before = services.start_thread(open_group, by=leading, title="Quoting", body=body, key=uuid.uuid4())
    assert f"{SAID} on page" in signed_in(observer).get(before.get_absolute_url()).content.decode()
    rule(drafts, Rights.HIDDEN)
    page = signed_in(observer).get(before.get_absolute_url()).content.decode()
    assert SAID not in page and Thread.objects.get(document=document).get_absolute_url() not in page
    after = services.start_thread(open_group, by=leading, title="Quoting", body=body, key=uuid.uuid4())
    assert f"#[{post.pk}]" not in after.posts.get().body


def test_webhooks_hear_of_what_every_reader_reads(document, drafts, rule, remark, lead, open_group):
    by = Standing.of(lead, open_group).leading[0]
    add_webhook(
        open_group,
        by=by,
        url="https://hooks.example.org/x",
        happenings=Happening.values,
        with_words=True,
        key=uuid.uuid4(),
    )
    remark(document, lead)
    about = {"thread": Thread.objects.get().pk, "post": 1}
    assert Delivery.objects.filter(happening=Happening.THREAD_STARTED).count() == 1
    assert thread_words(about)["title"] == "Mapping"
    rule(drafts, Rights.OBSERVERS)
    heard = Delivery.objects.count()
    remark(document, lead, "More")
    assert (Delivery.objects.count(), thread_words(about), post_words(about)) == (heard, {}, {})


def test_the_page_asks_the_same_for_one_comment_and_many(
    document, remark, lead, member, signed_in, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = signed_in(member)
    remark(document, lead)
    client.get(page_of(document))
    with CaptureQueriesContext(connection) as one:
        client.get(page_of(document))
    for number in range(6):
        remark(document, (lead, member)[number % 2], f"And {number}")
    with django_assert_num_queries(len(one)):
        client.get(page_of(document))
