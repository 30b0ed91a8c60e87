"""Threads as people use them: the list, a page, answering, editing, deleting, closing, reading on."""

import html
import re
import uuid

import pytest
from django.core.cache import caches
from django.utils import timezone

from discussions import services
from discussions.models import Draft, Post, Reading, Thread
from groups.models import Participant
from groups.standing import Standing


def text_of(response):
    """The page's words, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def numbers_in(response):
    """The numbers of the posts that the page shows."""
    return [int(number) for number in re.findall(r'id="post-(\d+)"', response.content.decode())]


def answer(client, address, body="I have some.", **more):
    return client.post(address("post/"), {"key": str(uuid.uuid4()), "body": body, **more})


def test_a_member_starts_a_thread_and_lands_in_it(signed_in, member, supply_chains):
    client = signed_in(member)
    page = client.get("/groups/supply-chains/threads/new/")
    assert "Members of this group" in text_of(page)
    key = page.context["form"]["key"].value()
    sent = {"key": key, "title": "Fees in fishing", "kind": "question", "body": "Who knows?"}
    landed = client.post("/groups/supply-chains/threads/new/", sent, follow=True)
    thread = Thread.objects.get()
    assert landed.redirect_chain == [(thread.get_absolute_url(), 302)]
    assert "Fees in fishing" in text_of(landed)
    assert "Who knows?" in text_of(client.get("/groups/supply-chains/threads/"))


def test_what_is_missing_is_said_and_what_was_typed_is_kept(signed_in, member, supply_chains):
    page = signed_in(member).post(
        "/groups/supply-chains/threads/new/",
        {"key": str(uuid.uuid4()), "title": "", "kind": "question", "body": "Kept"},
    )
    assert page.context["form"].errors.keys() == {"title"}
    assert ">\nKept</textarea>" in page.content.decode()
    assert not Thread.objects.exists()


def test_a_lead_runs_a_consultation_and_a_member_cannot(signed_in, lead, member, supply_chains):
    sent = {"key": str(uuid.uuid4()), "title": "Draft", "kind": "consultation", "body": "Read it."}
    page = signed_in(lead).post("/groups/supply-chains/threads/new/", sent)
    assert page.context["form"].errors.keys() == {"open_until"}
    until = (timezone.now() + timezone.timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    page = signed_in(lead).post("/groups/supply-chains/threads/new/", {**sent, "open_until": until}, follow=True)
    assert "open for another 2 days" in text_of(page)
    page = signed_in(member).post("/groups/supply-chains/threads/new/", {**sent, "open_until": until})
    assert page.context["form"].errors.keys() == {"kind"}
    assert Thread.objects.count() == 1


def test_answering_in_place_of_a_post(signed_in, lead, address, thread):
    client = signed_in(lead)
    page = client.get(address("?reply=1"))
    assert page.context["composer"].reply == 1
    landed = answer(client, address, "Here they are.", reply=1)
    assert landed.url == address("?post=2#post-2")
    assert "In reply to #1 Marco Silva" in text_of(client.get(address()))
    assert Post.objects.get(number=2).reply_to.number == 1


def test_a_preview_keeps_nothing(signed_in, lead, address, thread):
    page = answer(signed_in(lead), address, "A *preview* for @Marco Silva", preview="1")
    content = page.content.decode()
    assert "<em>preview</em>" in content
    assert '<span class="mention">@Marco Silva</span>' in content
    assert ">\nA *preview* for @Marco Silva</textarea>" in content
    assert Post.objects.count() == 1
    fragment = signed_in(lead).post("/groups/supply-chains/threads/preview/", {"body": "**Bold**"})
    assert fragment.content.decode().strip() == '<p dir="auto"><strong>Bold</strong></p>'


def test_editing_shows_names_keeps_versions_and_marks_what_changed(signed_in, member, address, thread, say):
    say(thread, member, "Ask @Lina Okafor about ports")
    client = signed_in(member)
    page = client.get(address("posts/2/edit/"))
    assert "Ask @Lina Okafor about ports</textarea>" in page.content.decode()
    client.post(address("posts/2/edit/"), {"base": 1, "body": "Ask @Lina Okafor about harbours"})
    history = client.get(address("posts/2/history/")).content.decode()
    assert "<del>ports</del>" in history
    assert "<ins>harbours</ins>" in history
    assert "Ask @Lina Okafor about " in history


def test_the_editor_who_comes_second_sees_both_texts_and_keeps_theirs(signed_in, member, address, thread, capacity):
    post = thread.posts.get()
    services.edit_post(post, by=capacity(member, thread.group), body="From the phone", base=1)
    client = signed_in(member)
    page = client.post(address("posts/1/edit/"), {"base": 1, "body": "From the desk"})
    content = page.content.decode()
    assert "From the phone</pre>" in content
    assert "From the desk</textarea>" in content
    assert "changed meanwhile" in content
    again = client.post(
        address("posts/1/edit/"), {"base": page.context["form"]["base"].value(), "body": "From the desk"}
    )
    assert again.status_code == 302
    post.refresh_from_db()
    assert (post.body, post.version) == ("From the desk", 3)


def test_deleting_leaves_a_tombstone_for_everybody(signed_in, member, lead, address, thread, say):
    say(thread, member, "canary-5521")
    client = signed_in(lead)
    refused = client.post(address("posts/2/delete/"), {"reason": ""})
    assert refused.context["form"].errors.keys() == {"reason"}
    client.post(address("posts/2/delete/"), {"reason": "Names a worker"})
    page = client.get(address())
    assert "deleted by a lead: Names a worker" in text_of(page)
    assert "canary-5521" not in page.content.decode()
    assert client.get(address("posts/2/history/")).status_code == 404
    assert numbers_in(page) == [1, 2]


def test_closing_puts_the_conclusion_on_top_and_ends_answering(signed_in, lead, member, address, thread):
    client = signed_in(lead)
    page = client.post(address("close/"), {"conclusion": ""})
    assert page.context["form"].errors.keys() == {"conclusion"}
    page = client.post(address("close/"), {"conclusion": "We use the **2023** figures."}, follow=True)
    assert "Closed with a conclusion We use the 2023 figures. Lina Okafor" in text_of(page)
    assert "Nothing can be added here any more." in text_of(page)
    late = answer(signed_in(member), address, "But wait")
    assert "This thread was closed." in text_of(late)
    assert Post.objects.count() == 1
    signed_in(member).post(address("reopen/"))
    assert answer(signed_in(member), address, "But wait").status_code == 302


def test_a_text_refused_for_a_closed_thread_is_not_lost(signed_in, lead, address, thread, capacity):
    services.close_thread(thread, by=capacity(lead, thread.group), conclusion="Done.")
    page = answer(signed_in(lead), address, "A long answer")
    assert page.context["composer"].body == "A long answer"
    assert "A long answer" in page.content.decode()


def test_pinned_threads_stand_first_and_filters_choose(signed_in, lead, member, supply_chains, start, capacity):
    old = start(supply_chains, member, "Old question", kind="question")
    new = start(supply_chains, member, "New thread")
    client = signed_in(lead)
    at = "/groups/supply-chains/threads/"

    def listed(query=""):
        return [row["thread"] for row in client.get(at + query).context["rows"]]

    assert listed() == [new, old]
    client.post(f"{at}{old.pk}/pin/", {"pinned": "1"})
    assert listed() == [old, new]
    assert listed("?kind=question") == [old]
    services.close_thread(new, by=capacity(member, supply_chains), conclusion="Done.")
    assert listed("?state=open") == [old]
    assert listed("?state=closed") == [new]
    client.post(f"{at}{old.pk}/read/", {"number": 1})
    assert listed("?unread=1") == [new]
    client.post(f"{at}read/")
    assert listed("?unread=1") == []
    assert "No thread matches" in text_of(client.get(at + "?unread=1"))


def test_an_empty_list_says_what_to_do_next(signed_in, member, observer, supply_chains):
    assert "Ask a question, share a draft" in text_of(signed_in(member).get("/groups/supply-chains/threads/"))
    assert "When somebody starts one" in text_of(signed_in(observer).get("/groups/supply-chains/threads/"))


# --- Long threads -----------------------------------------------------------------------------------------------------


@pytest.fixture
def long_thread(thread, lead, dockers):
    """45 posts."""
    Post.objects.bulk_create(
        Post(
            thread=thread,
            number=number,
            author=lead,
            organisation=dockers,
            body=f"Post {number}",
            html=f"<p>Post {number}</p>",
            key=uuid.uuid4(),
        )
        for number in range(2, 46)
    )
    Thread.objects.update(last_number=45)
    thread.refresh_from_db()
    return thread


def test_twenty_posts_a_page_by_their_numbers(signed_in, member, long_thread, address):
    client = signed_in(member)
    assert numbers_in(client.get(address())) == list(range(1, 21))
    assert numbers_in(client.get(address("?page=3"))) == list(range(41, 46))
    assert numbers_in(client.get(address("?post=21"))) == list(range(21, 41))
    assert numbers_in(client.get(address("?last=1"), follow=True)) == list(range(41, 46))
    for nonsense in ("?page=99", "?page=-1", "?page=x", "?post=0", "?post=999999999999999999999", "?reply=²"):
        assert client.get(address(nonsense)).status_code == 200
    assert numbers_in(client.get(address("?page=99"))) == list(range(41, 46))


def test_first_unread_opens_the_page_where_it_stands(signed_in, member, long_thread, address):
    client = signed_in(member)
    client.post(address("read/"), {"number": 22})
    landed = client.get(address("?unread=1"), follow=True)
    assert landed.redirect_chain[0][0] == address("?page=2#unread")
    content = landed.content.decode()
    assert content.index('id="post-22"') < content.index('id="unread"') < content.index('id="post-23"')
    client.post(address("read/"), {"number": 45})
    assert client.get(address("?unread=1")).url == address("?post=45#post-45")


def test_opening_a_page_marks_nothing_and_the_button_does(signed_in, member, long_thread, address):
    client = signed_in(member)
    before = list(Reading.objects.values("user", "last_read", "own_since"))
    page = client.get(address())
    assert list(Reading.objects.values("user", "last_read", "own_since")) == before
    assert "Mark as read up to #20" in text_of(page)
    client.post(address("read/"), {"number": 20})
    assert client.get(address()).context["unread"] == 25
    client.post(address("read/"), {"number": 3})
    assert client.get(address()).context["unread"] == 25, "the mark only rises"


def test_answering_marks_what_the_page_showed(signed_in, lead, member, long_thread, address):
    answer(signed_in(member), address, "Done", seen=45)
    assert signed_in(member).get(address()).context["unread"] == 0


# --- Drafts, mentions -------------------------------------------------------------------------------------------------


def test_a_draft_survives_a_reload_and_is_nobody_elses(signed_in, lead, member, address, thread):
    client = signed_in(lead)
    client.post(address("draft/"), {"body": "Half a", "reply": 1})
    page = client.get(address())
    assert (page.context["composer"].body, page.context["composer"].reply) == ("Half a", 1)
    assert "Half a" not in signed_in(member).get(address()).content.decode()
    client = signed_in(lead)
    client.post(address("draft/"), {"discard": "1"})
    assert not Draft.objects.exists()


def test_a_draft_of_a_new_thread_comes_back(signed_in, member, supply_chains):
    client = signed_in(member)
    client.post("/groups/supply-chains/threads/draft/", {"title": "Some", "body": "thing", "kind": "question"})
    form = client.get("/groups/supply-chains/threads/new/").context["form"]
    assert [form[name].value() for name in ("title", "body", "kind")] == ["Some", "thing", "question"]


def test_names_to_mention_are_for_participants_only(signed_in, observer, stranger, secretariat, supply_chains):
    at = "/groups/supply-chains/threads/people/"
    names = [one["name"] for one in signed_in(observer).get(at).json()["people"]]
    assert names == ["Lina Okafor", "Marco Silva", "Olga Rivas"]
    assert signed_in(stranger).get(at).status_code == 404
    assert signed_in(secretariat).get(at).status_code == 404


def test_a_visitor_of_a_public_thread_reads_organisations_and_no_names(client, supply_chains, thread, say, lead):
    supply_chains.read = "public"
    supply_chains.save()
    say(thread, lead, "Ask @Marco Silva")
    page = client.get(thread.get_absolute_url()).content.decode()
    assert "Weavers’ Union" in page
    for name in ("Marco", "Silva", "Lina", "Okafor"):
        assert name not in page
    assert "@a participant" in page


@pytest.mark.parametrize("below", ["", "posts/2/history/", "posts/2/delete/"])
def test_who_left_before_a_reader_joined_is_not_named_to_them(
    signed_in, member, weavers, make_insider, supply_chains, lead, start, say, address, below
):
    weavers.listing = "undisclosed"
    weavers.save()
    thread = start(supply_chains, member, body="Marked by the one who starts")
    say(thread, lead, "Ask @Marco Silva", reply_to=thread.posts.get())
    services.close_thread(thread, by=Standing.of(member, supply_chains).speak(), conclusion="Done.")
    Participant.objects.filter(user=member).update(ended_at=timezone.now())
    weavers.memberships.update(state="removed")
    reader = make_insider(supply_chains, "Nora New", role="lead")
    page = signed_in(reader).get(thread.get_absolute_url() + below)
    words = text_of(page)
    assert "Lina Okafor" in words
    assert "a participant" in words
    assert below or "a member organisation" in words
    for name in ("Marco", "Weavers"):
        assert name not in page.content.decode()


def test_a_number_in_a_text_that_is_nobody_breaks_no_page(signed_in, member, thread, say, address):
    say(thread, member, "Code: `@[999999]`")
    client = signed_in(member)
    for page in ("", "posts/2/history/", "posts/2/delete/", "posts/2/edit/"):
        assert client.get(address(page)).status_code == 200
    assert client.get("/groups/supply-chains/threads/").status_code == 200


# --- Speaking for one of several --------------------------------------------------------------------------------------


def test_who_acts_for_two_members_says_for_which(
    signed_in, member, supply_chains, make_organisation, affiliate, join, address, thread
):
    second = make_organisation("Ropers’ League")
    affiliate(member, second, function="Chair")
    join(second, supply_chains, member)
    client = signed_in(member)
    page = answer(client, address, "For whom?")
    assert dict(page.context["composer"].errors) == {"as": "Choose the organisation."}
    assert f'<option value="{second.pk}">Ropers’ League</option>' in page.content.decode()
    answer(client, address, "For whom?", **{"as": second.pk})
    post = Post.objects.get(number=2)
    assert (post.organisation, post.function) == (second, "Chair")


# --- History from joining ---------------------------------------------------------------------------------------------


@pytest.fixture
def newcomer(thread, say, lead, make_insider, supply_chains):
    """Joined after post 2; posts 1 and 2 are from before, 3 answers 2, 4 is the newest."""
    second = say(thread, lead, "before-canary")
    supply_chains.history = "from-joining"
    supply_chains.save()
    person = make_insider(supply_chains, "Nora New")
    say(thread, lead, "First after", reply_to=second)
    say(thread, lead, "Second after")
    return person


def test_nothing_from_before_joining_is_seen_on_any_path(signed_in, newcomer, address, thread, supply_chains):
    client = signed_in(newcomer)
    page = client.get(address())
    assert numbers_in(page) == [3, 4]
    assert "In reply to a post from before you joined" in text_of(page)
    assert page.context["unread"] == 2
    for below in ("?post=2", "?page=1", "?reply=2"):
        content = client.get(address(below)).content.decode()
        assert "before-canary" not in content
        assert "Who has figures" not in content
    for number, status in ((1, 404), (2, 404), (3, 200)):
        assert client.get(address(f"posts/{number}/history/")).status_code == status
    assert answer(client, address, "Hello", reply=2).status_code == 302
    assert Post.objects.get(number=5).reply_to is None
    assert "before-canary" not in client.get("/groups/supply-chains/threads/").content.decode()


def test_a_thread_wholly_from_before_is_no_thread(signed_in, start, supply_chains, lead, newcomer):
    old = start(supply_chains, lead, "Old matters", at=timezone.now() - timezone.timedelta(days=9))
    client = signed_in(newcomer)
    assert client.get(old.get_absolute_url()).status_code == 404
    assert "Old matters" not in client.get("/groups/supply-chains/threads/").content.decode()
    assert client.get("/groups/supply-chains/threads/").context["rows"][0]["unread"] == 2


# --- Who may do what --------------------------------------------------------------------------------------------------

GET, POST = "get", "post"
ROUTES = [
    # method, address, and the answer for: lead, member (who wrote the thread), observer, stranger, outsider, secretariat, nobody
    (GET, "", (200, 200, 200, 404, 404, 404, 404)),
    (GET, "new/", (200, 200, 404, 404, 404, 404, 302)),
    (POST, "new/", (200, 200, 404, 404, 404, 404, 302)),
    (POST, "read/", (302, 302, 302, 404, 404, 404, 302)),
    (GET, "people/", (200, 200, 200, 404, 404, 404, 302)),
    (POST, "preview/", (200, 200, 404, 404, 404, 404, 302)),
    (POST, "draft/", (204, 204, 404, 404, 404, 404, 302)),
    (GET, "{t}/", (200, 200, 200, 404, 404, 404, 404)),
    (POST, "{t}/post/", (200, 200, 404, 404, 404, 404, 302)),
    (POST, "{t}/draft/", (204, 204, 404, 404, 404, 404, 302)),
    (POST, "{t}/read/", (302, 302, 302, 404, 404, 404, 302)),
    (GET, "{t}/change/", (200, 200, 404, 404, 404, 404, 302)),
    (GET, "{t}/close/", (200, 200, 404, 404, 404, 404, 302)),
    (POST, "{t}/close/", (200, 200, 404, 404, 404, 404, 302)),
    (POST, "{t}/reopen/", (302, 302, 404, 404, 404, 404, 302)),
    (POST, "{t}/attention/", (302, 302, 302, 404, 404, 404, 302)),
    (POST, "{t}/pin/", (302, 404, 404, 404, 404, 404, 302)),
    (GET, "{t}/posts/1/", (200, 200, 200, 404, 404, 404, 404)),
    (GET, "{t}/posts/1/edit/", (404, 200, 404, 404, 404, 404, 302)),
    (POST, "{t}/posts/1/edit/", (404, 200, 404, 404, 404, 404, 302)),
    (GET, "{t}/posts/1/history/", (200, 200, 200, 404, 404, 404, 404)),
    (GET, "{t}/posts/1/delete/", (200, 200, 404, 404, 404, 404, 302)),
    (POST, "{t}/posts/1/delete/", (200, 302, 404, 404, 404, 404, 302)),
]
PEOPLE = ("lead", "member", "observer", "stranger", "outsider", "secretariat", None)


@pytest.mark.parametrize("who", PEOPLE)
def test_who_may_do_what(client, request, supply_chains, thread, who):
    if who:
        client.force_login(request.getfixturevalue(who))
    at = "/groups/supply-chains/threads/"
    asked = {
        (method, below): getattr(client, method)(at + below.format(t=thread.pk)).status_code
        for method, below, _answers in ROUTES
    }
    place = PEOPLE.index(who)
    assert asked == {(method, below): answers[place] for method, below, answers in ROUTES}


@pytest.mark.parametrize("who", ["stranger", "outsider", None])
def test_a_hidden_groups_thread_answers_like_none(client, request, hidden_group, start, member, who):
    thread = start(hidden_group, member, "Secret")
    if who:
        client.force_login(request.getfixturevalue(who))
    hidden, absent = client.get(thread.get_absolute_url()), client.get("/groups/nothing-here/threads/1/")
    assert hidden.status_code == absent.status_code == 404
    assert "Secret" not in hidden.content.decode()


def test_a_thread_is_not_reached_through_another_group(signed_in, member, thread, make_group, join, weavers):
    other = make_group(slug="other")
    join(weavers, other, member)
    assert signed_in(member).get(f"/groups/other/threads/{thread.pk}/").status_code == 404


def test_a_removed_member_is_out_at_once(signed_in, member, address, thread):
    client = signed_in(member)
    Participant.objects.filter(user=member).update(ended_at=timezone.now())
    assert client.get(address()).status_code == 404
    assert answer(client, address, "Still here").status_code == 404
    assert Post.objects.count() == 1


def test_fields_that_nobody_asked_for_change_nothing(signed_in, member, lead, address, thread):
    answer(signed_in(member), address, "Mine", author=lead.pk, number=77, version=9, thread=1, html="<script>")
    post = Post.objects.get(number=2)
    assert (post.author, post.version, post.html) == (member, 1, '<p dir="auto">Mine</p>')


def test_forms_without_the_token_are_refused(thread, member):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(member)
    at = "/groups/supply-chains/threads/"
    for method, below, _answers in ROUTES:
        if method == POST:
            assert client.post(at + below.format(t=thread.pk)).status_code == 403
    assert Standing.of(member, thread.group).may_post
    assert Post.objects.standing().count() == 1


# --- Queries ----------------------------------------------------------------------------------------------------------


def queries(client, url, django_assert_max_num_queries, limit):
    with django_assert_max_num_queries(limit) as asked:
        client.get(url)
    return len(asked)


def test_a_page_costs_the_same_for_1_post_20_posts_and_10_000(
    signed_in, member, start, supply_chains, lead, long_thread, address, django_assert_max_num_queries
):
    client = signed_in(member)
    client.get(address())
    one = start(supply_chains, lead, "One post")
    counts = {
        queries(client, url, django_assert_max_num_queries, 12)
        for url in (one.get_absolute_url(), address(), address("?page=2"), address("?page=3"))
    }
    Thread.objects.filter(pk=long_thread.pk).update(last_number=10_000)
    Post.objects.filter(thread=long_thread, number__gt=20).delete()
    counts.add(queries(client, address(), django_assert_max_num_queries, 12))
    assert len(counts) == 1


def test_the_list_costs_the_same_for_1_thread_and_many(
    signed_in, member, lead, start, supply_chains, django_assert_max_num_queries
):
    client = signed_in(member)
    at = "/groups/supply-chains/threads/"
    # What waits for the reader is counted in the badge, and then remembered for a while.
    start(supply_chains, lead, body="With @Marco Silva")
    client.get(at)
    caches["process"].clear()
    first = queries(client, at, django_assert_max_num_queries, 18)
    for number in range(4):
        start(supply_chains, (lead, member)[number % 2], f"Thread {number}", "With @Marco Silva and @Lina Okafor")
    assert queries(client, at, django_assert_max_num_queries, 18) == first


# --- Two at once ------------------------------------------------------------------------------------------------------


def test_who_renames_second_sees_both_titles_and_chooses(signed_in, lead, member, address, thread, capacity):
    client = signed_in(member)
    base = client.get(address("change/")).context["form"]["base"].value()
    services.change_thread(thread, by=capacity(lead, thread.group), title="Fees, all sectors", base=1)
    late = client.post(address("change/"), {"title": "Fees in fishing", "base": base})
    assert late.status_code == 409
    assert "Fees, all sectors" in text_of(late)
    assert 'value="Fees in fishing"' in late.content.decode()
    assert Thread.objects.get().title == "Fees, all sectors"
    again = {"title": "Fees in fishing", "base": late.context["form"]["base"].value()}
    assert client.post(address("change/"), again).status_code == 302
    assert Thread.objects.get().title == "Fees in fishing"


def test_who_moves_an_end_second_sees_the_end_that_stands(signed_in, lead, supply_chains, start, capacity):
    ends = [timezone.now().replace(second=0, microsecond=0) + timezone.timedelta(days=days) for days in (3, 9, 5)]
    thread = start(supply_chains, lead, "Draft", kind="consultation", open_until=ends[0])
    services.change_thread(thread, by=capacity(lead, supply_chains), title="Draft", open_until=ends[1], base=1)
    sent = {"title": "Draft", "open_until": ends[2].strftime("%Y-%m-%dT%H:%M"), "base": 1}
    late = signed_in(lead).post(thread.get_absolute_url() + "change/", sent)
    assert (late.status_code, late.context["current"].open_until) == (409, ends[1])
    assert Thread.objects.get().open_until == ends[1]


def test_another_text_under_a_spent_key_may_be_sent_all_the_same(signed_in, lead, member, address, thread, say):
    key = uuid.uuid4()
    say(thread, lead, "First.", key=key)
    client = signed_in(lead)
    page = answer(client, address, "Second.", key=str(key))
    assert "was sent before, with another text" in text_of(page)
    fresh = page.context["composer"].key
    assert f'name="key" value="{fresh}"' in page.content.decode()
    assert answer(client, address, page.context["composer"].body, key=fresh).status_code == 302
    assert list(thread.posts.order_by("number").values_list("body", flat=True)[1:]) == ["First.", "Second."]


def test_another_thread_under_a_spent_key_may_be_started_all_the_same(signed_in, member, supply_chains):
    client, at = signed_in(member), "/groups/supply-chains/threads/new/"
    sent = {"key": str(uuid.uuid4()), "title": "First", "kind": "question", "body": "One?"}
    client.post(at, sent)
    page = client.post(at, {**sent, "title": "Second"})
    assert "was sent before" in text_of(page)
    again = {name: page.context["form"][name].value() for name in sent}
    assert client.post(at, again).status_code == 302
    assert sorted(Thread.objects.values_list("title", flat=True)) == ["First", "Second"]


def test_who_deletes_is_told_who_reads_it(signed_in, member, address, thread):
    assert "Members of this group" in text_of(signed_in(member).get(address("posts/1/delete/")))


# --- Who answers whom -------------------------------------------------------------------------------------------------


def test_only_what_answers_the_post_above_it_stands_indented(signed_in, member, lead, address, thread, say):
    first = thread.posts.get()
    second = say(thread, lead, "Two", reply_to=first)
    third = say(thread, member, "Three", reply_to=second)
    say(thread, lead, "Four")
    say(thread, member, "Five", reply_to=third)
    page = signed_in(member).get(address())
    articles = re.findall(r'<article class="([^"]+)" id="post-(\d+)"', page.content.decode())
    assert [int(number) for css, number in articles if "post--reply" in css] == [2, 3]
    for number in (1, 2, 3):
        assert f"In reply to #{number}" in text_of(page)
