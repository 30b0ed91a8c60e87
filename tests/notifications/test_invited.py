"""Letters to people who were invited and have no account yet: one outbox, its tries, its list of what failed."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from groups import services as groups
from groups.letters import of_invitations as of_invitations_into_groups
from groups.models import Group, Membership
from groups.models import Invitation as GroupInvitation
from groups.standing import Standing
from groups.tasks import send_invitation as send_invitation_into_group
from notifications import bounces, outbox
from notifications.models import Letter, Unreachable
from notifications.services import note_bounce
from partners import services as partners
from partners.letters import of_invitations as of_invitations_of_colleagues
from partners.models import Affiliation, Organisation
from partners.models import Invitation as ColleagueInvitation
from partners.tasks import send_invitation as send_invitation_of_colleague

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


def test_sent_again_while_no_mail_server_answers_it_is_one_letter(sink, into_group, lead, supply_chains):
    sink.refuse[NEW] = "451 4.2.1 Later"
    invitation = into_group()
    outbox.send_due()
    for _ in range(2):
        groups.send_again(invitation, by=Standing.of(lead, supply_chains).act())
    del sink.refuse[NEW]
    Letter.objects.update(due_at=timezone.now())
    assert outbox.send_due() == 1
    assert [mail.to for mail in sink.letters] == [NEW]
    assert sorted(Letter.objects.values_list("state", flat=True)) == ["sent", "spared", "spared"]


def taken_back(invitation, by):
    groups.revoke_invitation(invitation, by=by)


def too_old(invitation, by):
    GroupInvitation.objects.update(expires_at=timezone.now() - timedelta(minutes=1))


def its_maker_leads_no_more(invitation, by):
    Membership.objects.filter(organisation=by.organisation).update(role="member")


def the_group_is_closed(invitation, by):
    invitation.group.__class__.objects.update(state="archived")


def the_makers_account_is_closed(invitation, by):
    User.objects.filter(pk=by.user_id).update(is_active=False)


def the_organisation_is_suspended(invitation, by):
    Organisation.objects.filter(pk=by.organisation.pk).update(status="suspended")


@pytest.mark.parametrize(
    "happens",
    [
        taken_back,
        too_old,
        its_maker_leads_no_more,
        the_group_is_closed,
        the_makers_account_is_closed,
        the_organisation_is_suspended,
    ],
)
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


def its_maker_is_staff(invitation, by):
    Affiliation.objects.filter(user=by.user_id).update(role="staff")


def its_maker_left(invitation, by):
    Affiliation.objects.filter(user=by.user_id).update(state="ended")


@pytest.mark.parametrize(
    "happens",
    [its_maker_is_staff, its_maker_left, the_makers_account_is_closed, the_organisation_is_suspended],
)
def test_no_colleague_is_invited_in_the_name_of_somebody_who_may_not(
    sink, as_colleague, member, supply_chains, happens
):
    invitation = as_colleague()
    happens(invitation, Standing.of(member, supply_chains).speak())
    assert outbox.send_due() == 0
    assert (sink.letters, Letter.objects.get().state) == ([], "spared")


def test_an_alternate_of_now_invites_staff_but_no_focal_point(sink, as_colleague, member):
    as_colleague(role="focal-point")
    Affiliation.objects.filter(user=member).update(role="alternate")
    assert outbox.send_due() == 0
    as_colleague(role="staff")
    assert outbox.send_due() == 1


def test_a_group_that_was_hidden_meanwhile_is_not_named(sink, into_group, supply_chains):
    into_group(message="A private word.")
    Group.objects.filter(pk=supply_chains.pk).update(find="members")
    outbox.send_due()
    (mail,) = sink.letters
    said = mail["Subject"] + "".join(mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "Supply" not in said and "private" not in said


@pytest.mark.parametrize(("account", "inviters", "spoken"), [(None, "fr", "fr"), ("es", "fr", "es"), ("", "fr", "fr")])
def test_the_letter_is_in_the_language_of_its_reader_else_of_who_invites(
    sink, invite, lead, member, make_person, account, inviters, spoken
):
    for one in (lead, member):
        one.language = inviters
        one.save()
    if account is not None:
        make_person("Nadia", NEW, language=account)
    invite()
    outbox.send_due()
    (mail,) = sink.letters
    assert f'<html lang="{spoken}"' in mail.get_body(("html",)).get_content()


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


# --- As much for many as for one ----------------------------------------------------------------------------------


@pytest.fixture
def invite_more(supply_chains, weavers, lead, member):
    """Make so many invitations of both kinds, whose letters failed."""

    def more(count):
        for _ in range(count):
            about = {"email": f"{uuid.uuid4()}@example.net", "token_hash": uuid.uuid4().hex, "key": uuid.uuid4()}
            into_group = GroupInvitation.objects.create(group=supply_chains, invited_by=lead, **about)
            colleague = ColleagueInvitation.objects.create(organisation=weavers, invited_by=member, **about)
            for kind, one in (("invitation", into_group), ("colleague", colleague)):
                stamp = f":{one.expires_at:%Y%m%d%H%M%S%f}" if kind == "invitation" else ""
                Letter.objects.create(
                    address=one.email,
                    kind=kind,
                    key=f"{kind}:{one.pk}{stamp}",
                    object_id=one.pk,
                    state="failed",
                    done_at=timezone.now(),
                )

    return more


@pytest.mark.parametrize("into_group", [True, False])
def test_the_page_of_who_invites_asks_as_much_for_many_as_for_one(
    into_group, invite_more, signed_in, lead, member, weavers, django_assert_num_queries, django_assert_max_num_queries
):
    client = signed_in(lead if into_group else member)
    page = TO_GROUP if into_group else TO_COLLEAGUES.format(weavers.slug)
    invite_more(1)
    client.get(page)
    with django_assert_max_num_queries(16) as one:
        assert client.get(page).content.decode().count("the letter came back") == 1
    invite_more(3)
    with django_assert_num_queries(len(one.captured_queries)):
        assert client.get(page).content.decode().count("the letter came back") == 4


@pytest.mark.parametrize(
    ("kind", "ask"), [("invitation", of_invitations_into_groups), ("colleague", of_invitations_of_colleagues)]
)
def test_the_rights_of_many_letters_are_asked_together(kind, ask, invite_more, django_assert_num_queries):
    for more, count in ((1, 1), (3, 4)):
        invite_more(more)
        letters = list(Letter.objects.filter(kind=kind))
        with django_assert_num_queries(2):
            assert len(ask(letters)) == count


# --- What versions before the outbox put into the queue -----------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "task"), [("into_group", send_invitation_into_group), ("as_colleague", send_invitation_of_colleague)]
)
def test_an_invitation_that_was_queued_at_an_upgrade_is_sent_once(sink, request, kind, task):
    invitation = request.getfixturevalue(kind)()
    Letter.objects.all().delete()  # as such a version left it
    task.func(invitation.pk)
    task.func(invitation.pk, 3)
    assert outbox.send_due() == 1
    task.func(invitation.pk)
    assert outbox.send_due() == 0
    assert [mail.to for mail in sink.letters] == [NEW]


def test_one_that_is_over_is_not(into_group, as_colleague):
    one, other = into_group(), as_colleague()
    Letter.objects.all().delete()
    for invitation in (one, other):
        invitation.__class__.objects.update(revoked_at=timezone.now())
    send_invitation_into_group.func(one.pk)
    send_invitation_of_colleague.func(other.pk)
    assert not Letter.objects.exists()
