"""What is said of a document, where it is not read but told of: quotations, lists of one's own, mails, programs."""

import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from api.services import issue_token
from discussions import services
from discussions.addresses import reply_address
from discussions.letters.posts import KIND as POST_LETTER
from discussions.letters.posts import of_posts
from discussions.mail.models import Incoming, State
from discussions.mail.services.holding import link_to_confirm
from discussions.models import Post, Thread
from groups.documents.models import Document, Folder, Rights
from groups.documents.services import set_rights
from groups.documents.services.documents import rename_document
from groups.models import Membership
from groups.standing import Standing
from notifications import levels
from notifications.models import Channel, Letter, Level
from notifications.services import visible
from tests.documents.conftest import SAID
from tests.letters import deliver, digest  # noqa: F401 - fixtures
from tests.mail_in.conftest import PDF, come_in, write  # noqa: F401 - a fixture

TITLE = "Wombats"


@pytest.fixture
def leading(lead, open_group):
    return Standing.of(lead, open_group).leading[0]


@pytest.fixture
def hide(drafts, leading):
    """Hide the folder from observers."""
    return lambda: set_rights(Folder.objects.get(pk=drafts.pk), rights=Rights.HIDDEN, by=leading)


@pytest.fixture
def lose(document, hide, member, leading):
    """Let the member be an observer, and the document hidden from those and called otherwise."""

    def lose():
        hide()
        rename_document(document, title=TITLE, by=leading)
        Membership.objects.filter(group=document.group, participants__user=member).update(
            role=Membership.Role.OBSERVER
        )

    return lose


@pytest.fixture
def quoting(document, open_group, leading, remark, lead):
    """A post elsewhere that quotes what was said of the document, twice."""
    post = remark(document, lead)
    body = f"> #[{post.pk}]\n> {SAID} on page three?\n\nAs was said"
    thread = services.start_thread(open_group, by=leading, title="Quoting", body=body, key=uuid.uuid4())
    made = thread.posts.get()
    assert f"#[{post.pk}]" in made.body
    return services.edit_post(made, by=leading, body=f"{body} here", base=1)


@pytest.mark.parametrize("below", ["history/", "report/"])
def test_a_quotation_is_read_under_a_post_by_whom_the_thread_reaches(
    below, quoting, hide, member, observer, signed_in
):
    url = f"{quoting.thread.get_absolute_url()}posts/{quoting.number}/{below}"
    assert SAID in signed_in(observer).get(url).content.decode()
    hide()
    page = signed_in(observer).get(url)
    assert page.status_code == 200 and "As was said" in page.content.decode() and SAID not in page.content.decode()
    assert SAID in signed_in(member).get(url).content.decode()


def test_a_letter_that_waited_quotes_nothing_that_was_hidden_meanwhile(quoting, hide, open_group, observer):
    open_group.mail_content = True
    open_group.save()
    letter = Letter.objects.create(
        user=observer, kind=POST_LETTER, key=f"x{quoting.pk}", object_id=quoting.pk, due_at=timezone.now()
    )
    services.set_attention(quoting.thread, user=observer, attention="watching")
    assert SAID in of_posts([letter])[letter.pk]().text
    hide()
    written = of_posts([letter])[letter.pk]()
    assert "As was said" in written.text and SAID not in written.text + written.html


def test_a_digest_tells_whom_the_thread_reaches(
    document,
    remark,
    hide,
    open_group,
    lead,
    member,
    observer,
    make_insider,
    digest,  # noqa: F811 - the fixture
):
    open_group.mail_content, open_group.history = True, "from-joining"
    open_group.save()
    for person in (member, observer):
        levels.choose(person, channel=Channel.MAIL, level=Level.DAILY, group_id=open_group.pk)

    def told():
        return sorted(one.to[0] for one in digest() if SAID in one.body)

    remark(document, lead)
    assert told() == [member.email, observer.email]
    hide()
    remark(document, lead, f"{SAID} again")
    assert told() == [member.email]
    open_group.find = open_group.read = "members"
    open_group.save()
    newcomer = make_insider(open_group, "Nadia Newcomer")
    levels.choose(newcomer, channel=Channel.MAIL, level=Level.DAILY, group_id=open_group.pk)
    remark(document, lead, f"{SAID} once more")
    assert {one.to[0] for one in digest()} == {member.email}


def test_what_waits_to_be_said_names_no_thread_that_was_lost(document, remark, lead, member, lose, signed_in):
    remark(document, lead)
    services.schedule(
        document.group,
        by=Standing.of(member, document.group).speak(),
        body="For later",
        due_at=timezone.now() + timedelta(days=1),
        key=uuid.uuid4(),
        thread=Thread.objects.get(),
    )
    client = signed_in(member)
    assert "Mapping" in client.get(reverse("scheduled:list")).content.decode()
    lose()
    page = client.get(reverse("scheduled:list")).content.decode()
    assert "For later" in page and TITLE not in page and Thread.objects.get().get_absolute_url() not in page


