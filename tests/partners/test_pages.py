"""The directory, the pages of an organisation's people and profile, and one's own organisations."""

import re
import uuid

import pytest
from django.core.cache import caches

from accounts.models import User
from accounts.services import change_standing
from notifications import outbox
from notifications.models import Letter, Notice
from notifications.services import render_notices
from notifications.tasks import mail_notices
from partners import services
from partners.capacity import Capacity
from partners.models import Affiliation, Invitation, Organisation

Role, State = Affiliation.Role, Affiliation.State


def names(response):
    return [organisation.name for organisation in response.context["page"]]


def told(person):
    """What the person's notices say now."""
    return [shown.text for _, shown in render_notices(list(Notice.objects.of(person)), person)]


# --- The directory ------------------------------------------------------------------------------------------------


@pytest.fixture
def listed(make_organisation):
    """Three partners, one of each listing, and one that is none."""
    make_organisation("Open Federation", country="PE", stakeholder_type="workers")
    make_organisation("Partners’ Network", listing="partners", country="PE", stakeholder_type="other")
    make_organisation("Quiet Union", listing="undisclosed", country="NP", stakeholder_type="workers")
    make_organisation("Applying Body", status="applicant", country="NP")


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        (None, ["Open Federation"]),
        ("outsider", ["Open Federation"]),
        ("stranger", ["Harbour Institute", "Open Federation", "Partners’ Network"]),
        ("secretariat", ["Open Federation", "Partners’ Network", "Quiet Union"]),
    ],
)
def test_the_directory_names_whom_the_reader_may_know_of(client, listed, request, who, seen):
    if who:
        client.force_login(request.getfixturevalue(who))
    response = client.get("/partners/")
    assert names(response) == seen
    assert sum(number for _, _, number in response.context["types"]) == len(seen)


@pytest.mark.parametrize(
    "query", ["q=quiet", "type=workers", "country=NP", "status=applicant", "country=NP&type=workers"]
)
def test_no_filter_and_no_count_tells_of_an_undisclosed_partner(client, listed, query):
    response = client.get(f"/partners/?{query}")
    assert "Quiet" not in response.content.decode()
    assert "Applying" not in response.content.decode()
    assert ("workers", "Workers’ organisation", 2) not in response.context["types"]
    assert ("NP", "Nepal", 1) not in response.context["countries"]


def test_filters_work_together_and_nonsense_filters_nothing(client, listed):
    assert names(client.get("/partners/?q=FEDERATION&type=workers&country=PE")) == ["Open Federation"]
    assert names(client.get("/partners/?type=workers&q=network")) == []
    assert names(client.get("/partners/?type=martians&country=%00&page=minus")) == ["Open Federation"]


def test_countries_are_named_in_the_readers_language(client, listed):
    assert "Pérou" in client.get("/partners/", headers={"accept-language": "fr"}).content.decode()


def test_the_directory_asks_as_much_for_many_as_for_one(
    client, make_organisation, stranger, django_assert_num_queries, django_assert_max_num_queries
):
    client.force_login(stranger)
    client.get("/partners/")
    with django_assert_max_num_queries(14) as first:
        client.get("/partners/")
    for number in range(40):
        make_organisation(country=["PE", "NP", "FR"][number % 3])
    with django_assert_num_queries(len(first.captured_queries)):
        client.get("/partners/")


# --- People of an organisation ------------------------------------------------------------------------------------


@pytest.fixture
def asked(outsider, weavers, member):
    """The outsider asks to act for the weavers."""
    return services.request_affiliation(outsider, weavers, function="Analyst")


@pytest.mark.parametrize(
    ("who", "status"),
    [("member", 200), ("secretariat", 200), ("lead", 404), ("stranger", 404), ("outsider", 404), (None, 302)],
)
@pytest.mark.parametrize("page", ["people/", "edit/"])
def test_settings_open_for_who_acts_for_the_organisation(client, weavers, asked, request, who, status, page):
    request.getfixturevalue("lead")
    if who:
        client.force_login(request.getfixturevalue(who))
    assert client.get(f"/partners/{weavers.slug}/{page}").status_code == status


def test_a_request_is_told_and_confirmed(client, member, outsider, weavers, asked):
    assert told(member) == ["Otto Meyer asks to act for Weavers’ Union."]
    client.force_login(member)
    client.post(f"/partners/{weavers.slug}/people/{asked.pk}/confirm/", {"role": "alternate"})
    assert Affiliation.objects.get(user=outsider).role == Role.ALTERNATE
    assert told(outsider) == ["You act for Weavers’ Union now. Role: Alternate."]
    assert told(member) == []


