"""Signing in, the second factor, devices, lock-out, and where one is led."""

import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urljoin, urlsplit

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client

from accounts.models import User
from tests.conftest import PASSWORD


def sign_in(client, person, password=PASSWORD, **more):
    return client.post("/account/login/", {"login": person.email, "password": password} | more)


def is_signed_in(client):
    return client.get("/account/profile/").status_code == 200


def test_who_signs_in_comes_back_to_where_they_were(client, stranger):
    page = client.get("/account/organisations/")
    assert page["location"] == "/account/login/?next=/account/organisations/"
    assert sign_in(client, stranger, next="/account/organisations/")["location"] == "/account/organisations/"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "http://localhost@evil.example/",
        "///evil.example",
        "/%09/evil.example",
        "http:///evil.example",
        "\x00//evil.example",
        "https://localhost.evil.example",
        "//[",
        "http://[x",
        "//[evil.example]",
    ],
)
def test_nobody_is_led_to_another_site(client, stranger, target):
    for answer in [sign_in(client, stranger, next=target), client.post("/account/logout/", {"next": target})]:
        assert answer.status_code == 302
        assert where(answer["location"]) == "testserver"


def where(location):
    """Which host a browser goes to: it drops tabs and line ends, and reads a backslash as a slash."""
    read = re.sub(r"[\t\r\n]", "", location).strip().replace("\\", "/")
    return urlsplit(urljoin("http://testserver/", re.sub(r"^/{2,}", "//", read))).netloc


def test_guessing_locks_the_account_for_a_while_and_the_right_password_too(client, stranger, outsider):
    for number in range(8):
        sign_in(client, stranger, f"guess {number}")
    page = sign_in(client, stranger)
    assert "Too many failed" in page.content.decode()
    assert not is_signed_in(client)
    sign_in(client, outsider)
    assert is_signed_in(client)


@pytest.mark.parametrize("page", ["login/", "signup/", "password/reset/", "logout/"])
@pytest.mark.parametrize("target", ["//[", "http://[x"])
def test_an_address_that_is_none_leads_nowhere(client, stranger, page, target):
    if page == "logout/":
        client.force_login(stranger)
    for answer in [
        client.get(f"/account/{page}", {"next": target}),
        client.post(f"/account/{page}", {"next": target}),
    ]:
        assert answer.status_code in {200, 302}
        assert where(answer.get("location", "")) == "testserver"


def test_a_forged_forwarding_header_makes_nobody_another_visitor(client, db, stranger, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "5/m/ip"}
    for number in range(5):
        sign = {"login": f"person{number}@example.org", "password": "guess"}
        client.post("/account/login/", sign, headers={"x-forwarded-for": f"10.0.0.{number}"})
    answer = client.post(
        "/account/login/",
        {"login": stranger.email, "password": PASSWORD},
        headers={"x-forwarded-for": "10.0.0.77"},
    )
    assert answer.status_code == 429
    assert not is_signed_in(client)


def test_a_closed_account_does_not_sign_in(client, stranger):
    User.objects.filter(pk=stranger.pk).update(is_active=False)
    sign_in(client, stranger)
    assert not is_signed_in(client)


def test_signing_in_changes_the_session_key(client, stranger):
    client.get("/account/login/")
    session = client.session
    session["kept"] = "before"
    session.save()
    before = session.session_key
    client.cookies["ag8000-session"] = before
    sign_in(client, stranger)
    assert client.session.session_key != before


# --- Second factor ------------------------------------------------------------------------------------------------


@pytest.fixture
def with_app(stranger):
    """The stranger with an authenticator app, and a function that reads it."""
    secret = generate_totp_secret()
    TOTP.activate(stranger, secret)
    RecoveryCodes.activate(stranger)
    return lambda: format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_the_app_is_asked_after_the_password(client, stranger, with_app):
    assert sign_in(client, stranger)["location"].startswith("/account/2fa/authenticate/")
    assert not is_signed_in(client)
    client.post("/account/2fa/authenticate/", {"code": "000000"})
    assert not is_signed_in(client)
    client.post("/account/2fa/authenticate/", {"code": with_app()})
    assert is_signed_in(client)


def test_a_number_is_used_once(client, stranger, with_app):
    code = with_app()
    sign_in(client, stranger)
    client.post("/account/2fa/authenticate/", {"code": code})
    again = Client()
    sign_in(again, stranger)
    again.post("/account/2fa/authenticate/", {"code": code})
    assert not is_signed_in(again)


def test_ones_own_factor_never_counts_for_another(client, stranger, with_app, member):
    """A sign-in begun as one person and left does not help to sign in as another."""
    sign_in(client, stranger)
    sign_in(client, member, "wrong")
    client.post("/account/2fa/authenticate/", {"code": with_app()})
    assert client.get("/account/profile/").wsgi_request.user != member


