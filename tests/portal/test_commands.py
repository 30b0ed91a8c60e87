"""What stands between a database and its being served: `prepare` before a start, `after_restore` after a backup was put back."""

import uuid

import pytest
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.urls import reverse

from core.models import Deployment
from groups.documents.services import add_file
from groups.standing import Standing
from portal.demo.people import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_to_collect(settings):
    settings.COLLECTED = False


def test_an_empty_site_says_how_to_begin(settings, capsys, tmp_path):
    settings.DATA_DIR = settings.DEFAULT_DATA_DIR
    call_command("prepare")
    settings.DATA_DIR = tmp_path / "our groups"
    call_command("prepare")
    plain, named = capsys.readouterr().out.splitlines()
    assert plain.endswith(": script/manage create_administrator you@example.org")
    assert named.endswith(f": DATA_DIR='{tmp_path}/our groups' script/manage create_administrator you@example.org")


def test_a_demonstration_never_becomes_a_site(settings, capsys, lead):
    settings.DEMO = True
    call_command("prepare")
    assert f"the password {PASSWORD}" in capsys.readouterr().out

    settings.DEMO = False
    with pytest.raises(
        CommandError, match=r"demonstration, whose passwords are public\. Set another DATA_DIR, or DEMO=1"
    ):
        call_command("prepare")


def test_a_site_never_becomes_a_demonstration(settings, capsys, make_person):
    make_person(email="chief@example.com")
    call_command("prepare")
    assert capsys.readouterr().out == ""

    settings.DEMO = True
    with pytest.raises(CommandError, match="holds a site of its own. Set DEMO=0, or another DATA_DIR"):
        call_command("prepare")


def test_after_a_restore_pages_begin_anew_and_nobody_is_signed_in(client, signed_in, member, supply_chains, capsys):
    room = reverse("chat:room", args=[supply_chains.slug])
    before = Deployment.current_epoch()
    assert before in signed_in(member).get(room, follow=True).content.decode()

    call_command("after_restore")

    assert capsys.readouterr().out == "A new epoch has begun. 1 sessions ended.\n"
    assert not Session.objects.exists()
    assert client.get(room, follow=True).redirect_chain[-1][0].startswith(reverse("account_login"))
    page = signed_in(member).get(room, follow=True).content.decode()
    assert before not in page
    assert Deployment.current_epoch() in page


def test_after_a_restore_lost_files_are_named(member, supply_chains, capsys):
    version = add_file(
        supply_chains,
        ContentFile(b"%PDF-1.4\n%%EOF\n"),
        by=Standing.of(member, supply_chains).speak(),
        key=uuid.uuid4(),
        file_name="minutes.pdf",
    )
    storages["default"].delete(version.path)
    with pytest.raises(CommandError, match="Restore the files"):
        call_command("after_restore")
    assert f"Document {version.document_id}, version 1: its file" in capsys.readouterr().err
