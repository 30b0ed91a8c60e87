"""What one may not read is in no hit, no count, no suggestion and no page: the doors stand inside the question."""

import re
import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from core.realtime import limits
from discussions import services
from discussions.chat.models import Message
from discussions.chat.services import RoomRights, open_room, send_message, start_conversation
from discussions.models import Post, Thread
from groups.clearance.models import Publication
from groups.documents.models import Document
from groups.documents.services import delete_document
from groups.models import Group
from groups.standing import Standing
from partners.models import Organisation
from search.asking import read
from search.models import Entry, Kind
from search.services import Narrowed, find, suggest

SEARCH, SUGGESTIONS = "/search/", "/search/suggestions/"
CANARY = "zugvogel"


@pytest.fixture
def everywhere(
    supply_chains,
    hidden_group,
    make_group,
    make_organisation,
    make_person,
    join,
    weavers,
    dockers,
    lead,
    member,
    start,
    file,
    publish,
):
    """The word stands wherever something can be found, open and hidden."""
    said = {}
    limits.pace.forget()
    long_ago = timezone.now() - timedelta(days=9)
    past = make_group(f"Past {CANARY}", find="members", join="invitation", history="from-joining")
    join(dockers, past, lead, role="lead")
    open_group = make_group(f"Open {CANARY}", read="public")
    partners_only = make_group(f"Partners {CANARY}", find="partners", read="partners")
    join(dockers, open_group, lead, role="lead")
    join(dockers, partners_only, lead, role="lead")
    for group in (supply_chains, hidden_group, past, open_group, partners_only):
        start(group, lead, title=f"Thread {CANARY}", body=f"The {CANARY} sings in {group.name}.", at=long_ago)
        file(group, lead, f"Paper {CANARY}", f"{CANARY}.txt")
        publish(group, lead, f"Published {CANARY}")
        send_message(group.rooms.get().pk, by=lead, key=uuid.uuid4(), body=f"A {CANARY} in {group.name}")
    leads_only = open_room(supply_chains, by=lead, name="Preparation", rights=RoomRights(audience="leads"))
    send_message(leads_only.pk, by=lead, key=uuid.uuid4(), body=f"{CANARY} for leads")
    talk = start_conversation(by=lead, people=[member.pk])
    send_message(talk.pk, by=lead, key=uuid.uuid4(), body=f"{CANARY} between two")
    for listing in ("named", "partners", "undisclosed"):
        make_organisation(f"{listing} {CANARY}", listing=listing)
    make_organisation(f"Applicant {CANARY}", status="applicant")
    make_person(f"Unknown {CANARY}")
    join(weavers, past, member)
    return said


def ids(queryset):
    return set(queryset.values_list("pk", flat=True))


def found_by(reader):
    found, after = {kind: set() for kind in Kind}, None
    while True:
        page = find(read(CANARY), reader, after=after)
        for one in page.found:
            found[one.kind].add(one.object_id)
        if page.next is None:
            break
        after = page.next
    assert page.counts == {kind: len(some) for kind, some in found.items() if some}
    return found


@pytest.mark.parametrize("who", ["lead", "member", "observer", "stranger", "outsider", "secretariat", None])
def test_the_doors_of_the_search_are_those_of_the_pages(everywhere, request, who):
    reader = request.getfixturevalue(who) if who else AnonymousUser()
    found = found_by(reader)
    assert found[Kind.GROUP] == ids(Group.objects.visible_to(reader).filter(name__contains=CANARY))
    assert found[Kind.ORGANISATION] == ids(Organisation.objects.visible_to(reader).filter(name__contains=CANARY))
    assert found[Kind.THREAD] == ids(Thread.objects.visible_to(reader).filter(title__contains=CANARY))
    assert found[Kind.POST] == ids(Post.objects.visible_to(reader).filter(body__contains=CANARY))
    assert found[Kind.DOCUMENT] == ids(Document.objects.visible_to(reader).filter(title__contains=CANARY))
    published = Publication.objects.standing().visible_to(reader)
    assert found[Kind.PUBLICATION] == ids(published.filter(title__contains=CANARY))
    rooms = {"lead": 7, "member": 3, "observer": 1}
    assert len(found[Kind.MESSAGE]) == rooms.get(who, 0)
    assert len(found[Kind.PERSON]) == (1 if who == "secretariat" else 0)
    suggested = {(one.kind, one.object_id) for one in suggest(read(CANARY), reader, limit=100)}
    titled = (Kind.GROUP, Kind.ORGANISATION, Kind.PERSON, Kind.THREAD, Kind.DOCUMENT, Kind.PUBLICATION)
    assert suggested == {(kind, pk) for kind in titled for pk in found[kind]}