def test_declining_asks_for_a_reason_at_its_place(client, member, outsider, weavers, asked):
    client.force_login(member)
    url = f"/partners/{weavers.slug}/people/{asked.pk}/decline/"
    refused = client.post(url, {"reason": " "})
    assert refused.status_code == 400
    assert f'id="decline_{asked.pk}_reason_error"' in opened(refused.content.decode())
    client.post(url, {"reason": "We do not know you."})
    assert Affiliation.objects.get(user=outsider).state == State.DECLINED
    assert told(outsider) == ["Weavers’ Union declined your request to act for it."]


@pytest.mark.parametrize("act", ["confirm", "decline", "role", "function", "hand-over", "end"])
def test_nobody_else_acts_upon_people(client, lead, member, weavers, asked, act):
    client.force_login(lead)
    tie = Affiliation.objects.get(user=member)
    for target in [asked.pk, tie.pk]:
        answer = client.post(f"/partners/{weavers.slug}/people/{target}/{act}/", {"role": "staff", "reason": "x"})
        assert answer.status_code == 404
    assert Affiliation.objects.get(user=member).role == Role.FOCAL_POINT
    assert Affiliation.objects.get(pk=asked.pk).state == State.REQUESTED


def test_another_organisations_person_is_not_reached_through_ones_own(client, lead, dockers, member):
    client.force_login(lead)
    tie = Affiliation.objects.get(user=member)
    assert client.post(f"/partners/{dockers.slug}/people/{tie.pk}/end/", {"reason": "x"}).status_code == 404
    assert Affiliation.objects.get(user=member).is_active


def test_the_last_focal_point_reads_why_they_cannot_leave(client, member, weavers, make_person, affiliate):
    affiliate(make_person("Carla Nunes"), weavers, role="staff")
    tie = Affiliation.objects.get(user=member)
    client.force_login(member)
    answer = client.post(f"/partners/{weavers.slug}/people/{tie.pk}/end/", {})
    assert answer.status_code == 400
    assert "only focal point" in answer.content.decode()


def test_handing_over_and_leaving_in_one_form(client, member, weavers, make_person, affiliate):
    successor = affiliate(make_person("Carla Nunes"), weavers, role="staff")
    tie = Affiliation.objects.get(user=member)
    client.force_login(member)
    client.post(f"/partners/{weavers.slug}/people/{tie.pk}/hand-over/", {"successor": successor.pk, "leave": "on"})
    successor.refresh_from_db()
    assert (successor.role, Affiliation.objects.get(pk=tie.pk).state) == (Role.FOCAL_POINT, State.ENDED)


def test_an_ended_person_and_the_secretariat_are_told(client, stranger, institute, secretariat):
    tie = Affiliation.objects.get(user=stranger)
    client.force_login(secretariat)
    client.post(f"/partners/{institute.slug}/people/{tie.pk}/end/", {"reason": "Left the institute."})
    assert told(stranger) == ["You no longer act for Harbour Institute."]
    assert told(secretariat) == ["Nobody acts for Harbour Institute any more as focal point."]


@pytest.fixture
def administrator(make_person):
    """Administers the site."""
    return make_person("Ada Quist", is_staff=True)


def test_closing_the_only_focal_point_is_told_to_the_secretariat(
    client, stranger, institute, secretariat, administrator
):
    for _ in range(2):
        close(stranger, by=administrator)
        reopen(stranger, by=administrator)
    close(stranger, by=administrator)
    assert told(secretariat) == ["Nobody acts for Harbour Institute any more as focal point."] * 3


def test_closing_one_of_several_is_told_to_nobody(member, weavers, make_person, affiliate, secretariat, administrator):
    affiliate(make_person(), weavers, role="alternate")
    staff = make_person()
    affiliate(staff, weavers, role="staff")
    for person in [member, staff]:
        close(person, by=administrator)
    assert told(secretariat) == []


def close(person, by, **changes):
    standing = {"is_secretariat": False, "is_staff": False, "is_active": False} | changes
    change_standing(person, by=by, reason="It is so.", **standing)


def reopen(person, by):
    close(person, by, is_active=True)


def test_a_request_nobody_can_answer_reaches_the_secretariat(
    client, outsider, stranger, institute, secretariat, administrator
):
    close(stranger, by=administrator)
    asked = services.request_affiliation(outsider, institute, function="Analyst")
    client.force_login(secretariat)
    page = client.get("/notifications/")
    assert "Otto Meyer asks to act for Harbour Institute." in page.content.decode()
    assert "asks to act for <bdi>Harbour Institute</bdi>" in client.get("/queue/").content.decode()
    assert Affiliation.objects.waiting_for_secretariat().get() == asked