def test_ones_mails_name_no_thread_that_was_lost(document, remark, lead, member, lose, client):
    remark(document, lead)
    thread, more = Thread.objects.get(), {"person": member, "group": document.group, "asks": Incoming.Asks.REPLY}
    kept = Incoming.objects.create(
        thread=thread, post=thread.posts.get(), state=State.POSTED, digest="1", size=1, **more
    )
    client.force_login(member)
    url = f"{reverse('mail_in:group', args=[document.group.slug])}?all=1"
    assert thread.get_absolute_url() in client.get(url).content.decode()
    lose()
    page = client.get(url).content.decode()
    assert kept.get_asks_display() in page and TITLE not in page and thread.get_absolute_url() not in page


def test_a_mail_to_confirm_names_no_thread_that_was_lost(
    document,
    remark,
    lead,
    member,
    lose,
    come_in,  # noqa: F811 - the fixture
    client,
    settings,
):
    settings.MAIL_IN_DOMAIN = "mail.example.org"
    remark(document, lead)
    sent = write("Aha.", sender="elsewhere@example.org")
    held = come_in(sent, reply_address(member.pk, Thread.objects.get().pk), sender="elsewhere@example.org")
    assert held.state == State.HELD
    path = link_to_confirm(held).removeprefix(settings.SITE_URL)
    assert "Mapping" in client.get(path).content.decode()
    lose()
    page = client.get(path).content.decode()
    assert "Aha." in page and TITLE not in page


@pytest.mark.parametrize(("history", "hidden"), [("all", False), ("all", True), ("from-joining", False)])
def test_a_file_in_a_mail_is_not_read_more_widely_than_what_it_came_with(
    history,
    hidden,
    document,
    remark,
    hide,
    lead,
    member,
    come_in,  # noqa: F811 - the fixture
    settings,
    mailoutbox,
):
    settings.MAIL_IN_DOMAIN = "mail.example.org"
    open_group = document.group
    open_group.history, open_group.read = history, "public" if history == "all" else "members"
    open_group.find = open_group.read
    open_group.save()
    remark(document, lead)
    if hidden:
        hide()
    sent = write("The figures.", files=[("figures.pdf", PDF, "application/pdf")])
    mail = come_in(sent, reply_address(member.pk, Thread.objects.get().pk))
    assert mail.state == State.POSTED
    open_to_all = history == "all" and not hidden
    assert Document.objects.filter(title="figures").exists() == open_to_all
    assert ("figures" in mail.post.body.replace("The figures.", "")) == open_to_all
    assert any("The files were left out" in one.body for one in mailoutbox) != open_to_all


def test_whose_post_was_hidden_is_told_nothing_of_a_thread_that_was_lost(
    document, remark, lead, member, leading, lose, signed_in
):
    remark(document, lead)
    post = remark(document, member, "Out of place")
    services.hide_post(post, by=leading, reason="Not here")

    def told():
        return [words.text for _notice, words in visible(member.notices.filter(kind="post_hidden"), member)]

    assert len(told()) == 1 and "Mapping" in told()[0]
    lose()
    assert told() == []


def test_leads_are_shown_hidden_posts_of_what_they_may_read(document, remark, lead, member, leading, signed_in):
    open_group = document.group
    services.hide_post(remark(document, member), by=leading, reason="Not here")
    url = reverse("threads:reports", args=[open_group.slug])
    assert Thread.objects.get().get_absolute_url() in signed_in(lead).get(url).content.decode()
    open_group.history, open_group.find, open_group.read = "from-joining", "members", "members"
    open_group.save()
    Document.objects.filter(pk=document.pk).update(created_at=timezone.now() - timedelta(days=900))
    assert Thread.objects.get().get_absolute_url() not in signed_in(lead).get(url).content.decode()


def test_a_token_for_one_group_names_nothing_of_others(add, hidden_group, open_group, lead, client):
    elsewhere = add(lead, hidden_group, f"{TITLE}.pdf").document
    by = Standing.of(lead, open_group).speak()
    body = f"See {settings.SITE_URL}{elsewhere.get_absolute_url()}"
    thread = services.start_thread(open_group, by=by, title="Figures", body=body, key=uuid.uuid4())
    client.force_login(lead)
    assert TITLE in client.get(thread.get_absolute_url()).content.decode()
    _row, secret = issue_token(
        lead,
        name="Reader",
        scopes=["threads:read"],
        expires_at=timezone.now() + timedelta(days=7),
        group=open_group,
        key=uuid.uuid4(),
    )
    client.logout()
    posts = client.get(
        f"/api/v1/groups/{open_group.slug}/threads/{thread.pk}/posts", HTTP_AUTHORIZATION=f"Bearer {secret}"
    ).json()
    assert elsewhere.get_absolute_url() in posts["items"][0]["html"] and TITLE not in posts["items"][0]["html"]
    assert Post.objects.count() == 1
