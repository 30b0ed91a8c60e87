"""A post that should not stand: reported to who decides, hidden in one act everywhere, explained, shown again, on the record."""

import re
import time
import uuid

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.errors import Conflict
from core.models import AuditEntry
from discussions import access, services
from discussions.models import HiddenPost, PostReport
from groups.standing import NotAllowed, Standing
from notifications.models import Notice
from notifications.services import visible
from notifications.tasks import mail_notices

REPORTS = "/groups/supply-chains/threads/reports/"
SECRET = "Hurtful zebracorn words"


@pytest.fixture
def thread(supply_chains, observer, member, lead):
    """The lead asks, the member answers what should not stand and names the lead."""
    thread = services.start_thread(
        supply_chains, by=Standing.of(lead, supply_chains).speak(), title="Fees", body="Who pays?", key=uuid.uuid4()
    )
    services.post(
        thread, by=Standing.of(member, supply_chains).speak(), body=f"{SECRET} @Lina Okafor", key=uuid.uuid4()
    )
    return thread


@pytest.fixture
def post(thread):
    return thread.posts.get(number=2)


@pytest.fixture
def hidden(post, lead):
    services.hide_post(post, by=Standing.of(lead, post.thread.group).act(), reason="It attacks a colleague.")
    post.refresh_from_db()
    return post


def at(name, post):
    return reverse(f"threads:{name}", args=[post.thread.group.slug, post.thread_id, post.number])


def told(person):
    return [words.text for _, words in visible(Notice.objects.of(person).unread(), person)]


def everywhere(client, post):
    """Every page on which the words could stand."""
    thread = post.thread.get_absolute_url()
    addresses = [
        thread,
        f"{thread}?post=2",
        f"{thread}?page=1",
        f"{thread}?reply=2",
        "/groups/supply-chains/threads/",
        "/groups/supply-chains/",
        "/",
        "/search/?q=zebracorn",
        "/search/?q=zebracorn&in=posts",
        "/notifications/",
        at("about", post),
        at("history", post),
        at("edit", post),
    ]
    return {address: client.get(address).content.decode() for address in addresses}


# --- Reporting ----------------------------------------------------------------------------------------------------------


def test_a_post_is_reported_from_its_menu_and_the_leads_decide(signed_in, post, observer, lead, member):
    client = signed_in(observer)
    assert at("report", post) in client.get(at("about", post)).content.decode()
    assert client.post(at("report", post), {"reason": " "}).status_code == 422
    page = client.post(at("report", post), {"reason": "It attacks a colleague."}, follow=True).content.decode()
    assert "Reported. You are told what is decided." in page
    assert told(member) == []
    assert "A post in “Supply Chains” was reported." in told(lead)
    client = signed_in(lead)
    assert REPORTS in client.get("/").content.decode()
    page = client.get(REPORTS).content.decode()
    for words in ("zebracorn", "It attacks a colleague.", "Marco Silva", "Olga Rivas", "A post in a thread of Supply"):
        assert words in page
    case = PostReport.objects.get()
    client.post(REPORTS, {"kind": "post", "report": case.pk, "decision": "hide"})
    case.refresh_from_db()
    assert (case.state, case.body, case.settled_by) == ("upheld", "", lead)
    assert HiddenPost.objects.get().reason == "It attacks a colleague."
    assert told(observer) == ["The post you reported was hidden."]
    assert told(member) == ["A lead has hidden your post #2 in “Fees”."]
    chains = set(AuditEntry.objects.filter(verb__startswith="report.").values_list("verb", "chain__scope"))
    assert chains == {("report.made", "site"), ("report.upheld", "site")}


def test_leads_let_a_post_stand(signed_in, post, observer, lead):
    signed_in(observer).post(at("report", post), {"reason": "Too long."})
    case = PostReport.objects.get()
    signed_in(lead).post(REPORTS, {"kind": "post", "report": case.pk, "decision": "stands"})
    post.refresh_from_db()
    assert SECRET in post.body
    assert told(observer) == ["The post you reported stands: whoever decided found nothing against the rules."]


