"""The addresses by which mail becomes posts."""

import pytest

from discussions.addresses import (
    AnswerTo,
    ReplyTo,
    StartIn,
    ToGroup,
    answer_address,
    group_address,
    marker,
    meaning_of,
    reply_address,
    start_address,
)
from groups.models import Group


@pytest.fixture(autouse=True)
def _domain(settings):
    settings.MAIL_IN_DOMAIN = "mail.example.org"


def test_each_says_what_is_to_be_done():
    assert meaning_of(reply_address(7, 9)) == ReplyTo(7, 9)
    assert meaning_of(answer_address(7, 9)) == AnswerTo(7, 9)
    assert meaning_of(start_address(7, 9)) == StartIn(7, 9)
    assert meaning_of(group_address(Group(pk=3, slug="supply-chains"))) == ToGroup("supply-chains")
    assert meaning_of("Group-Supply-Chains@MAIL.example.org") == ToGroup("supply-chains")


def test_nothing_else_says_anything():
    for address in (
        "somebody@mail.example.org",
        "group-@mail.example.org",
        "group-supply-chains@example.org",
        "",
        "reply-h-j-aaaaaaaaaaaaaaaaaaaa@mail.example.org",
        "reply-h-j@mail.example.org",
    ):
        assert meaning_of(address) is None


def test_a_long_name_stands_as_the_groups_number():
    address = group_address(Group(pk=3, slug="s" * 80))
    assert address == "group-3-@mail.example.org"
    assert meaning_of(address) == ToGroup("3-")


def test_without_a_domain_letters_have_no_address_for_answers(settings):
    settings.MAIL_IN_DOMAIN = ""
    assert answer_address(7, 9) == ""
    assert (reply_address(7, 9), start_address(7, 9), group_address(Group(pk=3, slug="a"))) == ("", "", "")


def test_the_line_for_letters_is_found_in_any_language():
    from django.utils import translation

    from discussions.addresses import SIGN

    for language in ("en", "fr", "es", "ar"):
        with translation.override(language):
            assert marker().startswith(SIGN)
            assert marker().endswith(SIGN)
