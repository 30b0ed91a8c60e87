"""Every page and act of the groups: who may, what it does, and that what is hidden looks exactly like what is not there."""

import re
import uuid

import pytest

from groups import services
from groups.letters import mail_invitation
from groups.models import Group, Invitation, Membership, Participant
from groups.models.invitation import token_for
from groups.standing import Standing
from notifications import outbox
from partners.capacity import capacities_of

PEOPLE = ["lead", "member", "observer", "focal", "stranger", "outsider", "secretariat", None]
# May know of the group at all when it is found by its members only.
INSIDERS = {"lead", "member", "observer", "focal", "secretariat"}


@pytest.fixture
def focal(make_person, affiliate, weavers):
    """A focal point of the weavers who does not take part."""
    person = make_person("Fadi Nasser", "focal@example.org")
    affiliate(person, weavers)
    return person


@pytest.fixture
def person_of(request, focal):
    """Return the person of that name, or None for a visitor."""
    return lambda who: focal if who == "focal" else request.getfixturevalue(who) if who else None


def arrange(group, state):
    """Put the group into the state a table names."""
    fields = {
        "active": {},
        "hidden": {"find": "members", "read": "members"},
        "closed": {"state": "closed"},
    }[state]
    Group.objects.filter(pk=group.pk).update(**fields)


def normalised(response, slug):
    """Return the body without what differs from request to request by design."""
    text = response.content.decode().replace(slug, "SLUG") if slug else response.content.decode()
    return re.sub(r'value="[A-Za-z0-9]{64}"', "", text)


PAGES = {
    # address under /groups/<slug>/: who may open it (everybody else gets what a missing group gives, or signs in first)
    "members/": set(PEOPLE),
    "join/": {*PEOPLE} - {None},
    "settings/": {"lead"},
    "settings/access/": {"lead"},
    "settings/invitations/": {"lead"},
    "settings/working-groups/": {"lead"},
    "settings/state/": {"lead", "secretariat"},
    "settings/record/": {"lead"},
}


@pytest.mark.parametrize("state", ["active", "hidden", "closed"])
@pytest.mark.parametrize("who", PEOPLE)
def test_pages_open_for_whom_they_are_and_look_missing_to_others(client, supply_chains, person_of, who, state):
    arrange(supply_chains, state)
    if person := person_of(who):
        client.force_login(person)
    for page, allowed in PAGES.items():
        may = who in allowed and (state != "hidden" or who in INSIDERS)
        answer = client.get(f"/groups/supply-chains/{page}")
        missing = client.get(f"/groups/no-such-group/{page}")
        if may:
            assert answer.status_code == 200, (page, who)
        else:
            assert answer.status_code == missing.status_code == (404 if person or page == "members/" else 302), page
            assert normalised(answer, "supply-chains") == normalised(missing, "no-such-group")
            assert "Supply Chains" not in answer.content.decode()


def acts(group, weavers):
    """Every act by POST: address, fields, who may, and a question whether it was done."""
    member = Membership.objects.get(group=group, organisation=weavers)
    seat = Participant.objects.get(membership=member)
    base = f"members/{member.pk}"

    def role():
        return Membership.objects.get(pk=member.pk).role == "observer"

    def state(name):
        return lambda: Membership.objects.get(pk=member.pk).state == name

    def ended():
        return Participant.objects.get(pk=seat.pk).ended_at is not None

    return [
        (f"{base}/role/", {"role": "observer"}, {"lead"}, role),
        (f"{base}/remove/", {"reason": "Out."}, {"lead"}, state("removed")),
        (f"{base}/leave/", {}, {"member", "focal"}, state("left")),
        (f"{base}/take-part/", {}, {"focal"}, lambda: Participant.objects.filter(membership=member).count() == 2),
        (f"people/{seat.pk}/stop/", {"reason": "Out."}, {"lead", "member", "focal"}, ended),
        (
            "settings/state/",
            {"act": "close", "reason": "Done."},
            {"lead", "secretariat"},
            lambda: _now(group).state == "closed",
        ),
        ("settings/", {**TEXTS, "version": 1}, {"lead"}, lambda: _now(group).name == "Renamed"),
        ("settings/access/", {**SWITCHES, "version": 1}, {"lead"}, lambda: _now(group).join == "open"),
        (
            "settings/working-groups/",
            {**TEXTS, **SWITCHES, "key": uuid.uuid4()},
            {"lead"},
            group.working_groups.exists,
        ),
        (
            "settings/invitations/",
            {"email": "new@example.org", "role": "member", "key": uuid.uuid4()},
            {"lead"},
            group.invitations.exists,
        ),
    ]


