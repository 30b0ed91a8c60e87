"""The command that makes the first administrator of an empty site."""

import io
import os
import subprocess
import sys

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
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
        ("second@example.org", "salt and lanterns", "is a further address of an account already"),
        ("chief@example.org", "short", "too short"),
        ("chief@example.org", "chief@example.org", "too similar"),
        ("chief@example.org", "", "too short"),
    ],
)
def test_what_cannot_be_leaves_nobody_behind(monkeypatch, make_person, email, password, message):
    taken = make_person(email="taken@example.org")
    EmailAddress.objects.create(user=taken, email="second@example.org", verified=True)

    with pytest.raises(CommandError, match=message):
        create(monkeypatch, email, password)

    assert list(User.objects.all()) == [taken]
    assert EmailAddress.objects.count() == 2


def test_it_works_in_a_folder_where_nothing_was_yet(tmp_path):
    create = [sys.executable, "manage.py", "create_administrator", "chief@example.org"]
    clean = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    done = subprocess.run(
        create,
        cwd=settings.BASE_DIR,
        env=clean | {"DATA_DIR": str(tmp_path / "site")},
        input="salt and lanterns\n",
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "chief@example.org administers the site and is of its Secretariat.\n"
