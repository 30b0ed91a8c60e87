"""The pages that combine rooms, as visitors, partners, members and the Secretariat see them."""

import re

import pytest
from django.urls import reverse

from core.models import AuditEntry
from groups.models import Group
from partners.models import Affiliation, Organisation
from partners.services import request_affiliation


def test_a_visitor_reads_what_the_alliance_is_with_sources(client, supply_chains, hidden_group):
    page = client.get("/").content.decode()
    assert "Supply Chains" in page
    assert "Quiet Harbour" not in page
    assert "160 million" in page
    assert "2021" in page
    assert "Source" in client.get(reverse("about")).content.decode()


def test_a_visitor_reads_how_many_partners_work_in_public_groups(client, supply_chains, hidden_group, institute, join):
    assert "3 partner organisations named here work in them" in client.get("/").content.decode()
    join(institute, hidden_group)
    assert "3 partner organisations named here work in them" in client.get("/").content.decode()
    join(institute, supply_chains)
    assert "4 partner organisations named here work in them" in client.get("/").content.decode()


def test_home_shows_what_waits_for_a_lead(signed_in, lead, supply_chains, institute, join):
    join(institute, supply_chains, state="requested")
    page = signed_in(lead).get("/").content.decode()
    assert "1 organisation asks to join" in page


@pytest.mark.parametrize("who", ["lead", "outsider", "stranger", "secretariat"])
def test_home_opens_for_everybody(signed_in, request, who, supply_chains):
    response = signed_in(request.getfixturevalue(who)).get("/")
    assert response.status_code == 200
    assert ("Supply Chains" in response.content.decode()) == (who in {"lead", "stranger"})


