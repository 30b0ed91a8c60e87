"""Letters to people who were invited and have no account yet: one outbox, its tries, its list of what failed."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from groups import services as groups
from groups.models import Invitation as GroupInvitation
from groups.models import Membership
from groups.standing import Standing
from notifications import bounces, outbox
from notifications.models import Letter, Unreachable
from notifications.services import note_bounce
from partners import services as partners
from partners.models import Invitation as ColleagueInvitation

pytestmark = pytest.mark.django_db

NEW = "new@mail.example.net"
TO_COLLEAGUES = "/partners/{}/people/"
TO_GROUP = "/groups/supply-chains/settings/invitations/"


@pytest.fixture
def into_group(supply_chains, lead):
    """Have the lead invite somebody into the group."""

    def invite(group=supply_chains, **more):
        by = Standing.of(lead, group).act()
        return groups.invite(group, by=by, email=NEW, key=more.pop("key", None) or uuid.uuid4(), **more)

    return invite


@pytest.fixture
def as_colleague(supply_chains, member, weavers):
    """Have the member invite somebody to act for the weavers."""

    def invite(**more):
        by = Standing.of(member, supply_chains).speak()
        return partners.invite_colleague(weavers, by=by, email=NEW, key=more.pop("key", None) or uuid.uuid4(), **more)

    return invite


@pytest.fixture(params=["into_group", "as_colleague"])
def invite(request):
    """Invite somebody by mail, in each of the two ways."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def page(invite, request, signed_in, lead, member, weavers):
    """Return the page on which who invites sees what became of it."""
    into_group = request.node.callspec.params["invite"] == "into_group"

    def page():
        client = signed_in(lead if into_group else member)
        return client.get(TO_GROUP if into_group else TO_COLLEAGUES.format(weavers.slug)).content.decode()

    return page


def test_the_row_holds_ids_and_the_letter_goes_as_all_do(sink, invite):
    invitation = invite(message="A private word.")
    letter = Letter.objects.get()
    stored = str(Letter.objects.values().get())
    for word in ("private", "Weavers", "Supply", invitation.token_hash, "invites"):
        assert word not in stored
    assert (letter.user, letter.address, letter.object_id) == (None, NEW, invitation.pk)
    assert outbox.send_due() == 1
    (mail,) = sink.letters
    assert (mail.to, mail.sender) == (NEW, bounces.bounce_address(letter))
    assert mail["Auto-Submitted"] == "auto-generated" and mail["Message-ID"]
    assert "List-Unsubscribe" not in mail
    assert "/invit" in mail.get_body(("plain",)).get_content()
    assert "/invit" in mail.get_body(("html",)).get_content()
    assert Letter.objects.get().state == "sent"
    assert outbox.send_due() == 0


def test_the_same_form_twice_is_one_letter(invite):
    key = uuid.uuid4()
    invite(key=key)
    invite(key=key)
    assert Letter.objects.count() == 1


def test_what_is_put_off_is_tried_again_and_given_up_at_last(sink, invite):
    sink.refuse[NEW] = "451 4.2.1 Later"
    invite()
    for tried in range(1, 5):
        outbox.send_due()
        letter = Letter.objects.get()
        assert (letter.state, letter.tried, letter.due_at > timezone.now()) == ("waiting", tried, True)
        Letter.objects.update(due_at=timezone.now())
    outbox.send_due()
    assert (Letter.objects.get().state, Letter.objects.get().fault) == ("failed", "4.2.1")


def test_who_invites_sees_that_it_came_back_and_the_secretariat_why(sink, invite, page, signed_in, secretariat):
    sink.refuse[NEW] = "550 5.1.1 No such user"
    invite(message="A private word.")
    assert "came back" not in page()
    outbox.send_due()
    assert "the letter came back: ask for the address" in page()
    client = signed_in(secretariat)
    shown = client.get("/queue/letters/").content.decode()
    assert "Somebody invited, at <bdi>mail.example.net</bdi>" in shown
    assert "An invitation" in shown and "There is no such address." in shown and "5.1.1" in shown
    for secret in (NEW, "new@", "A private word", "Supply Chains", "Weavers"):
        assert secret not in shown
    del sink.refuse[NEW]
    client.post(f"/queue/letters/{Letter.objects.get().pk}/again/")
    assert outbox.send_due() == 1
    assert "came back" not in page()


