"""A focal point invites a colleague: bound to an address, once, for seven days."""

import logging
import re
import smtplib
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.services import change_standing
from core.errors import DomainError, RateLimited
from notifications import outbox
from notifications.models import Letter
from partners import services
from partners.access import invitation_by_token
from partners.capacity import capacities_of, secretariat_capacity
from partners.models import Affiliation, Invitation

Role = Affiliation.Role
STANDING = {"is_secretariat": False, "is_staff": False, "is_active": True}


@pytest.fixture
def speaks():
    """Return the one capacity of a person."""
    return lambda person: capacities_of(person)[0]


@pytest.fixture
def colleague(make_person, affiliate, weavers):
    """Staff of the weavers, where `member` is the focal point."""
    person = make_person("Carla Nunes", "colleague@example.org")
    affiliate(person, weavers, role="staff", function="Assistant")
    return person


def post():
    """Do the background work that sends the letters."""
    outbox.send_due()


@pytest.fixture
def administrator(make_person):
    """Administers the site."""
    return make_person("Ada Quist", is_staff=True)


def close(person, by):
    change_standing(person, by=by, reason="Somebody else used it.", **STANDING | {"is_active": False})


def tie(person):
    return Affiliation.objects.get(user=person)


@pytest.fixture
def invite(weavers, member, speaks, mailoutbox):
    """Invite an address for the weavers and return the invitation and the token that was mailed."""

    def make(email="outsider@example.org", *, by=None, **fields):
        invitation = services.invite_colleague(
            weavers, by=by or speaks(member), email=email, key=fields.pop("key", uuid.uuid4()), **fields
        )
        post()
        link = next(line for line in mailoutbox[-1].body.splitlines() if line.startswith("http"))
        return invitation, link.rstrip("/").rsplit("/", 1)[1]

    return make


def test_an_invited_colleague_acts_at_once(invite, outsider, weavers):
    invitation, _ = invite("Outsider@Example.org", role=Role.ALTERNATE, function="Adviser")
    services.accept_invitation(invitation, person=outsider)
    assert (tie(outsider).role, tie(outsider).function) == (Role.ALTERNATE, "Adviser")
    with pytest.raises(DomainError, match="can no longer be used"):
        services.accept_invitation(invitation, person=outsider)


def test_an_invitation_is_bound_to_its_verified_address(invite, outsider, stranger):
    invitation, _ = invite("outsider@example.org")
    with pytest.raises(services.WrongAddress):
        services.accept_invitation(invitation, person=stranger)
    outsider.emailaddress_set.update(verified=False)
    with pytest.raises(services.WrongAddress):
        services.accept_invitation(invitation, person=outsider)


def test_an_invitation_ends(invite, outsider, member, weavers, speaks):
    late, _ = invite()
    Invitation.objects.filter(pk=late.pk).update(expires_at=timezone.now())
    revoked, _ = invite()
    services.revoke_invitation(revoked, by=speaks(member))
    for invitation in [late, revoked]:
        with pytest.raises(DomainError, match="can no longer be used"):
            services.accept_invitation(invitation, person=outsider)


def test_the_token_is_mailed_and_never_stored(weavers, member, speaks, mailoutbox):
    by = speaks(member)
    services.invite_colleague(weavers, by=by, email="new@example.org", key=uuid.uuid4(), message="Welcome.")
    stored = str([*Invitation.objects.values(), *Letter.objects.values(), *DBTaskResult.objects.values()])
    post()
    [message] = mailoutbox
    assert message.to == ["new@example.org"]
    token = re.search(r"/partners/invited/([^/]{22})/", message.body)[1]
    assert invitation_by_token(token).email == "new@example.org"
    assert token not in stored


def test_the_same_key_invites_once(invite, mailoutbox):
    key = uuid.uuid4()
    first, _ = invite(key=key)
    again, _ = invite(key=key)
    assert (again, len(mailoutbox)) == (first, 1)


def test_invitations_of_a_focal_point_who_left_are_void(invite, outsider, member, colleague, speaks):
    invitation, _ = invite()
    services.hand_over(tie(member), by=speaks(member), successor=tie(colleague), leave=True)
    with pytest.raises(DomainError, match="can no longer be used"):
        services.accept_invitation(invitation, person=outsider)


def test_an_undisclosed_organisation_is_not_named_in_mail(invite, weavers, mailoutbox):
    weavers.listing = "undisclosed"
    weavers.save()
    invite()
    [message] = mailoutbox
    assert "Weavers" not in message.subject + message.body + message.alternatives[0].content