def without_chance(response, slug):
    """Return a page without what differs at every reading (the form token) and the address that was asked for."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.text).replace(slug, "")


@pytest.mark.parametrize(
    ("who", "status"),
    [("lead", 200), ("member", 200), ("secretariat", 200), ("stranger", 404), ("outsider", 404), (None, 404)],
)
def test_a_hidden_group_looks_like_no_group(client, hidden_group, request, who, status):
    if who:
        client.force_login(request.getfixturevalue(who))
    response = client.get(reverse("group", args=[hidden_group.slug]))
    assert response.status_code == status
    if status == 404:
        missing = client.get(reverse("group", args=["abcdefghijkl"]))
        assert without_chance(response, hidden_group.slug) == without_chance(missing, "abcdefghijkl")


def test_an_undisclosed_member_is_counted_but_not_named_to_others(
    signed_in, stranger, member, supply_chains, make_organisation, join
):
    quiet = make_organisation("Shelter Network", listing="undisclosed")
    join(quiet, supply_chains, role="lead")
    page = signed_in(stranger).get(reverse("group", args=["supply-chains"])).content.decode()
    assert "Shelter Network" not in page
    assert "4 member organisations" in page
    assert signed_in(stranger).get(reverse("organisation", args=[quiet.slug])).status_code == 404
    page = signed_in(member).get(reverse("group", args=["supply-chains"])).content.decode()
    assert "Shelter Network" in page
    assert signed_in(member).get(reverse("organisation", args=[quiet.slug])).status_code == 200


@pytest.mark.parametrize(
    ("who", "status"), [("member", 200), ("lead", 200), ("secretariat", 200), ("stranger", 404), (None, 404)]
)
def test_a_person_is_seen_by_those_who_share_a_group(client, supply_chains, lead, request, who, status):
    if who:
        client.force_login(request.getfixturevalue(who))
    response = client.get(reverse("person", args=[lead.pk]))
    assert response.status_code == status
    assert b"lead@example.org" not in response.content or who == "lead"


def test_people_of_an_organisation_are_shown_to_those_who_may_see_them(
    signed_in, member, stranger, lead, dockers, supply_chains
):
    address = reverse("organisation", args=[dockers.slug])
    assert "Lina Okafor" in signed_in(member).get(address).content.decode()
    assert "Lina Okafor" not in signed_in(stranger).get(address).content.decode()


@pytest.fixture
def applicant(make_organisation, outsider, affiliate):
    organisation = make_organisation("Lantern Society", status="applicant")
    affiliate(outsider, organisation, state="requested")
    return organisation


def test_the_secretariat_accepts_an_organisation(signed_in, secretariat, applicant, outsider):
    client = signed_in(secretariat)
    assert "Lantern Society" in client.get(reverse("queue")).content.decode()
    client.post(reverse("decide_organisation", args=[applicant.pk]), {"decision": "accept"})
    applicant.refresh_from_db()
    tie = Affiliation.objects.get(user=outsider)
    assert (applicant.status, tie.state, tie.role) == ("active", "active", "focal-point")


def test_declining_needs_a_reason_and_keeps_what_was_typed(signed_in, secretariat, applicant):
    client = signed_in(secretariat)
    address = reverse("decide_organisation", args=[applicant.pk])
    response = client.post(address, {"decision": "decline", "reason": "   "})
    assert response.status_code == 422
    assert "field__error" in response.content.decode()
    client.post(address, {"decision": "decline", "reason": "Not an organisation."})
    applicant.refresh_from_db()
    assert (applicant.status, applicant.status_reason) == ("declined", "Not an organisation.")


@pytest.mark.parametrize("who", ["lead", "member", "stranger", None])
def test_nobody_else_has_a_queue(client, request, who, applicant):
    if who:
        client.force_login(request.getfixturevalue(who))
    assert client.get(reverse("queue")).status_code == 404
    assert client.post(reverse("decide_organisation", args=[applicant.pk]), {"decision": "accept"}).status_code == 404
    assert Organisation.objects.get(pk=applicant.pk).status == "applicant"


@pytest.fixture
def asked(outsider, make_organisation):
    """Somebody asks to act for a partner that nobody acts for."""
    return request_affiliation(outsider, make_organisation("Lonely Federation"), function="Analyst")


@pytest.mark.parametrize("decision", ["accept", "decline"])
def test_the_secretariat_answers_where_nobody_else_can(signed_in, secretariat, asked, decision):
    client = signed_in(secretariat)
    assert "Lonely Federation" in client.get(reverse("queue")).content.decode()
    assert "1 application or proposal" in client.get("/").content.decode()
    client.post(reverse("decide_affiliation", args=[asked.pk]), {"decision": decision, "reason": "We know nobody."})
    asked.refresh_from_db()
    given = {"accept": ("active", "focal-point", ""), "decline": ("declined", "staff", "We know nobody.")}
    assert (asked.state, asked.role, asked.reason) == given[decision]
    assert "Lonely Federation" not in client.get(reverse("queue")).content.decode()


@pytest.mark.parametrize("who", ["lead", "member", "stranger", "outsider", None])
def test_nobody_else_answers_for_a_partner(client, request, who, asked):
    if who:
        client.force_login(request.getfixturevalue(who))
    assert client.post(reverse("decide_affiliation", args=[asked.pk]), {"decision": "accept"}).status_code == 404
    asked.refresh_from_db()
    assert asked.state == "requested"


@pytest.mark.parametrize("decision", ["accept", "decline"])
def test_an_answer_that_comes_late_is_told(signed_in, secretariat, asked, make_person, affiliate, decision):
    affiliate(make_person(), asked.organisation)
    answer = {"decision": decision, "reason": "We know nobody."}
    page = signed_in(secretariat).post(reverse("decide_affiliation", args=[asked.pk]), answer, follow=True)
    assert "Focal points of the organisation answer this request." in page.content.decode()
    asked.refresh_from_db()
    assert asked.state == "requested"


def test_the_box_of_a_refused_reason_stands_open(signed_in, secretariat, applicant, asked):
    page = signed_in(secretariat).post(reverse("decide_organisation", args=[applicant.pk]), {"reason": "x" * 601})
    boxes = re.findall(r'<details class="confirm[^>]* open>.*?</details>', page.content.decode(), re.DOTALL)
    assert len(boxes) == 1
    assert f"organisation-{applicant.pk}-reason_error" in boxes[0]
    assert "x" * 601 in boxes[0]


@pytest.mark.parametrize("kind", ["organisation", "affiliation"])
def test_a_reason_reaches_the_record_without_signs_that_do_not_show(signed_in, secretariat, applicant, asked, kind):
    row = {"organisation": applicant, "affiliation": asked}[kind]
    address = reverse(f"decide_{kind}", args=[row.pk])
    signed_in(secretariat).post(address, {"decision": "decline", "reason": "Not\x00 now\x07\u202e."})
    assert AuditEntry.objects.filter(verb=f"{kind}.declined", object_id=row.pk).get().reason == "Not now."


def test_a_suspended_partners_focal_point_is_led_to_nothing(signed_in, member, weavers, outsider):
    request_affiliation(outsider, weavers)
    client = signed_in(member)
    assert "1 person asks to act for" in client.get("/").content.decode()
    Organisation.objects.filter(pk=weavers.pk).update(status="suspended")
    assert "asks to act for" not in client.get("/").content.decode()


# --- The page of an organisation ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "leads_to"),
    [
        (None, []),
        ("outsider", ["ask"]),
        ("stranger", ["ask"]),
        ("member", ["edit", "people"]),
        ("secretariat", ["edit", "people"]),
    ],
)
def test_an_organisations_page_leads_to_what_one_may_do(client, request, weavers, member, who, leads_to):
    if who:
        client.force_login(request.getfixturevalue(who))
    page = client.get(reverse("organisation", args=[weavers.slug])).content.decode()
    ways = {
        "ask": f"/account/organisations/request/?organisation={weavers.slug}",
        "edit": f"/partners/{weavers.slug}/edit/",
        "people": f"/partners/{weavers.slug}/people/",
    }
    assert [name for name, way in ways.items() if f'href="{way}"' in page] == leads_to
    assert "Bangladesh" in page


def test_who_asked_already_is_led_to_where_it_stands(signed_in, outsider, weavers, member):
    request_affiliation(outsider, weavers)
    page = signed_in(outsider).get(reverse("organisation", args=[weavers.slug])).content.decode()
    assert 'href="/account/organisations/"' in page
    assert "/request/" not in page


def test_only_a_partner_is_asked(signed_in, secretariat, stranger, applicant, make_organisation):
    closed = make_organisation("Quiet Union", status="suspended")
    for organisation in [applicant, closed]:
        assert "/request/" not in signed_in(secretariat).get(organisation.get_absolute_url()).content.decode()


def test_home_costs_the_same_for_one_group_and_for_many(
    signed_in, member, weavers, make_group, join, django_assert_max_num_queries, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    join(weavers, make_group(), member)
    client = signed_in(member)
    client.get("/")
    with CaptureQueriesContext(connection) as first:
        client.get("/")
    for _ in range(4):
        join(weavers, make_group(), member)
    with django_assert_num_queries(len(first)):
        client.get("/")


def test_the_outbox_is_there_in_the_demonstration_only(client, settings, tmp_path):
    (tmp_path / "20260101T000000-a.eml").write_text(
        "Subject: Hello\nTo: you@example.org\n\nRead me: http://localhost/x\n"
    )
    settings.OUTBOX_DIR = tmp_path
    settings.DEMO = False
    assert client.get(reverse("outbox")).status_code == 404
    settings.DEMO = True
    page = client.get(reverse("outbox"), HTTP_HOST="localhost:8000").content.decode()
    assert "Hello" in page
    assert 'href="http://localhost/x"' in page


@pytest.mark.parametrize(
    "request_of",
    [
        {"REMOTE_ADDR": "203.0.113.9"},
        {"HTTP_HOST": "testserver"},
        {"HTTP_X_FORWARDED_FOR": "203.0.113.9"},
        {"HTTP_FORWARDED": "for=203.0.113.9"},
        {"HTTP_X_REAL_IP": "203.0.113.9"},
    ],
    ids=["another-machine", "by-a-public-name", "through-a-proxy", "through-a-newer-proxy", "through-another-proxy"],
)
def test_the_outbox_is_for_who_sits_at_this_machine(client, settings, tmp_path, request_of):
    settings.OUTBOX_DIR, settings.DEMO = tmp_path, True
    here = {"HTTP_HOST": "127.0.0.1:8000"}
    assert client.get(reverse("outbox"), **here).status_code == 200
    assert client.get(reverse("outbox"), **here | request_of).status_code == 404
    settings.TRUSTED_PROXY_COUNT = 1
    assert client.get(reverse("outbox"), **here).status_code == 404


def test_search_finds_only_what_one_may_see(client, signed_in, member, supply_chains, hidden_group):
    assert "Quiet Harbour" not in client.get(reverse("search"), {"q": "quiet"}).content.decode()
    assert "<mark>Quiet</mark> Harbour" in signed_in(member).get(reverse("search"), {"q": "quiet"}).content.decode()
    assert Group.objects.count() == 2


def test_what_was_done_is_told_by_a_page_and_never_by_an_answer_that_nobody_reads(signed_in, member, supply_chains):
    client = signed_in(member)
    seat = supply_chains.memberships.get(organisation__affiliations__user=member)
    response = client.post(reverse("groups:leave", args=[supply_chains.slug, seat.pk]))
    assert response.status_code == 302
    # A proxy that knows no sockets, and a picture that is gone, while the next page is still on its way.
    for address in ("/ws/notices/", "/media/gone.png"):
        assert client.get(address).status_code == 404
    told = client.get(response.url).content.decode()
    assert 'class="messages"' in told
    assert 'class="messages"' not in client.get("/").content.decode()
