"""A newcomer signs up for an organisation, confirms the address, and waits for an answer."""

import re

import pytest
from django.core.cache import cache

from accounts.models import User
from notifications import outbox
from notifications.models import Notice
from partners.models import Affiliation, Organisation, SignUpAnswer

FORM = {
    "name": "Nadia Okoye",
    "email": "Nadia@Example.org",
    "password1": "a quiet harbour at dawn",
    "function": "Analyst",
    "time_zone": "Africa/Lagos",
}


@pytest.fixture
def listed(weavers):
    """The form of somebody whose organisation is in the directory."""
    return FORM | {"place": "listed", "organisation": weavers.slug}


@pytest.fixture
def new():
    """The form of somebody whose organisation is new."""
    return FORM | {
        "place": "new",
        "new-name": "Harbour Watch",
        "new-stakeholder_type": "civil-society",
        "new-country": "NG",
        "new-listing": "named",
    }


def link_in(message):
    return re.search(r"https?://[^/\s]+(/\S+)", message.body)[1]


def confirm(client, mailoutbox):
    link = link_in(mailoutbox[-1])
    assert client.get(link).status_code == 200
    return client.post(link)


def test_choosing_an_organisation_asks_its_focal_point_once_the_address_is_confirmed(
    client, listed, member, mailoutbox
):
    assert client.post("/account/signup/", listed)["location"] == "/account/confirm-email/"
    person = User.objects.get(email="nadia@example.org")
    assert (person.name, person.time_zone, person.language) == ("Nadia Okoye", "Africa/Lagos", "en")
    assert not Affiliation.objects.of(person).exists()
    assert not Notice.objects.exists()

    assert confirm(client, mailoutbox)["location"] == "/account/welcome/"
    [tie] = Affiliation.objects.of(person)
    assert (tie.state, tie.role, tie.function) == ("requested", "staff", "Analyst")
    assert list(Affiliation.objects.waiting_for(member)) == [tie]
    assert [notice.user for notice in Notice.objects.all()] == [member]
    assert "Weavers’ Union" in client.get("/account/welcome/").content.decode()


def test_a_new_organisation_reaches_the_secretariat_once_the_address_is_confirmed(
    client, new, secretariat, mailoutbox
):
    client.post("/account/signup/", new)
    assert not Organisation.objects.exists()
    confirm(client, mailoutbox)
    [organisation] = Organisation.objects.applicants()
    assert (organisation.name, organisation.country) == ("Harbour Watch", "NG")
    assert [notice.user for notice in Notice.objects.all()] == [secretariat]


def test_the_link_works_on_another_device(client, listed, mailoutbox):
    client.post("/account/signup/", listed)
    client.cookies.clear()
    answer = confirm(client, mailoutbox)
    assert answer["location"] == "/account/welcome/"
    page = client.get("/account/welcome/").content.decode()
    assert "Sign in" in page
    assert "Weavers" not in page
    assert Affiliation.objects.count() == 1


def test_confirming_twice_asks_once(client, listed, mailoutbox):
    client.post("/account/signup/", listed)
    link = link_in(mailoutbox[-1])
    for _ in range(2):
        client.post(link)
    client.post("/account/login/", {"login": "nadia@example.org", "password": FORM["password1"]})
    assert Affiliation.objects.count() == 1
    assert not SignUpAnswer.objects.exists()


def test_nobody_signs_in_before_confirming(client, listed):
    client.post("/account/signup/", listed)
    client.cookies.clear()
    answer = client.post("/account/login/", {"login": "nadia@example.org", "password": FORM["password1"]})
    assert answer["location"] == "/account/confirm-email/"
    assert client.get("/account/profile/").status_code == 302


def test_a_known_address_and_an_unknown_one_are_answered_alike(client, listed, outsider, mailoutbox):
    answers = []
    for email in ["somebody-new@example.org", outsider.email]:
        client.cookies.clear()
        answer = client.post("/account/signup/", listed | {"email": email})
        page = client.get(answer["location"])
        body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page.content.decode()).replace(email, "ADDRESS")
        answers.append((answer.status_code, answer["location"], body))
    assert answers[0] == answers[1]
    assert [message.to for message in mailoutbox] == [["somebody-new@example.org"], [outsider.email]]
    assert "already" in mailoutbox[1].body
    assert User.objects.get(pk=outsider.pk).name == "Otto Meyer"


@pytest.mark.parametrize("page", ["/account/password/reset/"])
def test_resetting_answers_alike_for_known_and_unknown_addresses(client, outsider, mailoutbox, page):
    answers = []
    for email in ["somebody-new@example.org", outsider.email]:
        answer = client.post(page, {"email": email})
        answers.append((answer.status_code, answer["location"]))
    assert answers[0] == answers[1]
    assert len(mailoutbox) == 2


@pytest.mark.parametrize("listing", ["partners", "undisclosed"])
def test_the_form_names_only_what_everybody_may_know(client, weavers, make_organisation, listing):
    hidden = make_organisation("Quiet Union", listing=listing)
    assert "Quiet" not in client.get("/account/signup/").content.decode()
    client.post("/account/signup/", FORM | {"place": "listed", "organisation": hidden.slug})
    assert not User.objects.filter(email="nadia@example.org").exists()


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        ({"name": " \u200b "}, "name"),
        ({"email": "nadia"}, "email"),
        ({"password1": "12345"}, "password1"),
        ({"password1": "nadia@example"}, "password1"),
        ({"organisation": ""}, "organisation"),
        ({"organisation": "no-such"}, "organisation"),
        ({"place": "nowhere"}, "place"),
        ({"function": ""}, "function"),
    ],
)
def test_an_error_stands_at_its_field_and_what_was_typed_is_kept(client, listed, broken, field):
    page = client.post("/account/signup/", listed | broken)
    assert list(page.context["form"].errors) == [field]
    if field != "name":
        assert 'value="Nadia Okoye"' in page.content.decode()
    assert not User.objects.filter(email__startswith="nadia").exists()