def test_one_report_of_one_person_and_none_of_ones_own(signed_in, post, observer, member):
    for _ in range(2):
        signed_in(observer).post(at("report", post), {"reason": "Again."})
    signed_in(member).post(at("report", post), {"reason": "Mine."})
    assert PostReport.objects.count() == 1


def test_what_concerns_a_lead_goes_to_the_secretariat_with_the_words_alone(
    signed_in, thread, observer, lead, member, secretariat
):
    first = thread.posts.get(number=1)
    signed_in(member).post(at("report", first), {"reason": "It is not for a lead to ask."})
    case = PostReport.objects.get()
    assert "was reported" not in " ".join(told(lead))
    client = signed_in(lead)
    assert "Who pays?" not in client.get(REPORTS).content.decode()
    assert client.post(REPORTS, {"kind": "post", "report": case.pk, "decision": "stands"}).status_code == 404
    assert told(secretariat) == ["A post was reported to the Secretariat."]
    client = signed_in(secretariat)
    page = client.get("/queue/").content.decode()
    assert "Who pays?" in page
    assert "zebracorn" not in page
    assert "Fees" not in page
    client.post(f"/queue/reports/{case.pk}/", {"kind": "post", "decision": "hide"})
    first.refresh_from_db()
    assert first.body == ""
    entry = AuditEntry.objects.get(verb="post.hidden")
    assert (entry.actor_id, entry.chain.scope) == (secretariat.pk, f"group:{thread.group_id}")


def test_posts_and_messages_wait_in_one_list_at_one_cost(
    signed_in, thread, post, lead, member, observer, make_insider
):
    from discussions.chat import services as chat
    from discussions.chat.models import Room

    room = Room.objects.get(group=thread.group)
    costs = []
    for _ in range(2):
        other = make_insider(thread.group)
        services.report_post(post, by=Standing.of(other, thread.group), reason="No.")
        message = chat.send_message(room.pk, by=member, body="Rude", key=uuid.uuid4())
        chat.report_message(room.pk, message.id, by=other, reason="No.")
        client = signed_in(lead)
        client.get(REPORTS)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(REPORTS).content.decode()
        costs.append(len(queries))
    assert page.count('name="kind" value="post"') == page.count('name="kind" value="message"') == 2
    assert costs[0] == costs[1]


# --- Hiding -------------------------------------------------------------------------------------------------------------


def test_one_act_of_a_lead_takes_it_from_everywhere(signed_in, post, lead, member, observer, mailoutbox):
    notice = Notice.objects.get(user=lead, kind="mention")
    shown = everywhere(signed_in(observer), post)
    assert sum("zebracorn</mark>" in page or SECRET in page for page in shown.values()) >= 4
    client = signed_in(lead)
    assert f'action="{at("hide", post)}"' in client.get(at("about", post) + "?menu=1").content.decode()
    begun = time.monotonic()
    answer = client.post(at("hide", post))
    assert answer.url == at("hidden", post)
    mail_notices.func(notice.key)
    for who in (observer, lead, member):
        for address, page in everywhere(signed_in(who), post).items():
            text = re.sub(r'value="[^"]*"|“[^”]*”', "", re.sub(r"<title>.*?</title>", "", page))
            assert SECRET not in page, (who, address)
            assert "zebracorn" not in text.split("<main", 1)[-1], (who, address)
    assert time.monotonic() - begun < 20, "all of it was empty with the commit; this only reads sixty pages"
    assert not Notice.objects.filter(kind="mention", object_id=post.pk).exists()
    assert all("zebracorn" not in letter.body for letter in mailoutbox)
    assert "hidden by a lead" in signed_in(observer).get(post.thread.get_absolute_url()).content.decode()


def test_its_author_and_the_leads_see_why_and_nobody_else(
    signed_in, hidden, lead, member, observer, stranger, secretariat
):
    for person in (lead, member):
        client = signed_in(person)
        assert at("hidden", hidden) in client.get(hidden.thread.get_absolute_url()).content.decode()
        page = client.get(at("hidden", hidden)).content.decode()
        assert SECRET in page
        assert "It attacks a colleague." in page
        assert "Lina Okafor" in page
    for person in (observer, stranger, secretariat):
        client = signed_in(person)
        assert at("hidden", hidden) not in client.get(hidden.thread.get_absolute_url()).content.decode()
        assert client.get(at("hidden", hidden)).status_code == 404
    assert told(member) == ["A lead has hidden your post #2 in “Fees”."]