# --- The inviter's right ------------------------------------------------------------------------------------------


REFUSED = "can no longer be used"


def test_nobody_comes_in_on_the_word_of_a_closed_account(invite, outsider, member, administrator):
    invitation, _ = invite()
    close(member, by=administrator)
    with pytest.raises(DomainError, match=REFUSED):
        services.accept_invitation(invitation, person=outsider)
    change_standing(member, by=administrator, reason="Theirs again.", **STANDING)
    with pytest.raises(DomainError, match=REFUSED):
        services.accept_invitation(invitation, person=outsider)


@pytest.mark.parametrize(
    ("role", "accepted"), [(Role.STAFF, True), (Role.ALTERNATE, False), (Role.FOCAL_POINT, False)]
)
def test_an_alternate_brings_in_staff_only_whatever_they_were(
    invite, outsider, member, colleague, speaks, role, accepted
):
    invitation, _ = invite(role=role)
    services.change_role(tie(colleague), by=speaks(member), role=Role.FOCAL_POINT)
    services.change_role(tie(member), by=speaks(colleague), role=Role.ALTERNATE)
    if accepted:
        services.accept_invitation(invitation, person=outsider)
    else:
        with pytest.raises(DomainError, match=REFUSED):
            services.accept_invitation(invitation, person=outsider)
    assert Affiliation.objects.of(outsider).exists() is accepted


def test_a_dismissed_officer_brings_nobody_in(invite, outsider, member, secretariat, administrator):
    Affiliation.objects.filter(user=member).update(state="ended")
    invitation, _ = invite(by=secretariat_capacity(secretariat), role=Role.FOCAL_POINT)
    change_standing(secretariat, by=administrator, reason="Left.", **STANDING)
    with pytest.raises(DomainError, match=REFUSED):
        services.accept_invitation(invitation, person=outsider)


def test_an_officer_invites_a_whole_team(invite, outsider, stranger, member, secretariat):
    Affiliation.objects.filter(user=member).update(state="ended")
    by = secretariat_capacity(secretariat)
    first, _ = invite("outsider@example.org", by=by, role=Role.FOCAL_POINT)
    second, _ = invite("stranger@example.org", by=by, role=Role.ALTERNATE)
    services.accept_invitation(first, person=outsider)
    assert services.accept_invitation(second, person=stranger).role == Role.ALTERNATE


# --- Letters ------------------------------------------------------------------------------------------------------


def test_a_letter_that_cannot_be_sent_is_tried_again_and_nothing_of_it_is_logged(
    weavers, member, speaks, mailoutbox, monkeypatch, caplog
):
    def refuse(*args, **kwargs):
        raise smtplib.SMTPRecipientsRefused({"outsider@example.org": (451, b"4.2.1 outsider@example.org: later")})

    services.invite_colleague(weavers, by=speaks(member), email="outsider@example.org", key=uuid.uuid4())
    with monkeypatch.context() as down, caplog.at_level(logging.DEBUG):
        down.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
        post()
    assert "A letter was refused: 4.2.1." in caplog.text
    assert "outsider" not in caplog.text
    assert Invitation.objects.get().mailed_at is None

    later = Letter.objects.get()
    assert (later.state, later.tried) == ("waiting", 1) and later.due_at > timezone.now()
    Letter.objects.update(due_at=timezone.now())
    post()
    assert [message.to for message in mailoutbox] == [["outsider@example.org"]]
    assert Invitation.objects.get().mailed_at


def test_nobody_is_flooded_with_letters(invite, weavers, member, make_organisation, speaks):
    for _ in range(3):
        invite("new@example.org")
    with pytest.raises(RateLimited, match="invited 3 times"):
        invite("New@example.org")
    invite("other@example.org")
    Invitation.objects.update(created_at=timezone.now() - timedelta(days=1, minutes=1))
    invite("new@example.org")


def test_what_other_organisations_invite_is_not_told(invite, stranger, institute, speaks):
    for _ in range(3):
        invite("new@example.org")
    assert services.invite_colleague(institute, by=speaks(stranger), email="new@example.org", key=uuid.uuid4())


def test_one_person_invites_a_bounded_number_a_day(invite, weavers, member, monkeypatch):
    monkeypatch.setattr("partners.services.invitations.A_DAY", 4)
    for number in range(4):
        invite(f"new{number}@example.org")
    with pytest.raises(RateLimited, match="4 times"):
        invite("one-more@example.org")
