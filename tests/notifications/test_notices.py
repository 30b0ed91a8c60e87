"""The page of notices, its badge, and what they may say: to the end, only what the reader may still see."""

import html
import re
import uuid
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from discussions import services
from groups import services as group_services
from groups.models import Participant
from groups.standing import Standing
from notifications.models import Notice
from notifications.services import notify, unread_count
from notifications.views import PER_PAGE

PAGE = "/notifications/"


def speaking(person, group):
    return Standing.of(person, group).speak()


@pytest.fixture
def start():
    """Start a thread."""

    def start(group, person, title="Recruitment fees", body="Who has figures?", **more):
        return services.start_thread(
            group, by=speaking(person, group), title=title, body=body, key=uuid.uuid4(), **more
        )

    return start


@pytest.fixture
def say():
    """Add a post."""

    def say(thread, person, body, **more):
        return services.post(thread, by=speaking(person, thread.group), body=body, key=uuid.uuid4(), **more)

    return say


def shown(client, address=PAGE):
    """What the page says, and the number in the badge."""
    page = client.get(address)
    words = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.content.decode())).split())
    badge = re.search(r"Notifications \((\d+) unread\)", words)
    return [words.text for _, words in page.context["notices"]], int(badge[1]) if badge else 0


# --- How they read ----------------------------------------------------------------------------------------------------


def test_a_mention_an_answer_and_an_announcement_say_who_and_where(
    signed_in, lead, member, observer, supply_chains, start, say
):
    thread = start(supply_chains, member)
    say(thread, lead, "Ask @Olga Rivas", reply_to=thread.posts.get())
    start(supply_chains, lead, title="Meeting", kind="announcement")
    announced = "Lina Okafor announced in Supply Chains: “Meeting”"
    assert shown(signed_in(member)) == ([announced, "Lina Okafor answered you in “Recruitment fees”"], 2)
    assert shown(signed_in(observer)) == ([announced, "Lina Okafor mentioned you in “Recruitment fees”"], 2)


@pytest.mark.parametrize("read", ["members", "public"])
def test_who_lost_the_group_reads_what_everybody_may_and_no_names(
    signed_in, lead, member, dockers, supply_chains, start, read
):
    supply_chains.read = read
    supply_chains.save()
    dockers.listing = "undisclosed"
    dockers.save()
    start(supply_chains, lead, title="Meeting", kind="announcement")
    Participant.objects.filter(user=member).update(ended_at=timezone.now())
    told = ["a member organisation announced in Supply Chains: “Meeting”"] if read == "public" else []
    client = signed_in(member)
    assert shown(client) == (told, len(told))
    assert unread_count(member.pk) == len(told)
    notice = Notice.objects.get(user=member)
    assert client.post(f"{PAGE}{notice.pk}/").status_code == (302 if told else 404)


def test_an_undisclosed_organisation_is_named_to_those_who_share_the_group(
    signed_in, lead, member, dockers, supply_chains, start
):
    dockers.listing = "undisclosed"
    dockers.save()
    start(supply_chains, lead, title="Meeting", kind="announcement")
    assert shown(signed_in(member)) == (["Lina Okafor announced in Supply Chains: “Meeting”"], 1)


# --- What is settled or gone is told nobody ---------------------------------------------------------------------------


def test_a_deleted_post_takes_its_notices_along(signed_in, lead, member, observer, supply_chains, start, say):
    thread = start(supply_chains, member)
    answer = say(thread, lead, "Ask @Olga Rivas", reply_to=thread.posts.get())
    services.delete_post(answer, by=speaking(lead, supply_chains))
    for person in (member, observer):
        assert shown(signed_in(person)) == ([], 0)
    assert not Notice.objects.exists()


def test_a_mention_that_is_taken_out_is_no_notice_any_more(signed_in, lead, member, observer, supply_chains, start):
    post = start(supply_chains, member, body="Ask @Olga Rivas and @Lina Okafor").posts.get()
    services.edit_post(post, by=speaking(member, supply_chains), body="Ask @Lina Okafor", base=1)
    assert shown(signed_in(observer)) == ([], 0)
    assert shown(signed_in(lead)) == (["Marco Silva mentioned you in “Recruitment fees”"], 1)


