"""What a person sets for themselves, and the administration."""

import pytest

from accounts.models import User
from core.models import AuditEntry

PROFILE = {"name": "Sana Haddad-Klein", "language": "fr", "time_zone": "Africa/Tunis", "theme": "dark"}


def test_language_and_zone_hold_from_the_next_page(client, stranger):
    client.force_login(stranger)
    client.post("/account/profile/", PROFILE)
    page = client.get("/account/profile/")
    assert page.headers["content-language"] == "fr"
    assert 'lang="fr"' in page.content.decode()
    assert 'data-theme="dark"' in page.content.decode()
    stranger.refresh_from_db()
    assert (stranger.name, stranger.time_zone) == ("Sana Haddad-Klein", "Africa/Tunis")


def test_only_preferences_are_taken(client, stranger):
    client.force_login(stranger)
    more = {"is_staff": "on", "is_secretariat": "on", "email": "other@example.org", "is_active": ""}
    client.post("/account/profile/", PROFILE | more)
    stranger.refresh_from_db()
    assert (stranger.is_staff, stranger.is_secretariat, stranger.is_active) == (False, False, True)
    assert stranger.email == "stranger@example.org"


@pytest.mark.parametrize(
    ("broken", "field"),
    [({"name": "\u202e"}, "name"), ({"time_zone": "Mars/Olympus"}, "time_zone"), ({"language": "tlh"}, "language")],
)
def test_a_bad_profile_is_not_saved(client, stranger, broken, field):
    client.force_login(stranger)
    page = client.post("/account/profile/", PROFILE | broken)
    assert page.status_code == 400
    assert list(page.context["form"].errors) == [field]
    stranger.refresh_from_db()
    assert stranger.name == "Sana Haddad"


def test_the_language_switch_is_remembered_for_a_person(client, stranger):
    client.force_login(stranger)
    client.post("/language/", {"language": "es", "next": "/partners/"})
    stranger.refresh_from_db()
    assert stranger.language == "es"
    client.post("/language/", {"language": "xx"})
    stranger.refresh_from_db()
    assert stranger.language == "es"


def test_what_the_profile_says_last_holds_over_the_switch(client, stranger):
    client.force_login(stranger)
    client.post("/language/", {"language": "es"})
    client.post("/account/profile/", PROFILE | {"language": ""})
    page = client.get("/account/profile/", headers={"accept-language": "fr"})
    assert page.headers["content-language"] == "fr"


def test_the_language_switch_leads_to_no_other_site(client, db):
    answer = client.post("/language/", {"language": "es", "next": "https://evil.example/"})
    assert "evil" not in answer["location"]


def test_the_security_page_leads_to_each_part(client, stranger):
    client.force_login(stranger)
    page = client.get("/account/security/").content.decode()
    for path in ["/account/email/", "/account/password/change/", "/account/2fa/", "/account/sessions/"]:
        assert f'href="{path}"' in page


# --- The administration -------------------------------------------------------------------------------------------


@pytest.fixture
def administrator(make_person):
    """Administers the site."""
    return make_person("Ada Quist", is_staff=True)


def change(client, person, **changes):
    form = {"name": person.name, "language": "", "time_zone": "UTC", "is_active": "on", "reason": ""} | changes
    return client.post(f"/admin/accounts/user/{person.pk}/change/", {k: v for k, v in form.items() if v is not None})


def test_the_administration_signs_in_as_everybody_does(client, db):
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/account/login/")


@pytest.mark.parametrize("who", ["lead", "secretariat", "outsider"])
def test_the_administration_is_for_administrators(client, request, who):
    client.force_login(request.getfixturevalue(who))
    assert client.get("/admin/").status_code in {302, 403}


def test_the_administration_holds_people_and_nothing_else(client, administrator):
    client.force_login(administrator)
    models = [model["object_name"] for app in client.get("/admin/").context["app_list"] for model in app["models"]]
    assert models == ["User"]
    assert client.get("/admin/accounts/user/add/").status_code == 403


def test_who_is_appointed_administers(client, administrator, stranger, member):
    client.force_login(administrator)
    change(client, stranger, is_staff="on", reason="Takes over.")
    client.force_login(stranger)
    assert member.email in client.get("/admin/accounts/user/").content.decode()
    change(client, member, is_secretariat="on", reason="Joins the team.")
    member.refresh_from_db()
    assert member.is_secretariat


def test_the_administration_tells_no_address_of_what_is_hidden(client, administrator, hidden_group, make_organisation):
    from django.contrib.contenttypes.models import ContentType

    client.force_login(administrator)
    for hidden in [hidden_group, make_organisation("Quiet Union", listing="undisclosed")]:
        kind = ContentType.objects.get_for_model(hidden)
        answer = client.get(f"/admin/r/{kind.pk}/{hidden.pk}/", follow=True)
        assert answer.status_code == 404
        assert hidden.slug not in answer.content.decode()
    assert client.get(f"/admin/accounts/user/{administrator.pk}/change/").status_code == 200


def test_appointing_to_the_secretariat_is_recorded_with_its_reason(client, administrator, stranger):
    client.force_login(administrator)
    change(client, stranger, is_secretariat="on")
    stranger.refresh_from_db()
    assert not stranger.is_secretariat
    change(client, stranger, is_secretariat="on", reason="Joins the team.")
    stranger.refresh_from_db()
    assert stranger.is_secretariat
    entry = AuditEntry.objects.get(verb="account.changed")
    assert (entry.actor_id, entry.object_id, entry.reason) == (administrator.pk, stranger.pk, "Joins the team.")


def test_a_closed_account_loses_its_session(client, administrator, member, supply_chains):
    from django.test import Client

    from groups.standing import Standing

    theirs = Client()
    theirs.force_login(member)
    client.force_login(administrator)
    change(client, member, is_active=None, reason="Asked for it.")
    assert theirs.get("/account/profile/").status_code == 302
    assert not Standing.of(User.objects.get(pk=member.pk), supply_chains).is_participant


def test_administrators_do_not_lock_themselves_out(client, administrator):
    client.force_login(administrator)
    change(client, administrator, is_active=None, reason="Oops.")
    administrator.refresh_from_db()
    assert administrator.is_active
