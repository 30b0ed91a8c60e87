"""Every page of accounts opens in the site's frame, with one heading, and carries nothing the policy forbids."""

import re

import pytest

from partners.models import Affiliation

ENTRANCE = [
    "login/",
    "signup/",
    "password/reset/",
    "password/reset/done/",
    "password/reset/key/done/",
    "password/reset/key/1-broken/",
    "confirm-email/",
    "confirm-email/broken/",
    "inactive/",
    "welcome/",
]
OWN = [
    "logout/",
    "profile/",
    "security/",
    "organisations/",
    "organisations/request/",
    "organisations/propose/",
    "email/",
    "password/change/",
    "sessions/",
    "2fa/",
    "2fa/webauthn/",
    "3rdparty/",
    "welcome/",
    "reauthenticate/",
]
INLINE = re.compile(r"<script(?![^>]*(\ssrc=|type=\"application/json\"))|\son\w+=|\sstyle=|javascript:")


def look(response):
    page = response.content.decode()
    assert response.status_code == 200
    assert page.count("<h1") == 1
    assert "Action Groups" in page
    assert not INLINE.search(page)


@pytest.mark.parametrize("path", ENTRANCE)
def test_a_visitor_opens(client, db, path):
    look(client.get(f"/account/{path}"))


@pytest.mark.parametrize("path", OWN)
def test_a_person_opens(client, stranger, path):
    client.force_login(stranger)
    look(client.get(f"/account/{path}"))


@pytest.mark.parametrize("path", sorted(set(OWN) - {"welcome/", "logout/"}))
def test_a_visitor_is_asked_to_sign_in(client, db, path):
    assert client.get(f"/account/{path}")["location"].startswith("/account/login/?next=")


@pytest.mark.parametrize("path", ["", "people/", "edit/", "people/{tie}/"])
def test_who_acts_for_an_organisation_opens(client, stranger, institute, path):
    client.force_login(stranger)
    tie = Affiliation.objects.get(user=stranger)
    look(client.get(f"/partners/{institute.slug}/{path.format(tie=tie.pk)}"))


def test_too_many_tries_are_told_in_the_sites_frame(client, db, settings):
    settings.ACCOUNT_RATE_LIMITS = {"signup": "1/m/ip"}
    for _ in range(2):
        response = client.post("/account/signup/", {})
    assert response.status_code == 429
    assert "Too many tries" in response.content.decode()