@pytest.mark.parametrize("answer", ["accept", "decline"])
def test_a_request_that_is_answered_waits_for_no_lead(signed_in, lead, stranger, supply_chains, make_insider, answer):
    second = make_insider(supply_chains, "Second Lead", role="lead")
    asked = group_services.request_to_join(
        supply_chains, affiliation=stranger.affiliations.get(), brings="Statistics.", key=uuid.uuid4()
    )
    assert shown(signed_in(second))[1] == 1
    by = Standing.of(lead, supply_chains).act()
    if answer == "accept":
        group_services.accept_request(asked, by=by)
    else:
        group_services.decline_request(asked, by=by, reason="Full.")
    assert shown(signed_in(second)) == ([], 0)
    assert not Notice.objects.filter(kind="membership_requested").exists()


# --- The page and its badge agree -------------------------------------------------------------------------------------


@pytest.fixture
def told(member, supply_chains, start, lead):
    """Tell the member of many happenings, some of which nobody may see; the newest are told first."""

    def told(count, *, lost=0):
        post = start(supply_chains, lead).posts.get()
        for number in range(count):
            notify([member], "mention", object_id=post.pk, key=f"seen:{number}")
        for number in range(lost):
            notify([member], "mention", object_id=2**40, key=f"lost:{number}")
        now = timezone.now()
        for age, notice in enumerate(Notice.objects.filter(user=member).order_by("-pk")):
            Notice.objects.filter(pk=notice.pk).update(created_at=now - timedelta(minutes=age))

    return told


def test_what_cannot_be_shown_hides_nothing_that_can(signed_in, member, told):
    told(2, lost=130)
    client = signed_in(member)
    texts, badge = shown(client)
    assert (len(texts), badge, unread_count(member.pk)) == (2, 2, 2)


def test_older_notices_follow_page_by_page(signed_in, member, told):
    told(PER_PAGE + 2, lost=3)
    client = signed_in(member)
    page = client.get(PAGE)
    assert len(page.context["notices"]) == PER_PAGE
    older = re.search(r'rel="next" href="([^"]+)"', page.content.decode())[1]
    texts, badge = shown(client, PAGE + older)
    assert (len(texts), badge) == (2, PER_PAGE + 2)
    last = client.get(PAGE + older).content.decode()
    assert 'rel="next"' not in last
    assert f'href="{PAGE}">' in last
    for nonsense in ("?before=x", "?before=0", "?before=" + "9" * 40, "?before=²"):
        assert len(client.get(PAGE + nonsense).context["notices"]) == PER_PAGE


def test_the_way_back_stands_where_nothing_is_left_to_show(signed_in, member, told):
    told(1)
    notice = Notice.objects.get(user=member)
    page = signed_in(member).get(f"{PAGE}?before={notice.pk}").content.decode()
    assert "Nothing yet" in page
    assert f'href="{PAGE}">' in page


def test_the_badge_counts_a_hundred_at_most(member, told):
    told(105)
    assert unread_count(member.pk) == 100


def test_what_is_read_is_counted_no_more(signed_in, member, told):
    told(3)
    client = signed_in(member)
    client.post(f"{PAGE}{Notice.objects.filter(user=member).first().pk}/")
    assert shown(client)[1] == 2
    client.post(f"{PAGE}read/")
    texts, badge = shown(client)
    assert (len(texts), badge) == (3, 0)


@pytest.mark.parametrize("address", [PAGE, "/about/"])
def test_it_costs_the_same_for_one_notice_and_for_many(
    signed_in, lead, member, supply_chains, start, django_assert_num_queries, address
):
    start(supply_chains, lead, kind="announcement")
    client = signed_in(member)
    client.get(address)
    caches["process"].clear()
    with CaptureQueriesContext(connection) as once:
        client.get(address)
    for _ in range(3):
        start(supply_chains, lead, kind="announcement")
    with django_assert_num_queries(len(once)):
        client.get(address)