def test_the_secretariats_letter_goes_out(outsider, institute, secretariat, mailoutbox):
    services.request_affiliation(outsider, institute, function="Analyst")
    mail_notices.call(Notice.objects.get(user=secretariat).key)
    assert [letter.to for letter in mailoutbox] == [[secretariat.email]]


def test_an_officer_who_acts_for_a_partner_too_reads_of_both(outsider, secretariat, institute, weavers, affiliate):
    affiliate(secretariat, weavers)
    for organisation in [institute, weavers]:
        services.request_affiliation(outsider, organisation)
    assert sorted(told(secretariat)) == [
        "Otto Meyer asks to act for Harbour Institute.",
        "Otto Meyer asks to act for Weavers’ Union.",
    ]


def test_the_people_page_asks_as_much_for_many_as_for_one(
    client, member, weavers, make_person, affiliate, django_assert_num_queries, django_assert_max_num_queries
):
    def grow():
        affiliate(make_person(), weavers, role="staff")
        services.request_affiliation(make_person(), weavers)
        Invitation.objects.create(
            organisation=weavers,
            email=f"{uuid.uuid4()}@example.org",
            token_hash=uuid.uuid4().hex,
            invited_by=member,
            key=uuid.uuid4(),
        )

    grow()
    client.force_login(member)
    client.get(f"/partners/{weavers.slug}/people/")
    caches["process"].clear()  # the badge's number is counted anew below, too: more waits then
    with django_assert_max_num_queries(16) as first:
        client.get(f"/partners/{weavers.slug}/people/")
    grow()
    grow()
    with django_assert_num_queries(len(first.captured_queries)):
        client.get(f"/partners/{weavers.slug}/people/")


# --- Invitations --------------------------------------------------------------------------------------------------


@pytest.fixture
def invite(client, member, weavers, mailoutbox):
    """Invite an address by the form, and return the link that was mailed."""

    def make(email):
        client.force_login(member)
        answer = client.post(
            f"/partners/{weavers.slug}/people/invite/", {"email": email, "role": "staff", "key": uuid.uuid4()}
        )
        assert answer.status_code == 302
        assert "waits to be sent" in client.get(answer["location"]).content.decode()
        outbox.send_due()
        assert "waits to be sent" not in client.get(answer["location"]).content.decode()
        client.logout()
        link = next(line for line in mailoutbox[-1].body.splitlines() if line.startswith("http"))
        return link.partition("//")[2].partition("/")[2].join(["/", ""])

    return make


def test_looking_at_an_invitation_uses_nothing_up(client, invite, outsider):
    link = invite("outsider@example.org")
    for _ in range(3):
        assert "Weavers’ Union" in client.get(link).content.decode()
    client.post(link)
    assert not Affiliation.objects.of(outsider).exists()

    client.force_login(outsider)
    client.post(link)
    assert Affiliation.objects.get(user=outsider).is_active
    assert client.get(link).status_code == 404


def test_somebody_elses_invitation_is_shown_and_not_accepted(client, invite, stranger):
    link = invite("outsider@example.org")
    client.force_login(stranger)
    assert "another e-mail address" in client.get(link).content.decode()
    client.post(link)
    assert Affiliation.objects.of(stranger).count() == 1


def test_inviting_answers_the_same_for_known_and_unknown_addresses(client, member, weavers, outsider):
    client.force_login(member)
    pages = []
    for email in ["outsider@example.org", "nobody77@example.org"]:
        form = {"email": email, "role": "staff", "key": uuid.uuid4()}
        answer = client.post(f"/partners/{weavers.slug}/people/invite/", form, follow=True)
        pages.append(answer.content.decode().replace(email, "ADDRESS").count("ADDRESS"))
    assert pages[0] == pages[1]
    assert Invitation.objects.count() == 2


def test_an_invitation_waits_on_ones_own_page(client, invite, outsider, weavers):
    invite("outsider@example.org")
    client.force_login(outsider)
    assert "Weavers’ Union" in client.get("/account/organisations/").content.decode()
    client.post(f"/account/organisations/invitations/{Invitation.objects.get().pk}/accept/")
    assert Affiliation.objects.get(user=outsider).organisation == weavers


def test_a_made_up_token_looks_like_no_page(client, db):
    assert client.get(f"/partners/invited/{'a' * 22}/").status_code == 404


# --- One's own organisations --------------------------------------------------------------------------------------


