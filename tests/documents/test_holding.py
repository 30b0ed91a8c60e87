"""Working on a document elsewhere: others see it and add nothing meanwhile; it ends by a version, a word or by time."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from api.scopes import SCOPES
from api.services import issue_token
from core.models import AuditEntry
from groups.documents.models import Hold, Version
from groups.documents.services import Held, finish_upload, restore_version, start_upload
from groups.documents.services.uploads import append_chunk
from groups.standing import Standing


@pytest.fixture
def draft(add, lead, supply_chains):
    return add(lead, supply_chains, "Draft.txt", b"first").document


@pytest.fixture
def take(signed_in):
    """Take the document by its page, and return the page that follows."""

    def by(person, document, **fields):
        address = reverse("documents:hold", args=[document.group.slug, document.pk])
        sent = {"days": 3, "note": "Section 3", **fields}
        return signed_in(person).post(address, sent, follow=True).content.decode()

    return by


def test_others_see_who_has_it_and_add_nothing(draft, take, add, member, lead, supply_chains, signed_in):
    take(member, draft)
    page = signed_in(lead).get(draft.get_absolute_url()).content.decode()
    assert f"Worked on elsewhere by <bdi>{member.name}</bdi> for <bdi>Weavers’ Union</bdi> until <time " in page
    assert "Section 3" in page
    with pytest.raises(Held, match="Ask them, or a lead"):
        add(lead, supply_chains, "Draft.txt", b"second", document=draft)
    by = Standing.of(lead, supply_chains).speak()
    assert Version.objects.count() == 1
    add(member, supply_chains, "Draft.txt", b"second", document=draft)
    with pytest.raises(Held):
        take(member, draft)
        restore_version(draft, number=1, base=2, by=by, key=uuid.uuid4())


def test_programs_are_told_who_has_it_what_was_restored_and_what_both_kept(
    draft, take, add, member, lead, supply_chains, client
):
    by = Standing.of(lead, supply_chains).speak()
    add(lead, supply_chains, "Draft.txt", b"second", document=draft, base=1)
    add(lead, supply_chains, "Draft.txt", b"beside it", document=draft, base=1)
    restore_version(draft, number=1, base=3, by=by, key=uuid.uuid4())
    take(member, draft)
    until = timezone.now() + timedelta(days=1)
    _token, secret = issue_token(member, name="A program", scopes=SCOPES, expires_at=until, key=uuid.uuid4())
    at = f"/api/v1/groups/{supply_chains.slug}/documents/{draft.pk}"
    record = client.get(at, headers={"Authorization": f"Bearer {secret}"}).json()
    assert [(one["number"], one["restored_from"], one["missed"]) for one in record["versions"]] == [
        (4, 1, []),
        (3, None, [2]),
        (2, None, []),
        (1, None, []),
    ]
    assert (record["hold"]["by"]["name"], record["hold"]["note"]) == ("Marco Silva", "Section 3")
    Hold.objects.all().delete()
    assert client.get(at, headers={"Authorization": f"Bearer {secret}"}).json()["hold"] is None


def test_its_holders_version_gives_it_back(draft, take, add, member, lead, supply_chains):
    take(member, draft)
    add(member, supply_chains, "Draft.txt", b"second", document=draft)
    assert not Hold.objects.exists()
    assert add(lead, supply_chains, "Draft.txt", b"third", document=draft).number == 3


def test_a_second_who_wants_it_is_told_that_it_is_taken(draft, take, member, lead):
    take(member, draft)
    assert "Somebody works on this document elsewhere" in take(lead, draft)
    assert Hold.objects.get().author == member


def test_leads_and_the_holder_release_it_and_members_do_not(
    draft, take, member, lead, make_insider, supply_chains, signed_in
):
    release = reverse("documents:release", args=[supply_chains.slug, draft.pk])
    take(member, draft)
    other = make_insider(supply_chains, "Olga Other")
    signed_in(other).post(release)
    assert Hold.objects.exists()
    signed_in(lead).post(release)
    assert not Hold.objects.exists()
    assert AuditEntry.objects.filter(verb="document.released").count() == 1
    take(member, draft)
    signed_in(member).post(release)
    assert not Hold.objects.exists()


def test_time_ends_it(draft, take, add, member, lead, supply_chains):
    take(member, draft)
    Hold.objects.update(until=timezone.now() - timedelta(minutes=1))
    assert add(lead, supply_chains, "Draft.txt", b"second", document=draft).number == 2
    assert "It is yours for now" in take(lead, draft)


def test_what_was_on_its_way_before_is_kept_and_marked(draft, take, member, lead, supply_chains):
    """An upload that began before the document was taken is not lost: both versions are kept."""
    by = Standing.of(lead, supply_chains).speak()
    upload = start_upload(
        supply_chains, by=by, key=uuid.uuid4(), file_name="Draft.txt", size=6, document=draft, base=1
    )
    append_chunk(upload, offset=0, chunk=b"second")
    take(member, draft)
    assert finish_upload(upload, by=by).number == 2
    assert Hold.objects.get().author == member


@pytest.mark.parametrize("days", ["0", "99", "x", ""])
def test_a_time_that_is_not_offered_is_refused(days, draft, take, member):
    take(member, draft, days=days)
    assert not Hold.objects.exists()


def test_observers_hold_nothing(draft, take, observer):
    take(observer, draft)
    assert not Hold.objects.exists()