def plain(client, query):
    """The page without the word that was looked for and the tokens of its forms."""
    page = client.get(SEARCH, {"q": query})
    assert page.status_code == 200
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page.content.decode()).replace(query, "")


def test_what_is_hidden_looks_like_what_is_not_there(
    client, hidden_group, supply_chains, make_organisation, make_person, lead, start, file
):
    start(hidden_group, lead, title=CANARY, body=CANARY)
    start(supply_chains, lead, title=CANARY, body=CANARY)
    send_message(supply_chains.rooms.get().pk, by=lead, key=uuid.uuid4(), body=CANARY)
    file(hidden_group, lead, CANARY, f"{CANARY}.txt")
    make_organisation(CANARY, listing="undisclosed")
    make_person(CANARY)
    hidden_group.name = CANARY
    hidden_group.save()
    assert plain(client, CANARY) == plain(client, "quatschwort")
    for part in (CANARY, CANARY[:3], CANARY[:2]):
        assert client.get(SUGGESTIONS, {"q": part}).json() == {"suggestions": []}
    # A filter by what one may not know of is answered like one by what there is not.
    for field in ("group", "author", "organisation"):
        hidden = client.get(SEARCH, {"q": "the", field: CANARY}).context["form"].errors
        absent = client.get(SEARCH, {"q": "the", field: "quatschwort"}).context["form"].errors
        assert list(hidden) == [field] and hidden == absent


def test_a_page_is_full_whatever_lies_hidden_between(signed_in, hidden_group, supply_chains, lead, observer, start):
    thread = start(supply_chains, lead, body="Beginning")
    secret = start(hidden_group, lead, body="Beginning")
    for number in range(25):
        for one in (thread, secret):
            services.post(one, by=Standing.of(lead, one.group).speak(), body=f"{CANARY} {number}", key=uuid.uuid4())
    page = signed_in(observer).get(SEARCH, {"q": CANARY})
    assert (len(page.context["hits"]), page.context["total"]) == (20, 25)
    rest = signed_in(observer).get(SEARCH, {"q": CANARY, "after": page.context["next"]})
    assert (len(rest.context["hits"]), rest.context["next"]) == (5, "")


def test_what_was_deleted_hidden_or_put_in_the_trash_is_found_by_nobody(supply_chains, lead, member, start, file):
    thread = start(supply_chains, member, body=CANARY)
    other = start(supply_chains, member, title="Other", body=CANARY)
    paper = file(supply_chains, lead, CANARY, "a.txt")
    leading = Standing.of(lead, supply_chains).act()
    assert find(read(CANARY), lead).counts == {Kind.POST: 2, Kind.DOCUMENT: 1}
    services.delete_post(thread.posts.get(), by=leading, reason="Because")
    services.hide_post(other.posts.get(), by=leading)
    delete_document(paper, by=leading)
    for person in (lead, member):
        assert find(read(CANARY), person).counts == {}
    assert not Entry.objects.filter(kind__in=[Kind.POST, Kind.DOCUMENT]).exists()


def test_a_change_of_rights_needs_no_new_index(supply_chains, stranger, lead, start):
    start(supply_chains, lead, body=CANARY)
    assert find(read(CANARY), stranger).counts == {}
    Group.objects.filter(pk=supply_chains.pk).update(read="partners", find="partners")
    assert find(read(CANARY), stranger).counts == {Kind.POST: 1}
    assert find(read(CANARY), AnonymousUser()).counts == {}
    Group.objects.filter(pk=supply_chains.pk).update(find="members", read="members")
    assert find(read(CANARY), stranger).counts == {}


# --- By whom ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def open_thread(make_group, join, dockers, weavers, lead, member, start):
    """A thread that everybody may read."""
    group = make_group("Open Harbour", read="public")
    join(dockers, group, lead, role="lead")
    join(weavers, group, member)
    return start(group, member, title="Ports", body=f"The {CANARY} of ports")


def test_asking_for_an_author_tells_nothing_of_who_wrote(client, open_thread, lead, member, stranger):
    asked = {"q": CANARY, "author": member.name}
    for person, hits in [(lead, 1), (member, 1), (stranger, None), (None, None)]:
        client.logout()
        if person:
            client.force_login(person)
        page = client.get(SEARCH, asked)
        assert len(page.context["hits"]) == (hits or 0)
        assert bool(page.context["form"].errors) == (hits is None)


