"""The demonstration: whole, the same every time, honest about real bodies, and only in an empty database."""

import hashlib
import io
import re
import zipfile
from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client, override_settings
from django.utils import timezone

from accounts.models import User
from config.reactions import NOTICE_KINDS
from core.audit import first_broken
from core.models import AuditChain, AuditEntry
from discussions.chat.models import Message, MessageVersion, Reaction, Room, RoomReading
from discussions.models import Kind, Mention, Post, Thread
from groups.clearance.models import Publication, Round
from groups.documents.models import Document, Version
from groups.models import Group, GroupState, Membership, Participant
from groups.pages.content import opened
from groups.pages.content.tree import root_of
from groups.pages.models import Page
from groups.pages.services import content_of
from notifications.models import Notice
from partners.models import Affiliation, Organisation, OrganisationStatus, StakeholderType
from portal.demo import files, reader
from portal.demo.build.directory import PARTNER_SINCE
from portal.demo.build.notices import ABOUT
from portal.demo.build.site import key
from portal.demo.organisations import ORGANISATIONS
from portal.demo.people import PASSWORD, PEOPLE

pytestmark = pytest.mark.slow
REAL = {one.name for one in ORGANISATIONS if one.real}
FIRST_LETTERS = re.compile(r"[؀-ۿ]")


@pytest.fixture(scope="module")
def demonstration(django_db_setup, django_db_blocker):
    """What the command printed; the demonstration is built once for the tests of this module and undone after them."""
    out = io.StringIO()
    with django_db_blocker.unblock(), override_settings(DEMO=True), transaction.atomic():
        call_command("seed_demo", stdout=out)
        yield out.getvalue()
        transaction.set_rollback(True)


@pytest.fixture
def demo(demonstration, db):
    """The demonstration; what a test changes in it is undone after it."""
    return demonstration