def test_a_person_asks_and_takes_it_back(client, outsider, weavers, member):
    client.force_login(outsider)
    client.post("/account/organisations/request/", {"organisation": weavers.slug, "function": "Analyst"})
    tie = Affiliation.objects.get(user=outsider)
    assert tie.state == State.REQUESTED
    client.post(f"/account/organisations/{tie.pk}/withdraw/")
    tie.refresh_from_db()
    assert tie.state == State.ENDED
    assert told(member) == []


@pytest.mark.parametrize("listing", ["partners", "undisclosed"])
def test_an_organisation_one_may_not_know_of_cannot_be_chosen(client, outsider, make_organisation, listing):
    hidden = make_organisation("Quiet Union", listing=listing)
    client.force_login(outsider)
    answer = client.post("/account/organisations/request/", {"organisation": hidden.slug, "function": "Analyst"})
    assert answer.status_code == 400
    assert "Quiet" not in answer.content.decode()
    assert not Affiliation.objects.of(outsider).exists()


def test_a_proposal_reaches_the_secretariat_and_its_answer_the_proposer(client, outsider, secretariat):
    client.force_login(outsider)
    form = {
        "name": "Harbour Watch",
        "stakeholder_type": "civil-society",
        "listing": "named",
        "function": "Director",
    }
    client.post("/account/organisations/propose/", form)
    organisation = Organisation.objects.get()
    assert told(secretariat) == ["Harbour Watch wants to become a partner and waits for you."]
    from partners.capacity import secretariat_capacity

    services.decline_organisation(organisation, by=secretariat_capacity(secretariat), reason="Not a legal body.")
    assert told(outsider) == ["The Secretariat declined Harbour Watch."]
    assert "Not a legal body." in client.get("/account/organisations/").content.decode()


@pytest.mark.parametrize("typed", ["\u200b", "\u202e \u2066", "\x00"])
def test_a_name_that_does_not_show_is_none(client, outsider, typed):
    client.force_login(outsider)
    form = {"name": typed, "stakeholder_type": "other", "listing": "named", "function": "Director"}
    page = client.post("/account/organisations/propose/", form)
    assert list(page.context["form"].errors) == ["name"]


def test_nothing_typed_reads_as_something_else(client, outsider):
    client.force_login(outsider)
    form = {"name": "Harbour\x00 Watch", "acronym": "\u202eWH", "function": "Vice\u202e  director\x07"}
    client.post("/account/organisations/propose/", form | {"stakeholder_type": "other", "listing": "named"})
    made = Organisation.objects.get()
    assert (made.name, made.acronym, made.affiliations.get().function) == ("Harbour Watch", "WH", "Vice director")


def test_a_bad_proposal_keeps_what_was_typed(client, outsider):
    client.force_login(outsider)
    answer = client.post(
        "/account/organisations/propose/",
        {"name": "‮", "mandate": "word " * 151, "website": "javascript:alert(1)", "function": "Boss"},
    )
    assert answer.status_code == 400
    assert set(answer.context["form"].errors) == {"name", "stakeholder_type", "mandate", "website", "listing"}
    assert 'value="Boss"' in answer.content.decode()
    assert not Organisation.objects.exists()


@pytest.mark.parametrize("act", ["withdraw"])
def test_nobody_withdraws_anothers_request(client, stranger, asked, act):
    client.force_login(stranger)
    assert client.post(f"/account/organisations/{asked.pk}/{act}/").status_code == 404
    asked.refresh_from_db()
    assert asked.state == State.REQUESTED


# --- The profile --------------------------------------------------------------------------------------------------


def profile(organisation, **changes):
    fields = ["acronym", "country", "website", "mandate", "listing"]
    return {name: getattr(organisation, name) for name in fields} | {"base": organisation.version} | changes


def test_a_focal_point_edits_the_profile_and_not_the_name(client, member, weavers):
    client.force_login(member)
    client.post(f"/partners/{weavers.slug}/edit/", profile(weavers, mandate="Weavers of the delta.", name="Other"))
    weavers.refresh_from_db()
    assert (weavers.mandate, weavers.name) == ("Weavers of the delta.", "Weavers’ Union")


def test_the_second_editor_sees_what_the_first_saved(client, member, weavers, secretariat):
    stale = profile(weavers, mandate="Mine.")
    services.edit_profile(
        weavers, by=Affiliation.objects.get(user=member).capacity, base=weavers.version, mandate="Theirs."
    )
    client.force_login(member)
    page = client.post(f"/partners/{weavers.slug}/edit/", stale)
    assert page.status_code == 400
    assert {"Mine.", "Theirs."} <= {text for text in ["Mine.", "Theirs."] if text in page.content.decode()}
    again = profile(weavers, mandate="Mine.", base=page.context["form"]["base"].value())
    client.post(f"/partners/{weavers.slug}/edit/", again)
    weavers.refresh_from_db()
    assert weavers.mandate == "Mine."