def test_a_thread_that_keeps_names_inside_answers_no_question_about_them(
    open_thread, lead, member, stranger, make_group, join
):
    beside = make_group("Beside", find="members")
    join(stranger.affiliations.get().organisation, beside, stranger)
    join(member.affiliations.get().organisation, beside, member)
    organisation = member.affiliations.get().organisation_id
    by_author, by_organisation = Narrowed(authors=[member.pk]), Narrowed(organisations=[organisation])

    def counted(reader):
        return [sum(find(read(CANARY), reader, narrowed=how).counts.values()) for how in (by_author, by_organisation)]

    assert (counted(stranger), counted(lead)) == ([1, 1], [1, 1])
    for rule, outside in [(1, [0, 1]), (2, [0, 0]), (0, [1, 1])]:
        open_thread.attribution = rule
        open_thread.save(update_fields=["attribution"])
        assert (counted(stranger), counted(lead)) == (outside, [1, 1])


# --- Narrowed ---------------------------------------------------------------------------------------------------------


def test_filters_narrow_and_say_what_they_cannot(signed_in, supply_chains, hidden_group, lead, member, start):
    start(supply_chains, lead, title="One", body=CANARY)
    start(hidden_group, member, title="Two", body=CANARY)
    client = signed_in(lead)

    def titles(**more):
        return [hit.shown.title for hit in client.get(SEARCH, {"q": CANARY, **more}).context["hits"]]

    assert titles() == ["Two", "One"]
    assert titles(group="supply") == titles(author="lina okafor") == titles(organisation="Dockers") == ["One"]
    assert titles(group="Quiet Harbour", author="Marco") == ["Two"]
    assert titles(kind="thread") == []
    today = timezone.localdate()
    assert titles(since=today, until=today) == ["Two", "One"]
    assert titles(until=today - timedelta(days=1)) == titles(since=today + timedelta(days=1)) == []
    wrong = {"since": "yesterday", "until": "9999-99-99", "kind": "sheep"}
    assert sorted(client.get(SEARCH, {"q": CANARY, **wrong}).context["form"].errors) == ["kind", "since", "until"]
    backwards = client.get(SEARCH, {"q": CANARY, "since": "2026-02-01", "until": "2026-01-01"})
    assert list(backwards.context["form"].errors) == ["until"]
    for day in ("0001-01-01", "9999-12-31"):
        assert client.get(SEARCH, {"q": CANARY, "since": day, "until": day}).status_code == 200
    assert list(client.get(SEARCH, {"q": "-fees"}).context["form"].errors) == ["q"]
    for cursor in ("x", "3.1", "9.9.post.1", "0.1.post.1' OR 1=1"):
        assert client.get(SEARCH, {"q": CANARY, "after": cursor}).status_code == 200


def test_who_asks_too_often_is_told_to_wait(client, signed_in, member, settings):
    settings.SEARCH_RATE_LIMITS = {
        "search": {"person": 2, "visitor": 1},
        "suggestions": {"person": 1, "visitor": 1},
    }
    assert [client.get(SEARCH).status_code for _turn in range(2)] == [200, 429]
    assert [client.get(SUGGESTIONS, {"q": "xx"}).status_code for _turn in range(2)] == [200, 429]
    client = signed_in(member)
    assert [client.get(SEARCH).status_code for _turn in range(3)] == [200, 200, 429]


def test_people_follow_their_names_and_their_accounts(make_person, supply_chains, make_insider, lead):
    from accounts.services import change_standing, save_preferences

    person = make_insider(supply_chains, "Nora Zugvogel")
    officer = make_person("Officer", is_staff=True)
    assert find(read("zugvogel"), lead).counts == {Kind.PERSON: 1}
    save_preferences(person, name="Nora Kestrel")
    assert find(read("zugvogel"), lead).counts == {}
    assert find(read("kestrel"), lead).counts == {Kind.PERSON: 1}
    change_standing(person, by=officer, is_secretariat=False, is_staff=False, is_active=False, reason="Left")
    assert find(read("kestrel"), officer).counts == find(read("kestrel"), lead).counts == {}


def test_messages_go_with_the_retention(supply_chains, lead, member):
    from discussions.chat.services import purge

    room = supply_chains.rooms.get()
    send_message(room.pk, by=lead, key=uuid.uuid4(), body=CANARY)
    Message.objects.update(created_at=timezone.now() - timedelta(days=40))
    room.keep_days = 30
    room.save(update_fields=["keep_days"])
    assert find(read(CANARY), member).counts == {Kind.MESSAGE: 1}
    purge()
    assert find(read(CANARY), member).counts == {}
    assert not Entry.objects.filter(kind=Kind.MESSAGE).exists()
