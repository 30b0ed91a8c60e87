"""A document on its way: short words for what people do with it."""

import io
import uuid
from datetime import timedelta

import pytest
from django.core.files import File
from django.utils import timezone

from groups.clearance import services
from groups.clearance.models import Round
from groups.documents.services import add_file
from groups.standing import Standing
from tests.letters import deliver  # noqa: F401 - a fixture

DAY = timedelta(days=1)
BYTES = b"%PDF-1.4\n" + b"cleared " * 600


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path):
    settings.SPOOL_DIR = tmp_path / "spool"
    settings.STORAGES = settings.STORAGES | {
        "default": settings.STORAGES["default"] | {"OPTIONS": {"location": tmp_path / "files", "base_url": None}}
    }


def capacity(person, group):
    return Standing.of(person, group).speak()


@pytest.fixture
def draft(supply_chains, member):
    """The first version of a document, put into the library by the member."""
    return put(member, supply_chains)


def put(person, group, *, document=None, content=BYTES, name="Brief.pdf"):
    """Add a document, or a version of one, in a person's name; return the version."""
    file = File(io.BytesIO(content), name)
    by = capacity(person, group)
    return add_file(group, file, by=by, key=uuid.uuid4(), file_name=name, document=document)


def reviewed(version, person, *, since=3, **fields):
    """Put a version to the group some days ago, for a day."""
    past = timezone.now() - since * DAY
    begun = {"number": version.number, "until": past + DAY, "key": uuid.uuid4(), "at": past} | fields
    return services.begin_review(version.document, by=capacity(person, version.document.group), **begun)


def asked(round_, person, *organisations, days=9, **fields):
    """Ask organisations to clear it, from a day ago, for some days."""
    fields = {"until": timezone.now() + days * DAY, "at": timezone.now() - DAY} | fields
    ids = [one.pk for one in organisations]
    return services.begin_clearance(round_, by=capacity(person, round_.group), organisations=ids, **fields)


def say(round_, person, says="clear", text="", *, base=0, **fields):
    """Answer in a person's name."""
    fields = {"key": uuid.uuid4()} | fields
    return services.answer(round_, by=capacity(person, round_.group), says=says, text=text, base=base, **fields)


def over(round_):
    """Let the date pass, and the clock come by."""
    Round.objects.filter(pk=round_.pk).update(until=timezone.now() - timedelta(seconds=1))
    services.attend()
    return fresh(round_)


def fresh(round_):
    """Return the round as it is now."""
    return Round.objects.select_related("group", "document", "version").get(pk=round_.pk)


PUBLIC_WORDS = {
    "title": "Fees of recruiters",
    "authors": "Supply Chains",
    "summary": "What recruiters charge.",
    "year": 2026,
    "language": "en",
    "licence": "cc-by-4.0",
}


def published(round_, person, **words):
    """Publish what was cleared."""
    return services.publish_round(round_, by=capacity(person, round_.group), **(PUBLIC_WORDS | words))


@pytest.fixture
def running(draft, lead, dockers, weavers):
    """A round in which the dockers and the weavers are asked."""
    return asked(reviewed(draft, lead), lead, dockers, weavers)


@pytest.fixture
def cleared(running, lead, member):
    """A round that both have cleared."""
    say(running, lead)
    say(running, member, "comment", "Mind the table on page 3.")
    return over(running)


@pytest.fixture
def publication(cleared, lead):
    """What it became."""
    return published(cleared, lead)