def test_a_recovery_code_works_once(client, stranger, with_app):
    from allauth.mfa.models import Authenticator

    code = Authenticator.objects.get(user=stranger, type="recovery_codes").wrap().get_unused_codes()[0]
    for expected in [True, False]:
        device = Client()
        sign_in(device, stranger)
        device.post("/account/2fa/authenticate/", {"code": code})
        assert is_signed_in(device) is expected


@pytest.mark.parametrize(("who", "required"), [("secretariat", True), ("member", False)])
def test_in_full_mode_the_secretariat_works_with_a_second_factor_only(client, settings, request, who, required):
    settings.SECOND_FACTOR_REQUIRED = True
    person = request.getfixturevalue(who)
    sign_in(client, person)
    for page in ["/", "/partners/", "/account/organisations/", "/admin/"]:
        answer = client.get(page)
        assert (answer.status_code == 302 and answer["location"] == "/account/2fa/") is required
    assert client.get("/account/2fa/").status_code == 200
    assert client.get("/account/security/").status_code == 200


def test_with_a_second_factor_the_secretariat_works(client, settings, secretariat):
    settings.SECOND_FACTOR_REQUIRED = True
    client.force_login(secretariat)
    TOTP.activate(secretariat, generate_totp_secret())
    assert client.get("/partners/").status_code == 200


# --- Devices ------------------------------------------------------------------------------------------------------


@pytest.fixture
def two_devices(stranger):
    """The same person signed in twice."""
    devices = [
        Client(headers={"user-agent": agent}) for agent in ("Mozilla Firefox/140.0 (X11; Linux)", "Chrome/150 Android")
    ]
    for device in devices:
        sign_in(device, stranger)
        device.get("/account/profile/")
    return devices


def test_one_device_signs_the_other_out(two_devices, stranger):
    here, there = two_devices
    page = here.get("/account/sessions/").content.decode()
    assert "Firefox on Linux" in page
    assert "Chrome on Android" in page
    other = UserSession.objects.get(user=stranger, user_agent__contains="Android")
    here.post(f"/account/sessions/{other.pk}/end/")
    assert (is_signed_in(here), is_signed_in(there)) == (True, False)


def test_signing_out_everywhere_else(two_devices):
    here, there = two_devices
    here.post("/account/sessions/")
    assert (is_signed_in(here), is_signed_in(there)) == (True, False)


def test_nobody_ends_anothers_session(client, two_devices, stranger, member):
    client.force_login(member)
    session = UserSession.objects.filter(user=stranger).first()
    assert client.post(f"/account/sessions/{session.pk}/end/").status_code == 404
    assert all(is_signed_in(device) for device in two_devices)


def test_a_changed_password_signs_every_device_out(two_devices, stranger):
    here, there = two_devices
    form = {"oldpassword": PASSWORD, "password1": "another quiet harbour", "password2": "another quiet harbour"}
    here.post("/account/password/change/", form)
    assert not (is_signed_in(here) or is_signed_in(there))
    sign_in(here, stranger, "another quiet harbour")
    assert is_signed_in(here)


# --- Password reset -----------------------------------------------------------------------------------------------


def test_a_forgotten_password_is_chosen_anew_once(client, stranger, mailoutbox):
    client.post("/account/password/reset/", {"email": stranger.email})
    link = next(line for line in mailoutbox[-1].body.splitlines() if "/reset/key/" in line).partition("/account")
    path = "".join(link[1:])
    form = client.get(path, follow=True)
    new = {"password1": "a new quiet harbour", "password2": "a new quiet harbour"}
    client.post(form.redirect_chain[-1][0], new)
    sign_in(client, stranger, "a new quiet harbour")
    assert is_signed_in(client)
    assert "too old or was used already" in Client().get(path).content.decode()
    assert "was reset" in mailoutbox[-1].subject


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(client, stranger):
    pages = []
    for email in [stranger.email, "nobody77@example.org"]:
        page = client.post("/account/login/", {"login": email, "password": "not this one"}).content.decode()
        pages.append(re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page).replace(email, "ADDRESS"))
    assert pages[0] == pages[1]


@pytest.mark.django_db(transaction=True)
def test_guessing_in_parallel_does_not_pass_the_limit(stranger):
    """Thirty guesses at the same moment: at most five are compared with the password."""

    def guess(number):
        try:
            page = sign_in(Client(), stranger, f"guess {number}")
            # 429 answers who comes from one address too often; nothing is compared then either.
            return page.status_code != 429 and "Too many failed" not in page.content.decode()
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        compared = sum(pool.map(guess, range(30)))
    assert 0 < compared <= 5
