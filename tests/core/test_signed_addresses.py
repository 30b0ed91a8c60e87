"""Addresses that prove what they stand for: whoever alters one has an address of nobody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import signed_addresses
from core.signed_addresses import MOST, Signed, make, read


@pytest.fixture(autouse=True)
def _domain(settings):
    settings.MAIL_IN_DOMAIN = "mail.example.org"
    settings.MAIL_IN_KEYS = ["k" * 40]


def test_an_address_says_what_it_was_made_for():
    assert read(make("reply", 12, 345)) == Signed("reply", (12, 345))
    assert read(make("bounce", 0)) == Signed("bounce", (0,))


def test_it_fits_into_a_local_part_whatever_it_binds():
    address = make("newthing", MOST, MOST)
    assert len(address.partition("@")[0]) <= 64
    assert read(address) == Signed("newthing", (MOST, MOST))


def test_mail_servers_may_fold_its_case():
    assert read(make("reply", 12, 345).upper()) == Signed("reply", (12, 345))
    assert read(f"<{make('reply', 12, 345)}>") == Signed("reply", (12, 345))


def test_every_altered_sign_makes_it_nobodys():
    address = make("reply", 12, 345)
    local, _, domain = address.partition("@")
    for place in range(len(local)):
        for sign in "a7-":
            altered = local[:place] + sign + local[place + 1 :]
            if altered != local:
                assert read(f"{altered}@{domain}") is None, altered
    assert read(f"{local}@elsewhere.example.org") is None
    assert read(local) is None


def test_parts_of_two_addresses_make_no_third():
    mine, theirs = make("reply", 1, 50), make("reply", 2, 60)
    kind, one, _, signature = mine.partition("@")[0].split("-")
    thread = theirs.split("-")[2]
    assert read(f"{kind}-{one}-{thread}-{signature}@mail.example.org") is None
    assert read(mine.replace("reply", "new")) is None


def test_a_key_that_was_changed_is_read_until_it_is_taken_away(settings):
    before = make("reply", 12, 345)
    settings.MAIL_IN_KEYS = ["n" * 40, "k" * 40]
    assert make("reply", 12, 345) != before
    assert read(before) == Signed("reply", (12, 345))
    settings.MAIL_IN_KEYS = ["n" * 40]
    assert read(before) is None


def test_without_a_domain_there_are_none(settings):
    address = make("reply", 12, 345)
    settings.MAIL_IN_DOMAIN = ""
    assert make("reply", 12, 345) == ""
    assert read(address) is None


@given(st.text(max_size=120))
def test_any_text_at_all_is_no_address(text):
    assert read(f"{text}@mail.example.org") is None
    assert read(text) is None


def test_only_ids_are_bound():
    with pytest.raises(ValueError, match="ids"):
        signed_addresses.make("reply", -1, 2)