def signed_in(address):
    client = Client()
    answer = client.post("/account/login/", {"login": address, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def test_it_has_the_alliance_in_it(demo):
    assert Organisation.objects.active().values("stakeholder_type").distinct().count() == len(StakeholderType)
    assert set(Organisation.objects.active().filter(name__in=REAL).values_list("name", flat=True)) == REAL
    assert User.objects.count() == len(PEOPLE) >= 40
    assert {"supply-chains", "migration"} <= set(Group.objects.values_list("slug", flat=True))
    states = Counter(Group.objects.values_list("state", flat=True))
    assert (states[GroupState.CLOSED], states[GroupState.PROPOSED]) == (1, 1)
    assert Group.objects.filter(parent__slug="supply-chains").count() == 4
    assert Group.objects.filter(parent__slug="migration").count() == 4
    assert Thread.objects.count() >= 45
    assert Post.objects.count() >= 300
    assert set(Thread.objects.values_list("kind", flat=True)) == set(Kind.values)
    assert Thread.objects.filter(pinned=True).exists()
    assert Thread.objects.exclude(conclusion="").count() >= 3
    assert Post.objects.filter(reply_to__reply_to__isnull=False).exists()
    assert Post.objects.filter(version__gte=2).count() >= 3
    assert Post.objects.exclude(deleted_at=None).get().body == ""
    assert Mention.objects.count() >= 4
    assert not Post.objects.filter(body__contains="{").exists()


def test_several_languages_are_written(demo):
    arabic = [post for post in Post.objects.all() if len(FIRST_LETTERS.findall(post.body)) > 20]
    languages = Counter(Post.objects.values_list("author__language", flat=True))
    assert len(arabic) >= 15
    assert languages["fr"] >= 50
    assert languages["es"] >= 60


def test_what_is_printed_signs_in(demo):
    for address in ("lead", "member", "newcomer", "secretariat"):
        assert f"{address}@example.org" in demo
        client = signed_in(f"{address}@example.org")
        assert client.session["_auth_user_id"] == str(User.objects.get(email=f"{address}@example.org").pk)
    assert PASSWORD in demo
    others = User.objects.exclude(email__in=re.findall(r"\S+@example\.org", demo))
    assert others.count() == len(PEOPLE) - 4
    assert not any(person.has_usable_password() for person in others)


def test_the_sign_ins_stand_where_they_are_said_to_stand(demo):
    lead, member, newcomer, secretariat = (
        User.objects.get(email=f"{name}@example.org") for name in ("lead", "member", "newcomer", "secretariat")
    )
    supply_chains = Group.objects.get(slug="supply-chains")
    seat = Participant.objects.taking_part().filter(membership__group=supply_chains).select_related("membership")
    assert seat.get(user=lead).membership.role == Membership.Role.LEAD
    assert seat.get(user=member).membership.role == Membership.Role.MEMBER
    assert not Group.objects.joined_by(newcomer).exists()
    partner = Organisation.objects.of(newcomer).get()
    assert partner.status == OrganisationStatus.ACTIVE
    assert not Membership.objects.filter(organisation=partner).exists()
    assert secretariat.is_secretariat
    assert not Group.objects.joined_by(secretariat).exists()


def test_something_waits_for_everybody_who_decides(demo):
    lead, secretariat = User.objects.get(email="lead@example.org"), User.objects.get(email="secretariat@example.org")
    request = Membership.objects.get(state=Membership.State.REQUESTED, group__state=GroupState.ACTIVE)
    assert request.group.slug == "supply-chains"
    assert request.brings
    assert Notice.objects.of(lead).unread().filter(kind="membership_requested", object_id=request.pk).exists()
    assert Organisation.objects.filter(status=OrganisationStatus.APPLICANT).count() == 1
    asked = Affiliation.objects.get(state=Affiliation.State.REQUESTED, organisation__status=OrganisationStatus.ACTIVE)
    assert asked.organisation in Organisation.objects.of(lead)
    assert Notice.objects.of(secretariat).unread().filter(kind="group_proposed").count() == 1


@pytest.mark.parametrize("name", ["lead", "member"])
def test_some_is_new_and_most_is_read(demo, name):
    user = User.objects.get(email=f"{name}@example.org")
    groups = Group.objects.joined_by(user)
    threads = Thread.objects.filter(group__in=groups).with_unread(user, {})
    unread = [thread.unread for thread in threads if thread.unread]
    assert 3 <= len(unread) < len(threads) / 3
    notices = Notice.objects.of(user)
    assert 0 < notices.unread().count() < notices.count() / 2
    assert {"mention", "reply"} <= set(notices.values_list("kind", flat=True))


def test_real_bodies_carry_public_facts_only(demo):
    real = Organisation.objects.filter(name__in=REAL)
    assert not Affiliation.objects.filter(organisation__in=real).exists()
    assert not Membership.objects.filter(organisation__in=real).exists()
    for words in (Post, Thread, Version, Document):
        assert not words.objects.filter(organisation__in=real).exists()
    about = AuditEntry.objects.filter(object_type="partners.organisation", object_id__in=real.values("pk"))
    assert not about.exists()
    for one in real:
        assert "as publicly reported" in one.mandate.lower()


def test_the_readme_counts_what_is_there():
    text = (settings.BASE_DIR / "README.md").read_text(encoding="utf-8")
    real = len(REAL)
    told = f"({len(PEOPLE)} invented people of {len(ORGANISATIONS) - real} invented organisations, beside {real} real ones"
    assert told in text


def test_whatever_is_invented_says_so(demo):
    for one in Organisation.objects.exclude(name__in=REAL):
        assert re.search(r"ficti|fictiv|fictic", one.name.lower())
        assert re.match(r"ficti|fictiv|fictic", one.mandate.lower())
        assert one.country == ""
    for person in User.objects.all():
        assert person.email.endswith("@example.org")


def test_the_notices_that_are_dated_are_those_there_are():
    assert ABOUT.keys() <= NOTICE_KINDS.keys()


def test_nothing_happens_after_the_day_of_seeding_or_before_its_time(demo):
    today = timezone.now().date()
    for post in Post.objects.select_related("thread__group", "reply_to"):
        assert post.thread.group.created_at < post.created_at
        assert post.created_at.date() < today
        if post.reply_to:
            assert post.reply_to.created_at <= post.created_at
    for thread in Thread.objects.exclude(closed_at=None):
        assert thread.last_post_at <= thread.closed_at
    for notice in Notice.objects.all():
        assert notice.created_at.date() < today


def test_the_record_of_every_group_verifies(demo):
    for chain in AuditChain.objects.all():
        assert first_broken(chain) is None
        assert AuditEntry.objects.filter(chain=chain).count() == chain.length


def test_rooms_have_been_talked_in(demo):
    room = Room.objects.get(group__slug="supply-chains", is_main=True)
    messages = Message.objects.filter(room=room)
    assert messages.count() == room.last_number >= 250
    assert Message.objects.count() >= 350
    assert MessageVersion.objects.exists()
    assert messages.exclude(deleted_at=None).get().body == ""
    assert messages.exclude(reply_to=None).count() >= 20
    for any_room in Room.objects.select_related("group"):
        events = list(any_room.events.order_by("seq").values_list("seq", "created_at"))
        assert [seq for seq, at in events] == list(range(1, any_room.last_seq + 1))
        assert [at for seq, at in events] == sorted(at for seq, at in events)
        assert any_room.last_at.date() < timezone.now().date()
    for name in ("lead", "member"):
        unread = RoomReading.objects.get(room=room, user__email=f"{name}@example.org").unread_in(room)
        assert 10 <= unread < room.last_number / 2
    assert messages.exclude(pinned_at=None).count() == 2
    assert Reaction.objects.filter(message__room=room).count() >= 9
    leads_only = Room.objects.get(group=room.group, is_main=False)
    assert (leads_only.audience, leads_only.last_number) == ("leads", 7)


def test_documents_open(demo):
    assert Document.objects.filter(group__slug="supply-chains").count() >= 10
    assert Version.objects.filter(number__gt=1).count() >= 15
    kinds = Counter()
    for version in Version.objects.all():
        with version.open() as file:
            content = file.read()
        kinds[version.kind] += 1
        if version.file_name.endswith((".docx", ".xlsx")):
            with zipfile.ZipFile(io.BytesIO(content)) as package:
                assert package.testzip() is None
                assert "[Content_Types].xml" in package.namelist()
        elif version.file_name.endswith(".pdf"):
            assert content.startswith(b"%PDF-1.4") and content.endswith(b"%%EOF\n")
    assert len(kinds) >= 5


def test_links_to_documents_lead_somewhere(demo):
    found = 0
    for post in Post.objects.select_related("thread__group").filter(body__contains="](/groups/"):
        for slug, pk in re.findall(r"\]\(/groups/([\w-]+)/documents/(\d+)/\)", post.body):
            assert Document.objects.get(pk=pk).group.slug == slug == post.thread.group.slug
            found += 1
    assert found >= 20


def test_a_visitor_meets_no_hidden_name(demo):
    hidden = Group.objects.get(find="members")
    undisclosed = Organisation.objects.get(listing="undisclosed")
    assert not re.search(r"spring|preparation", hidden.slug)
    assert "quiet" not in undisclosed.slug
    assert hidden not in Group.objects.visible_to(User.objects.get(email="member@example.org"))
    assert hidden in Group.objects.visible_to(User.objects.get(email="lead@example.org"))
    visitor = Client()
    for address in ("/", "/groups/", "/partners/"):
        page = visitor.get(address, follow=True).content.decode()
        assert hidden.name not in page
        assert hidden.slug not in page
        assert "Quiet Harbour" not in page
    assert visitor.get(f"/groups/{hidden.slug}/").status_code == 404
    assert visitor.get("/groups/supply-chains/").status_code == 200


def test_a_site_is_never_filled_with_the_demonstration(demo, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="with DEMO=1 only"):
        call_command("seed_demo")


def test_a_database_with_people_in_it_is_refused(demo):
    before = (User.objects.count(), Post.objects.count())
    with pytest.raises(CommandError, match="already holds people"):
        call_command("seed_demo")
    assert (User.objects.count(), Post.objects.count()) == before


def test_what_was_built_is_what_is_written_so_the_same_day_gives_the_same_site(demo):
    today = User.objects.get(email="lead@example.org").date_joined.date() + timedelta(days=PARTNER_SINCE)
    address = {person.key: person.email for person in PEOPLE}
    written = [
        (key("post", f"{thread.group}/{thread.key}", post.number), thread.title, post.number, address[post.author],
         post.answers, post.at.before(today))
        for thread in reader.threads()
        for post in thread.posts
    ]  # fmt: skip
    posts = Post.objects.values_list(
        "key", "thread__title", "number", "author__email", "reply_to__number", "created_at"
    )
    assert sorted(posts, key=str) == sorted(written, key=str)
    said = [
        (
            name.partition(".")[0],
            number,
            address[message.author],
            message.answers and message.answers + 1,
            message.at.before(today),
        )
        for name, messages in reader.rooms().items()
        for number, message in enumerate(messages, start=1)
    ]
    slugs = {group.name: group.key for group in reader.groups()}
    messages = Message.objects.exclude(room__group=None).values_list(
        "room__group__name", "number", "author__email", "reply_to__number", "created_at"
    )
    assert sorted(((slugs[name], *rest) for name, *rest in messages), key=str) == sorted(said, key=str)
    uploaded = [
        (key("version", one.group, one.key, version.number), version.number, one.name, version.at.before(today),
         hashlib.sha256(files.make(one.format, version.text, drawing=one.drawing, rtl=one.lang == "ar")).hexdigest())
        for one in reader.documents()
        for version in one.versions
    ]  # fmt: skip
    versions = Version.objects.filter(document__page=None).values_list(
        "key", "number", "file_name", "created_at", "sha256"
    )
    assert sorted(versions) == sorted(uploaded)
    seats = {
        (group.key, person) for group in reader.groups() for member in group.members for person in member.people
        if not group.proposed
    }  # fmt: skip
    key_of = {email: person for person, email in address.items()}
    taken = Participant.objects.taking_part().values_list("membership__group__name", "user__email")
    assert {(slugs[group], key_of[email]) for group, email in taken} == seats


def test_every_file_is_the_same_at_every_run():
    for one in reader.documents():
        for version in one.versions:
            made = [files.make(one.format, version.text, drawing=one.drawing) for _ in range(2)]
            assert made[0] == made[1]


def test_what_a_page_marks_is_named_as_the_editor_names_it(demo):
    """The editor takes what it has no name for out of the page; behind the dashes stand eight signs."""
    page = Page.objects.get()
    marks = re.findall(r"<(comment--[^ >]*)", str(root_of(opened(content_of(page.pk)[1]))))
    assert marks and all(re.fullmatch(r"comment--[a-zA-Z0-9+/=]{8}", name) for name in marks)


def test_two_conversations_one_of_them_a_first_contact(demo):
    addresses = {person.key: person.email for person in PEOPLE}
    said = {
        frozenset(addresses[person] for person in name.split("-")): [
            (addresses[message.author], message.body) for message in messages
        ]
        for name, messages in reader.conversations().items()
    }
    built = {
        frozenset(room.seats.values_list("user__email", flat=True)): list(
            room.messages.order_by("number").values_list("author__email", "body")
        )
        for room in Room.objects.filter(group=None)
    }
    assert built == said
    client = signed_in("lead@example.org")
    page = client.get("/conversations/").content.decode()
    assert page.count("First contact") == 1
    waiting = Room.objects.get(group=None, seats__user__email=addresses["karin"])
    assert "first-contact" in client.get(waiting.get_absolute_url()).content.decode()
    assert Notice.objects.filter(object_id=waiting.pk, kind="conversation", read_at=None).count() == 1


def test_one_document_is_being_cleared_and_one_is_published(demo):
    running = Round.objects.asking().get()
    asked = running.voices.select_related("organisation")
    assert len(asked) >= 6
    assert {voice.said is None for voice in asked} == {True, False}
    made = Publication.objects.get()
    assert (made.round.stage, made.sha256) == ("cleared", made.version.sha256)
    named = {voice.organisation.name for voice in [*asked, *made.round.voices.select_related("organisation")]}
    assert not named & REAL
    text = Client().get(made.get_absolute_url()).content.decode()
    assert made.sha256 in text
    home = signed_in("member@example.org").get("/").content.decode()
    assert "is asked to clear “<bdi>Words we use</bdi>”" in home
