"""What each level brings, for every kind of post: one rule, written down once more and compared."""

import itertools
import uuid

import pytest
from django.core.cache import caches
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from discussions import services
from discussions.models import Attention
from groups.standing import Standing
from notifications import digests, levels
from notifications.levels import Levels
from notifications.models import Channel, Level, Preference, Rhythm

LEVELS = [None, *Level]


def expected(own, default, attention, addressed, directly, *, weekly, read):
    """Return whether a post brings a letter at once and whether the next digest tells of it, as docs/letters.md says."""
    level = own or default or Level.DAILY
    if read:
        return False, False
    if attention == Attention.MUTED:
        at_once = addressed == "mention" and level != Level.OFF and directly
        digest = addressed == "mention" and level in {Level.DAILY, *([Level.WEEKLY] if weekly else [])}
        return at_once, digest and not at_once
    at_once = (
        (addressed is not None and level != Level.OFF and directly)
        or attention == Attention.WATCHING
        or level == Level.AT_ONCE
    )
    digest = level == Level.DAILY or (level == Level.WEEKLY and weekly)
    return at_once, digest and not at_once


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    own=st.sampled_from(LEVELS),
    default=st.sampled_from(LEVELS),
    attention=st.sampled_from(list(Attention)),
    addressed=st.sampled_from([None, "mention", "reply"]),
    directly=st.booleans(),
    weekly=st.booleans(),
    read=st.booleans(),
)
def test_every_level_every_kind_of_post(
    lead, member, supply_chains, deliver, digest, own, default, attention, addressed, directly, weekly, read
):
    caches["process"].clear()
    Preference.objects.all().delete()
    levels.choose(member, channel=Channel.MAIL, level=own, group_id=supply_chains.pk)
    levels.choose(member, channel=Channel.MAIL, level=default)
    digests.set_rhythm(member, directly_by_mail=directly)
    starter = member if addressed == "reply" else lead
    thread = services.start_thread(
        supply_chains,
        by=Standing.of(starter, supply_chains).speak(),
        title="Fees",
        body="Who knows?",
        key=uuid.uuid4(),
    )
    services.mark_read(thread, user=member, number=1)
    deliver()
    services.set_attention(thread, user=member, attention=attention)
    body = "@Marco Silva does" if addressed == "mention" else "I do"
    services.post(thread, by=Standing.of(lead, supply_chains).speak(), body=body, key=uuid.uuid4())
    if read:
        services.mark_read(thread, user=member, number=2)

    def came(messages):
        return any(message.to == [member.email] for message in messages)

    got = came(deliver()), came(digest(weekly=weekly))
    assert got == expected(own, default, attention, addressed, directly, weekly=weekly, read=read)
    services.mark_read(thread, user=member, number=2)


def test_the_condition_in_the_database_is_the_rule_in_python(make_person, supply_chains):
    from accounts.models import User

    people = {}
    for own, default in itertools.product(LEVELS, LEVELS):
        person = make_person()
        people[person.pk] = own or default or Level.DAILY
        levels.choose(person, channel=Channel.MAIL, level=own, group_id=supply_chains.pk)
        levels.choose(person, channel=Channel.MAIL, level=default)
    known = Levels.of(people, Channel.MAIL)
    assert {pk: known.at(pk, supply_chains.pk) for pk in people} == people
    for level in Level:
        found = User.objects.filter(pk__in=people).filter(
            levels.has_level(level, Channel.MAIL, supply_chains.pk, person="pk")
        )
        assert set(found.values_list("pk", flat=True)) == {pk for pk, at in people.items() if at == level}


def test_nothing_is_pushed_unless_asked_for_and_no_digest_ever(member):
    from core.errors import DomainError

    assert Levels.of([member.pk], Channel.PUSH).at(member.pk, 1) == Level.OFF
    with pytest.raises(DomainError):
        levels.choose(member, channel=Channel.PUSH, level=Level.DAILY)


# --- The pages --------------------------------------------------------------------------------------------------------


def test_one_page_shows_every_group_and_keeps_what_is_chosen(signed_in, member, supply_chains, hidden_group):
    client = signed_in(member)
    page = client.get("/account/notifications/").content.decode()
    assert "Supply Chains" in page and "Quiet Harbour" in page
    answer = client.post(
        "/account/notifications/",
        {
            "mail": "weekly",
            "hour": "18",
            "weekday": "4",
            f"mail-{supply_chains.pk}": "at-once",
            f"mail-{hidden_group.pk}": "",
        },
    )
    assert answer.status_code == 302
    now = Levels.of([member.pk], Channel.MAIL)
    assert now.at(member.pk, supply_chains.pk) == Level.AT_ONCE
    assert now.at(member.pk, hidden_group.pk) == Level.WEEKLY
    rhythm = Rhythm.objects.get(user=member)
    assert (rhythm.hour, rhythm.weekday, rhythm.directly_by_mail) == (18, 4, False)


def test_what_is_not_on_offer_is_refused_beside_its_field(signed_in, member, supply_chains):
    client = signed_in(member)
    page = client.post(
        "/account/notifications/",
        {"mail": "hourly", "hour": "24", "weekday": "0", f"mail-{supply_chains.pk}": "sometimes"},
    )
    assert page.status_code == 422
    assert set(page.context["rhythm"].errors) == {"mail", "hour"}
    assert set(page.context["form"].errors) == {f"mail-{supply_chains.pk}"}
    assert not Preference.objects.exists()


def test_a_group_of_others_cannot_be_chosen_through_the_page(signed_in, stranger, supply_chains):
    signed_in(stranger).post(
        "/account/notifications/",
        {"mail": "daily", "hour": "7", "weekday": "0", f"mail-{supply_chains.pk}": "at-once"},
    )
    assert not Preference.objects.filter(group_id=supply_chains.pk).exists()


def test_the_group_has_a_page_of_its_own_for_it(signed_in, member, supply_chains):
    client = signed_in(member)
    assert "/groups/supply-chains/notifications/" in client.get("/groups/supply-chains/").content.decode()
    client.post("/groups/supply-chains/notifications/", {f"mail-{supply_chains.pk}": "off"})
    assert Levels.of([member.pk], Channel.MAIL).at(member.pk, supply_chains.pk) == Level.OFF


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_one_group_and_for_many(
    signed_in, member, weavers, make_group, join, django_assert_max_num_queries, count
):
    for number in range(count):
        join(weavers, make_group(f"Group {number}"), member)
    client = signed_in(member)
    client.get("/account/notifications/")
    with django_assert_max_num_queries(12):
        client.get("/account/notifications/")


def test_leads_choose_what_letters_hold_and_it_is_recorded(signed_in, lead, supply_chains):
    from core.models import AuditEntry

    client = signed_in(lead)
    assert client.post("/groups/supply-chains/settings/letters/", {"mail_content": "1"}).status_code == 302
    supply_chains.refresh_from_db()
    assert supply_chains.letters_may_quote
    assert AuditEntry.objects.latest("pk").verb == "group.letters_changed"
    assert (
        "changed what letters about the group hold"
        in client.get("/groups/supply-chains/settings/record/").content.decode()
    )


def test_where_the_site_forbids_it_no_letter_holds_words(supply_chains, settings):
    supply_chains.mail_content = True
    settings.MAIL_CONTENT = "never"
    assert not supply_chains.letters_may_quote and supply_chains.letters_may_name