TEXTS = {"name": "Renamed", "theme": "", "summary": "New.", "terms": ""}
SWITCHES = {"find": "public", "read": "members", "join": "open", "start_threads": "members", "history": "all"}


def _now(group):
    return Group.objects.get(pk=group.pk)


@pytest.mark.parametrize("number", range(10))
@pytest.mark.parametrize("who", PEOPLE)
def test_only_those_who_may_do_an_act(client, supply_chains, weavers, person_of, who, number):
    person = person_of(who)
    address, fields, allowed, done = acts(supply_chains, weavers)[number]
    if person:
        client.force_login(person)
    assert client.get(f"/groups/supply-chains/{address}").status_code in {200, 302, 404, 405}
    assert not done()
    answer = client.post(f"/groups/supply-chains/{address}", fields)
    missing = client.post(f"/groups/no-such-group/{address}", fields)
    assert bool(done()) is (who in allowed)
    if who not in allowed and person and answer.status_code != 302:
        assert answer.status_code == missing.status_code == 404
        assert normalised(answer, "supply-chains") == normalised(missing, "no-such-group")


@pytest.mark.parametrize("act", ["accept", "decline"])
@pytest.mark.parametrize("who", PEOPLE)
def test_only_leads_decide_requests(client, supply_chains, person_of, institute, join, who, act):
    request = join(institute, supply_chains, state="requested")
    person = person_of(who)
    if person:
        client.force_login(person)
    client.post(f"/groups/supply-chains/members/{request.pk}/{act}/", {"reason": "Why not."})
    request.refresh_from_db()
    assert request.state == ({"accept": "active", "decline": "declined"}[act] if who == "lead" else "requested")


@pytest.mark.parametrize("who", PEOPLE)
def test_a_proposal_is_known_to_its_proposers_and_the_secretariat(client, stranger, person_of, who):
    services.propose_group(by=capacities_of(stranger)[0], name="Ports", summary="Ports.", find="public")
    person = person_of(who)
    if person:
        client.force_login(person)
    knows = who in {"stranger", "secretariat"}
    assert client.get("/groups/ports/members/").status_code == (200 if knows else 404)
    assert ("Ports" in client.get("/groups/").content.decode()) is knows


# --- The journeys -------------------------------------------------------------------------------------------------


def test_a_stranger_asks_a_lead_accepts_and_both_see_it(signed_in, supply_chains, stranger, lead):
    page = signed_in(stranger).get("/groups/supply-chains/join/")
    key = page.context["form"]["key"].value()
    fields = {"as": str(stranger.affiliations.get().organisation_id), "brings": "Port statistics.", "key": key}
    assert signed_in(stranger).post("/groups/supply-chains/join/", fields).status_code == 302
    again = signed_in(stranger).post("/groups/supply-chains/join/", fields)
    assert (again.status_code, Membership.objects.filter(key=key).count()) == (302, 1)

    waiting = signed_in(lead).get("/groups/supply-chains/members/")
    assert "Port statistics." in waiting.content.decode()
    request = Membership.objects.get(key=key)
    signed_in(lead).post(f"/groups/supply-chains/members/{request.pk}/accept/", {"role": "member"})
    assert Standing.of(stranger, supply_chains).may_post