def test_errors_of_a_new_organisation_stand_at_their_fields(client, new, db):
    page = client.post("/account/signup/", new | {"new-name": "", "new-mandate": "word " * 151})
    assert set(page.context["form"].new.errors) == {"name", "mandate"}
    assert "at most 150 words; this has 151" in page.content.decode()
    assert not User.objects.exists()


def test_a_zone_that_is_none_becomes_utc(client, listed):
    client.post("/account/signup/", listed | {"time_zone": "../../etc/passwd"})
    assert User.objects.get(email="nadia@example.org").time_zone == "UTC"


def test_fields_that_are_not_asked_are_not_taken(client, listed, mailoutbox):
    more = {"is_staff": "on", "is_secretariat": "on", "is_superuser": "1", "role": "focal-point", "state": "active"}
    client.post("/account/signup/", listed | more)
    confirm(client, mailoutbox)
    person = User.objects.get(email="nadia@example.org")
    assert not (person.is_staff or person.is_secretariat or person.is_superuser)
    assert (person.affiliations.get().role, person.affiliations.get().state) == ("staff", "requested")


def test_an_invited_newcomer_is_asked_for_no_organisation(client, member, weavers, mailoutbox):
    client.force_login(member)
    client.post(
        f"/partners/{weavers.slug}/people/invite/",
        {"email": "nadia@example.org", "role": "alternate", "key": "8c1f0d5e-6d55-4a0c-9f63-1d1a3a1d2c11"},
    )
    outbox.send_due()
    client.logout()
    invitation = link_in(mailoutbox[-1])
    assert "place" not in client.get(f"/account/signup/?next={invitation}").context["form"].fields
    form = {name: FORM[name] for name in ("name", "email", "password1")} | {"next": invitation}
    client.post("/account/signup/", form)
    assert confirm(client, mailoutbox)["location"] == invitation
    client.post(invitation)
    assert User.objects.get(email="nadia@example.org").affiliations.get().role == "alternate"


@pytest.mark.parametrize("language", ["fr", "es"])
def test_the_letter_is_in_the_newcomers_language(client, listed, mailoutbox, language):
    client.post("/account/signup/", listed, headers={"accept-language": language})
    assert User.objects.get(email="nadia@example.org").language == language
    html = mailoutbox[-1].alternatives[0].content
    assert f'lang="{language}"' in html
    assert link_in(mailoutbox[-1]) in html


def test_a_forged_host_never_reaches_a_letter(client, listed, mailoutbox, settings):
    client.post("/account/signup/", listed, headers={"host": "localhost:6666"})
    assert settings.SITE_URL in mailoutbox[-1].body
    assert ":6666" not in mailoutbox[-1].body


def test_a_partner_that_is_here_already_is_not_proposed(client, new, make_organisation, db):
    make_organisation("Harbour Watch")
    page = client.post("/account/signup/", new | {"new-name": "harbour  WATCH"})
    assert "already a partner" in str(page.context["form"].new.errors["name"])
    assert "already a partner" in page.content.decode()
    assert not User.objects.exists()


@pytest.mark.parametrize("listing", ["partners", "undisclosed"])
def test_the_form_tells_of_no_hidden_partner(client, new, make_organisation, mailoutbox, listing):
    make_organisation("Harbour Watch", listing=listing)
    client.post("/account/signup/", new)
    confirm(client, mailoutbox)
    assert Organisation.objects.applicants().get().name == "Harbour Watch"


def test_what_could_not_be_carried_out_is_told_with_the_reason(client, new, make_organisation, mailoutbox, weavers):
    client.post("/account/signup/", new)
    make_organisation("Harbour Watch")
    confirm(client, mailoutbox)
    for page in ["/account/welcome/", "/account/organisations/", "/"]:
        text = client.get(page).content.decode()
        assert "At sign-up you proposed <bdi>Harbour Watch</bdi>" in text
        assert "already a partner" in text
    client.post("/account/organisations/request/", {"organisation": weavers.slug, "function": "Analyst"})
    assert "At sign-up" not in client.get("/account/organisations/").content.decode()


def test_a_sign_up_while_mail_is_down_says_so_and_the_letter_is_sent_again(client, listed, mailoutbox, monkeypatch):
    def refuse(*args, **kwargs):
        raise ConnectionRefusedError

    with monkeypatch.context() as down:
        down.setattr("django.core.mail.EmailMessage.send", refuse)
        answer = client.post("/account/signup/", listed, follow=True)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "could not be sent just now" in page
    assert "email sent to" not in page
    cache.clear()
    client.post("/account/login/", {"login": "nadia@example.org", "password": FORM["password1"]})
    confirm(client, mailoutbox)
    assert Affiliation.objects.get().user.email == "nadia@example.org"


@pytest.mark.parametrize("email", ["somebody-new@example.org", "outsider@example.org"])
def test_mail_that_is_down_tells_of_no_account(client, outsider, monkeypatch, email):
    def refuse(*args, **kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    answer = client.post("/account/password/reset/", {"email": email}, follow=True)
    assert answer.redirect_chain == [("/account/password/reset/done/", 302)]
    assert "could not be sent just now" in answer.content.decode()
