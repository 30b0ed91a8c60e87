"""A person's addresses: adding, confirming, choosing the primary one, and who gives way where two claim the same."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache

from accounts.models import User
from partners.models import SignUpAnswer
from tests.conftest import PASSWORD

SECOND = "sana@institute.example"
SQUATTER = {"name": "Squatter", "password1": "a quiet harbour at dawn", "time_zone": "", "function": "x"}


@pytest.fixture
def squat(client, weavers):
    """Somebody signs up with an address that is not theirs, and never confirms it."""

    def sign_up(email):
        form = SQUATTER | {"email": email, "place": "listed", "organisation": weavers.slug}
        client.post("/account/signup/", form)
        client.cookies.clear()
        return User.objects.get(email=email)

    return sign_up


def signed_in(client, person):
    client.force_login(person)
    client.post("/account/reauthenticate/", {"password": PASSWORD})


def link_in(message):
    return re.search(r"https?://[^/\s]+(/\S+)", message.body)[1]


def add(client, email, mailoutbox):
    """Add an address to the account that is signed in, and return the link that confirms it."""
    client.post("/account/email/", {"action_add": "", "email": email})
    assert mailoutbox[-1].to == [email]
    return link_in(mailoutbox[-1])


def test_a_confirmed_address_becomes_the_primary_one_though_somebody_signed_up_with_it(
    client, stranger, squat, mailoutbox
):
    squatter = squat(SECOND)
    cache.clear()
    signed_in(client, stranger)
    client.post(add(client, SECOND, mailoutbox))
    client.post("/account/email/", {"action_primary": "", "email": SECOND})
    stranger.refresh_from_db()
    assert stranger.email == SECOND
    assert EmailAddress.objects.get(user=stranger, primary=True).email == SECOND
    assert not User.objects.filter(pk=squatter.pk).exists()
    assert not SignUpAnswer.objects.exists()


def test_an_address_added_and_never_confirmed_takes_nobody_out(client, stranger, squat, mailoutbox):
    newcomer = squat(SECOND)
    signed_in(client, stranger)
    client.post("/account/email/", {"action_add": "", "email": SECOND})
    assert User.objects.filter(pk=newcomer.pk).exists()


def test_an_account_with_a_confirmed_address_never_gives_way(stranger, member):
    from accounts.services import addresses_confirmed

    EmailAddress.objects.create(user=stranger, email=SECOND, verified=True)
    User.objects.filter(pk=member.pk).update(email=SECOND)
    addresses_confirmed(stranger)
    assert User.objects.filter(pk=member.pk).exists()