def test_the_secretariat_suspends_with_a_reason(client, secretariat, weavers, member):
    client.force_login(secretariat)
    assert client.post(f"/partners/{weavers.slug}/suspend/", {}).status_code == 400
    client.post(f"/partners/{weavers.slug}/suspend/", {"reason": "Under review."})
    weavers.refresh_from_db()
    assert weavers.status == "suspended"
    assert told(member) == ["Weavers’ Union is suspended: nobody speaks in its name for now."]


def test_a_focal_point_reinstates_nobody(client, member, weavers):
    Organisation.objects.filter(pk=weavers.pk).update(status="suspended")
    client.force_login(member)
    assert client.post(f"/partners/{weavers.slug}/reinstate/", {"reason": "x"}).status_code == 404
    assert User.objects.get(pk=member.pk).affiliations.get().organisation.status == "suspended"


@pytest.mark.parametrize(("act", "status"), [("suspend", "active"), ("reinstate", "suspended"), ("leave", "active")])
def test_what_is_wrong_with_a_reason_is_seen(client, secretariat, weavers, act, status):
    Organisation.objects.filter(pk=weavers.pk).update(status=status)
    client.force_login(secretariat)
    page = client.post(f"/partners/{weavers.slug}/{act}/", {"reason": " "}).content.decode()
    assert f'id="{act}_reason_error"' in opened(page)
    assert Organisation.objects.get(pk=weavers.pk).status == status


def opened(page):
    """The one box of the page that stands open."""
    [box] = re.findall(r'<details class="confirm[^>]* open>.*?</details>', page, re.DOTALL)
    return box


def test_a_focal_point_takes_the_partner_out_of_the_alliance(client, member, weavers, supply_chains, secretariat):
    client.force_login(member)
    assert "Leave the alliance" in client.get(f"/partners/{weavers.slug}/edit/").content.decode()
    assert client.post(f"/partners/{weavers.slug}/leave/", {"reason": "We merged."})["location"].endswith(
        "/account/organisations/"
    )
    weavers.refresh_from_db()
    assert (weavers.status, weavers.status_reason) == ("left", "We merged.")
    assert weavers.memberships.get().state == "left"
    assert client.get("/groups/supply-chains/chat/").status_code == 404
    client.force_login(secretariat)
    client.post(f"/partners/{weavers.slug}/reinstate/", {"reason": "Back again."})
    weavers.refresh_from_db()
    assert (weavers.status, weavers.memberships.get().state) == ("active", "left")


def test_an_alternate_takes_nobody_out_of_the_alliance(client, member, weavers, make_person, affiliate):
    alternate = make_person()
    affiliate(alternate, weavers, role="alternate")
    client.force_login(alternate)
    assert "Leave the alliance" not in client.get(f"/partners/{weavers.slug}/edit/").content.decode()
    assert client.post(f"/partners/{weavers.slug}/leave/", {"reason": "I want."}).status_code == 404
    weavers.refresh_from_db()
    assert weavers.is_active


# --- Letters ------------------------------------------------------------------------------------------------------


def test_a_letter_says_no_names_and_goes_once_to_who_has_not_read(member, asked, mailoutbox, make_person, affiliate):
    alternate = make_person("Carla Nunes", "carla@example.org", language="fr")
    affiliate(alternate, asked.organisation, role="alternate")
    Notice.objects.filter(user=member).update(read_at=asked.created_at)
    notice = Notice.objects.get(user=member)
    told = Notice.objects.create(user=alternate, kind=notice.kind, key=notice.key, object_id=notice.object_id)
    Letter.objects.create(user=alternate, kind="notice", key=notice.key, object_id=told.pk)
    for _ in range(2):
        mail_notices.call(notice.key)
    [letter] = mailoutbox
    assert letter.to == ["carla@example.org"]
    text = letter.subject + letter.body + letter.alternatives[0].content
    assert not any(name in text for name in ["Otto", "Weavers", "outsider@"])
    assert f"/notifications/{Notice.objects.get(user=alternate).pk}/" in letter.body


def test_no_letter_follows_a_request_that_was_taken_back(member, outsider, asked, mailoutbox):
    services.withdraw_request(asked, by=Capacity(outsider, None, ""))
    mail_notices.call(Notice.objects.get(user=member).key)
    assert mailoutbox == []
