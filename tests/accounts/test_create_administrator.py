"""The command that makes the first administrator of an empty site."""

import io

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command

from accounts.models import User

pytestmark = pytest.mark.django_db


def create(monkeypatch, email, password, **options):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    call_command("create_administrator", email, **options)


def test_an_administrator_signs_in_at_once(client, monkeypatch):
    create(monkeypatch, "Chief@Example.org", "salt and lanterns", name="Ama Boateng")

    person = User.objects.get()
    assert (person.email, person.name) == ("chief@example.org", "Ama Boateng")
    assert person.is_superuser
    assert person.is_secretariat
    answer = client.post("/account/login/", {"login": "chief@example.org", "password": "salt and lanterns"})
    assert (answer.status_code, answer.headers["location"]) == (302, "/")


@pytest.mark.parametrize(
    ("email", "password", "message"),
    [
        ("not an address", "salt and lanterns", "is not an e-mail address"),
        ("taken@example.org", "salt and lanterns", "has an account already"),
        ("chief@example.org", "short", "too short"),
        ("chief@example.org", "chief@example.org", "too similar"),
        ("chief@example.org", "", "too short"),
    ],
)
def test_what_cannot_be_leaves_nobody_behind(monkeypatch, make_person, email, password, message):
    make_person(email="taken@example.org")

    with pytest.raises(CommandError, match=message):
        create(monkeypatch, email, password)

    assert User.objects.count() == EmailAddress.objects.count() == 1