def test_who_acts_for_two_organisations_proposes_for_either(signed_in, stranger, make_organisation, affiliate):
    first, second = (stranger.affiliations.get().organisation, make_organisation("Zinc Council"))
    affiliate(stranger, second)
    for organisation in (second, first):
        fields = {**TEXTS, **SWITCHES, "key": uuid.uuid4(), "as": str(organisation.pk)}
        assert signed_in(stranger).post("/groups/propose/", fields).status_code == 302
        assert Membership.objects.latest("pk").organisation == organisation


def test_what_no_database_stores_is_taken_out_of_a_query(client, supply_chains):
    answer = client.get("/groups/", {"q": "\0supply\0"})
    assert (answer.status_code, answer.context["query"]) == (200, "supply")
    assert "Supply Chains" in answer.content.decode()


def test_too_many_words_are_refused_beside_the_field_and_kept(signed_in, supply_chains, stranger):
    organisation = stranger.affiliations.get().organisation_id
    fields = {"as": str(organisation), "brings": "word " * 61, "key": uuid.uuid4()}
    answer = signed_in(stranger).post("/groups/supply-chains/join/", fields)
    assert answer.status_code == 422
    assert answer.context["form"].errors["brings"] == ["Use at most 60 words; this has 61."]
    assert "word word" in answer.content.decode()


def test_a_lead_who_edits_an_old_page_sees_both_texts(signed_in, supply_chains, lead):
    client = signed_in(lead)
    client.post("/groups/supply-chains/settings/", {**TEXTS, "summary": "Mine.", "version": 1})
    answer = client.post("/groups/supply-chains/settings/", {**TEXTS, "summary": "Theirs.", "version": 1})
    text = answer.content.decode()
    assert (answer.status_code, "Mine." in text, "Theirs." in text) == (409, True, True)
    assert answer.context["form"]["version"].value() == "2"


def test_a_lead_who_sets_the_switches_on_an_old_page_sees_both_and_may_save(signed_in, supply_chains, lead):
    client, address = signed_in(lead), "/groups/supply-chains/settings/access/"
    client.post(address, {**SWITCHES, "join": "invitation", "version": 1})
    answer = client.post(address, {**SWITCHES, "start_threads": "leads", "version": 1})
    assert (answer.status_code, answer.context["form"]["version"].value()) == (409, "2")
    assert "<dd>By invitation</dd>" in answer.content.decode()
    assert answer.context["form"]["start_threads"].value() == "leads"

    again = {**SWITCHES, "start_threads": "leads", "version": answer.context["form"]["version"].value()}
    assert client.post(address, again).status_code == 302
    group = _now(supply_chains)
    assert (group.join, group.start_threads) == ("open", "leads")


@pytest.mark.parametrize("act", ["decline", "remove", "stop"])
@pytest.mark.parametrize("reason", ["", "word " * 200])
def test_a_refused_reason_stands_at_its_place_and_is_kept(
    signed_in, supply_chains, lead, weavers, institute, join, act, reason
):
    place = Membership.objects.get(group=supply_chains, organisation=weavers)
    waiting = join(institute, supply_chains, state="requested")
    address = {
        "decline": f"members/{waiting.pk}/decline/",
        "remove": f"members/{place.pk}/remove/",
        "stop": f"people/{place.participants.get().pk}/stop/",
    }[act]
    before = list(Membership.objects.values_list("state"))
    answer = signed_in(lead).post(f"/groups/supply-chains/{address}", {"reason": reason})
    text = answer.content.decode()
    assert (answer.status_code, text.count("field__error"), reason in text) == (422, 1, True)
    assert ('class="place" open' in text) is (act != "decline")
    assert list(Membership.objects.values_list("state")) == before