def test_after_three_that_came_back_nothing_is_written_there_until_the_secretariat_says_so(
    sink, into_group, as_colleague, lead, supply_chains, signed_in, secretariat
):
    invitation = into_group()
    by = Standing.of(lead, supply_chains).act()
    for count in range(1, 4):
        outbox.send_due()
        letter = Letter.objects.latest("pk")
        assert note_bounce(bounces.bounce_address(letter), permanent=True, status="5.1.1")
        assert Unreachable.objects.get(user=None, address=NEW).count == count
        groups.send_again(invitation, by=by)
    assert Letter.objects.count() == 1, "a new letter takes the place of one that failed"
    sink.letters.clear()
    outbox.send_due()
    as_colleague()
    outbox.send_due()
    assert sink.letters == []
    assert set(Letter.objects.values_list("state", "fault")) == {("failed", "stopped")}
    client = signed_in(secretariat)
    shown = client.get("/queue/letters/").content.decode()
    assert "Mail goes there no more" in shown and NEW not in shown
    client.post(f"/queue/letters/unreachable/{Unreachable.objects.get().pk}/")
    assert not Unreachable.objects.exists()
    groups.send_again(invitation, by=by)
    outbox.send_due()
    assert [mail.to for mail in sink.letters] == [NEW]


def test_sent_again_it_is_another_letter_with_the_same_link(sink, into_group, lead, supply_chains):
    invitation = into_group()
    outbox.send_due()
    groups.send_again(invitation, by=Standing.of(lead, supply_chains).act())
    outbox.send_due()
    first, second = sink.letters
    assert first["Message-ID"] != second["Message-ID"]
    link = next(word for word in first.get_body(("plain",)).get_content().split() if "/invitations/" in word)
    assert link in second.get_body(("plain",)).get_content()


def taken_back(invitation, by):
    groups.revoke_invitation(invitation, by=by)


def too_old(invitation, by):
    GroupInvitation.objects.update(expires_at=timezone.now() - timedelta(minutes=1))


def its_maker_leads_no_more(invitation, by):
    Membership.objects.filter(organisation=by.organisation).update(role="member")


def the_group_is_closed(invitation, by):
    invitation.group.__class__.objects.update(state="archived")


@pytest.mark.parametrize("happens", [taken_back, too_old, its_maker_leads_no_more, the_group_is_closed])
def test_what_happens_before_it_is_sent_stops_it(sink, into_group, lead, supply_chains, happens):
    invitation = into_group()
    happens(invitation, Standing.of(lead, supply_chains).act())
    assert outbox.send_due() == 0
    assert sink.letters == []
    assert Letter.objects.get().state == "spared"


def test_a_colleagues_invitation_that_was_taken_back_is_not_sent(sink, as_colleague, member, supply_chains):
    invitation = as_colleague()
    partners.revoke_invitation(invitation, by=Standing.of(member, supply_chains).speak())
    assert outbox.send_due() == 0
    assert (sink.letters, ColleagueInvitation.objects.get().mailed_at) == ([], None)


def test_that_an_address_is_somebodys_changes_nothing(sink, invite, make_person):
    """A person whose own mail comes back is invited as anybody is: who invites learns of no account."""
    person = make_person("Nadia", NEW, is_active=False)
    Unreachable.objects.create(user=person, address=NEW, count=3, stopped_at=timezone.now())
    invite()
    assert outbox.send_due() == 1
    assert [mail.to for mail in sink.letters] == [NEW]


def test_addresses_that_are_nobodys_are_forgotten(sink, invite):
    sink.refuse[NEW] = "550 5.1.1 No such user"
    invite()
    outbox.send_due()
    outbox.forget_old(timezone.now() + outbox.KEPT + timedelta(days=1))
    assert (Letter.objects.count(), Unreachable.objects.count()) == (0, 0)


@pytest.mark.parametrize("many", [False, True])
def test_the_page_of_what_failed_costs_the_same_for_one_and_for_many(
    many, secretariat, signed_in, django_assert_max_num_queries
):
    for number in range(5 if many else 1):
        address = f"new{number}@example.net"
        Letter.objects.create(address=address, kind="invitation", key="i:1", state="failed", done_at=timezone.now())
        Unreachable.objects.create(address=address, count=3, stopped_at=timezone.now())
    client = signed_in(secretariat)
    with django_assert_max_num_queries(12):
        client.get("/queue/letters/")