def test_the_reason_may_follow(signed_in, post, lead, member):
    client = signed_in(lead)
    client.post(at("hide", post))
    assert "No reason is given yet." in signed_in(member).get(at("hidden", post)).content.decode()
    client = signed_in(lead)
    assert client.post(at("hidden", post), {"reason": ""}).status_code == 422
    client.post(at("hidden", post), {"reason": "It attacks a colleague."})
    assert "It attacks a colleague." in signed_in(member).get(at("hidden", post)).content.decode()
    reasons = AuditEntry.objects.filter(verb="post.hidden").order_by("number").values_list("reason", flat=True)
    assert list(reasons) == ["", "It attacks a colleague."]


def test_it_is_shown_again_word_for_word(signed_in, hidden, lead, member, observer):
    client = signed_in(lead)
    client.post(at("restore", hidden))
    hidden.refresh_from_db()
    assert hidden.body.startswith(SECRET)
    assert [version.body for version in hidden.versions.all()] == [hidden.body]
    assert [one.user for one in hidden.mentions.all()] == [lead]
    assert not HiddenPost.objects.exists()
    assert told(member) == []
    page = signed_in(observer).get(hidden.thread.get_absolute_url()).content.decode()
    assert SECRET in page
    assert SECRET in re.sub("<[^>]+>", "", signed_in(observer).get("/search/?q=zebracorn").content.decode())
    assert AuditEntry.objects.filter(verb="post.restored", actor_id=lead.pk).exists()
    with pytest.raises(Conflict):
        services.restore_post(hidden, by=Standing.of(lead, hidden.thread.group).act())


def test_a_retry_of_what_was_hidden_posts_nothing(hidden, member):
    again = services.post(
        hidden.thread,
        by=Standing.of(member, hidden.thread.group).speak(),
        body=f"{SECRET} @Lina Okafor",
        key=hidden.key,
    )
    assert again.pk == hidden.pk
    assert hidden.thread.posts.count() == 2


def test_its_author_takes_it_back_for_good(signed_in, hidden, lead, member):
    signed_in(member).post(at("delete", hidden))
    assert not HiddenPost.objects.exists()
    client = signed_in(lead)
    assert client.get(at("hidden", hidden)).status_code == 404
    assert client.post(at("restore", hidden)).status_code == 404
    assert "deleted by its author" in client.get(hidden.thread.get_absolute_url()).content.decode()


def test_only_leads_hide_and_show_and_none_their_own(signed_in, thread, post, lead, member, observer, make_insider):
    for person in (member, observer):
        assert signed_in(person).post(at("hide", post)).status_code == 404
    own = thread.posts.get(number=1)
    by = Standing.of(lead, thread.group).act()
    with pytest.raises(NotAllowed):
        services.hide_post(own, by=by)
    other = make_insider(thread.group, "Second Lead", role="lead")
    services.hide_post(own, by=Standing.of(other, thread.group).act(), reason="No.")
    with pytest.raises(NotAllowed):
        services.restore_post(own, by=by)
    services.hide_post(post, by=by, reason="No.")
    assert signed_in(member).post(at("restore", post)).status_code == 404
    with pytest.raises(Http404):
        access.hidden_post(observer, "supply-chains", thread.pk, 2)


def test_hiding_costs_a_thread_nothing(signed_in, thread, post, lead, observer):
    costs = []
    for act in (lambda: None, lambda: services.hide_post(post, by=Standing.of(lead, thread.group).act())):
        act()
        client = signed_in(observer)
        client.get(thread.get_absolute_url())
        with CaptureQueriesContext(connection) as queries:
            client.get(thread.get_absolute_url())
        costs.append(len(queries))
    assert costs[1] <= costs[0] <= 12