def test_a_refused_removal_says_why_and_keeps_the_reason(signed_in, supply_chains, lead, dockers):
    place = Membership.objects.get(group=supply_chains, organisation=dockers)
    answer = signed_in(lead).post(f"/groups/supply-chains/members/{place.pk}/remove/", {"reason": "We go."})
    text = answer.content.decode()
    assert (answer.status_code, "We go." in text, "Name another lead first" in text) == (422, True, True)


def test_the_secretariat_opens_a_closed_group_that_nobody_leads(signed_in, supply_chains, lead, secretariat):
    by = capacities_of(lead)[0]
    services.close_group(supply_chains, by=by, reason="Done.")
    services.end_participation(Participant.objects.get(user=lead), by=by)
    client, address = signed_in(secretariat), "/groups/supply-chains/settings/state/"
    assert address in client.get("/groups/supply-chains/").content.decode()
    page = client.get(address).content.decode()
    assert ("Open it again" in page, "The leads of this group and the Secretariat" in page) == (True, True)
    assert "/settings/record/" not in page
    client.post(address, {"act": "reopen"})
    assert _now(supply_chains).state == "active"
    assert "Nobody leads this group any more" in client.get("/groups/supply-chains/members/").content.decode()


def test_names_of_people_are_shown_to_insiders_only(signed_in, client, supply_chains, member, stranger, secretariat):
    for person, sees in [(member, True), (secretariat, True), (stranger, False)]:
        assert ("Lina Okafor" in signed_in(person).get("/groups/supply-chains/members/").content.decode()) is sees


def test_an_undisclosed_member_is_named_to_members_only(signed_in, supply_chains, dockers, member, stranger):
    dockers.listing = "undisclosed"
    dockers.save()
    assert "Dockers" in signed_in(member).get("/groups/supply-chains/members/").content.decode()
    outside = signed_in(stranger).get("/groups/supply-chains/members/").content.decode()
    assert ("Dockers" in outside, "One more member organisation is not named" in outside) == (False, True)


# --- Invitations --------------------------------------------------------------------------------------------------


@pytest.fixture
def invited(supply_chains, lead, stranger):
    """An invitation of the stranger into the group."""
    return services.invite(
        supply_chains, by=capacities_of(lead)[0], email="Stranger@example.org", message="Come.", key=uuid.uuid4()
    )


def link(invitation):
    return f"/invitations/{token_for(invitation.key)}/"


def redeem(client, address, person):
    client.force_login(person)
    tie = person.affiliations.first()
    return client.post(address, {"as": str(tie.organisation_id)} if tie else {})


def test_an_invitation_brings_the_organisation_in_once(client, supply_chains, invited, stranger, member):
    client.force_login(stranger)
    for _ in range(5):
        assert "Come." in client.get(link(invited)).content.decode()
    assert Invitation.objects.get().is_open
    answer = redeem(client, link(invited), stranger)
    assert answer.status_code == 302
    assert Standing.of(stranger, supply_chains).may_post
    assert redeem(client, link(invited), stranger).status_code == 404


def test_every_failure_of_an_invitation_reads_the_same(
    client, supply_chains, invited, stranger, member, lead, make_person, affiliate, dockers
):
    second = make_person("Second")
    affiliate(second, dockers)
    Participant.objects.create(
        membership=Membership.objects.get(group=supply_chains, organisation=dockers),
        affiliation=second.affiliations.get(),
        user=second,
    )
    unknown = redeem(client, "/invitations/" + "x" * 22 + "/", stranger)
    answers = [redeem(client, link(invited), member)]

    Invitation.objects.update(expires_at=invited.created_at)
    answers.append(redeem(client, link(invited), stranger))
    Invitation.objects.update(expires_at="2999-01-01T00:00:00Z")

    lead.participations.update(ended_at=invited.created_at)
    answers.append(redeem(client, link(invited), stranger))
    lead.participations.update(ended_at=None)

    stranger.emailaddress_set.update(verified=False)
    answers.append(redeem(client, link(invited), stranger))
    stranger.emailaddress_set.update(verified=True)

    services.revoke_invitation(invited, by=capacities_of(second)[0])
    answers.append(redeem(client, link(invited), stranger))

    for answer in [*answers, client.get(link(invited))]:
        assert answer.status_code == unknown.status_code == 404
        mine, theirs = (normalised(one, "") for one in (answer, unknown))
        strip = re.compile(r'/invitations/[^/]+/|<strong><bdi>[^<]*</bdi></strong>| data-person="[0-9]+"')
        assert strip.sub("", mine) == strip.sub("", theirs)
    assert not Standing.of(stranger, supply_chains).is_participant


