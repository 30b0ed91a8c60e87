"""A focal point invites a colleague: bound to an address, once, for seven days."""

import uuid

import pytest
from django.utils import timezone

from core.errors import DomainError
from partners import services
from partners.capacity import capacities_of
from partners.models import Affiliation, Invitation

Role = Affiliation.Role


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


def tie(person):
    return Affiliation.objects.get(user=person)


@pytest.fixture
def invite(weavers, member, speaks, mailoutbox, django_capture_on_commit_callbacks):
    """Invite an address for the weavers and return the invitation and the token that was mailed."""

    def make(email="outsider@example.org", **fields):
        with django_capture_on_commit_callbacks(execute=True):
            invitation = services.invite_colleague(
                weavers, by=speaks(member), email=email, key=fields.pop("key", uuid.uuid4()), **fields
            )
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


def test_the_token_is_mailed_and_never_stored(invite, mailoutbox):
    invitation, token = invite("new@example.org", message="Welcome.")
    [message] = mailoutbox
    assert message.to == ["new@example.org"]
    assert token not in str(Invitation.objects.values().get(pk=invitation.pk))


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