def test_a_visitor_learns_nothing_from_a_link(client, invited):
    real, made_up = client.get(link(invited)), client.get("/invitations/nothing/")
    text = normalised(real, token_for(invited.key))
    assert text == normalised(made_up, "nothing")
    assert (real.status_code, real["Referrer-Policy"], "Supply" in text) == (200, "same-origin", False)


def test_staff_cannot_bring_their_organisation_in(client, invited, stranger, supply_chains):
    stranger.affiliations.update(role="staff")
    assert redeem(client, link(invited), stranger).status_code == 200
    assert not Standing.of(stranger, supply_chains).is_participant
    assert Invitation.objects.get().is_open


def test_the_mail_of_a_hidden_group_tells_nothing_and_no_token_is_stored(
    hidden_group, supply_chains, lead, mailoutbox
):
    for group, named in [(hidden_group, False), (supply_chains, True)]:
        invitation = Invitation.objects.create(
            group=group, email="new@example.org", message="Secret words.", invited_by=lead, key=uuid.uuid4(),
            token_hash=uuid.uuid4().hex,
        )  # fmt: skip
        mail_invitation(invitation)
        outbox.send_due()
        mail = mailoutbox[-1]
        assert (group.name in mail.body, "Secret words." in mail.body) == (named, named)
        assert (group.name in mail.subject, group.slug in mail.body) == (False, False)
        assert token_for(invitation.key) in mail.body
        assert token_for(invitation.key) not in str(Invitation.objects.values())


# --- Lists do not grow --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["lead", "stranger", None])
def test_the_directory_asks_as_often_for_many_groups_as_for_one(
    client, supply_chains, make_group, join, lead, dockers, request, who, django_assert_num_queries
):
    if who:
        client.force_login(request.getfixturevalue(who))
    assert _queries(client, "/groups/") > 0
    one = _queries(client, "/groups/")
    for number in range(3):
        other = make_group()
        join(dockers, other, lead, role="lead")
        make_group(parent=other, slug=f"child-{number}")
    assert _queries(client, "/groups/") == one


@pytest.mark.parametrize("who", ["lead", "member", "stranger", None])
def test_the_members_page_asks_as_often_for_many_members_as_for_one(
    client, supply_chains, make_insider, make_organisation, join, request, who
):
    if who:
        client.force_login(request.getfixturevalue(who))
    join(make_organisation(), supply_chains, state="requested")
    _queries(client, "/groups/supply-chains/members/")
    one = _queries(client, "/groups/supply-chains/members/")
    for _ in range(3):
        make_insider(supply_chains)
        join(make_organisation(), supply_chains, state="requested")
    assert _queries(client, "/groups/supply-chains/members/") == one


@pytest.mark.parametrize("page", ["invitations", "record"])
def test_lists_of_the_settings_ask_as_often_for_many_rows(client, supply_chains, lead, page):
    client.force_login(lead)
    by = capacities_of(lead)[0]

    def invite():
        services.invite(supply_chains, by=by, email=f"{uuid.uuid4().hex}@example.org", key=uuid.uuid4())

    address = f"/groups/supply-chains/settings/{page}/"
    invite()
    _queries(client, address)
    one = _queries(client, address)
    for _ in range(3):
        invite()
    assert _queries(client, address) == one


def _queries(client, address):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)
