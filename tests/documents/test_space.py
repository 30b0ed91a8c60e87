"""The room of a library: counted once for each stored file, refused where none is left, given by the Secretariat."""

import threading
import uuid

import pytest
from django.db import connection
from django.urls import reverse

from core.models import AuditEntry
from groups.documents.models import Document, Space, Upload
from groups.documents.models.space import space_of
from groups.documents.services import LibraryFull, append_chunk, finish_upload, restore_version, start_upload
from groups.standing import Standing

TEXT = b"ten bytes\n"


@pytest.fixture
def small(settings):
    settings.LIBRARY_QUOTA = 25
    return settings


def test_what_comes_in_is_counted_and_what_does_not_fit_is_refused_whole(
    small, add, member, supply_chains, stored, hidden_group
):
    add(member, supply_chains, "a.txt", TEXT)
    add(member, supply_chains, "b.txt", TEXT)
    before = stored()
    with pytest.raises(LibraryFull) as refused:
        add(member, supply_chains, "c.txt", TEXT)
    assert "5\xa0bytes are left" in refused.value.message
    assert (space_of(supply_chains).used, stored()) == (20, before)
    assert (Document.objects.count(), Upload.objects.count()) == (2, 0)
    add(member, hidden_group, "c.txt", TEXT)  # each library has its own


def test_a_version_that_comes_again_takes_nothing(small, add, member, supply_chains):
    document = add(member, supply_chains, "a.txt", TEXT).document
    add(member, supply_chains, "a.txt", b"other one\n", document=document)
    by = Standing.of(member, supply_chains).speak()
    restore_version(document, number=1, base=2, by=by, key=uuid.uuid4())
    assert space_of(supply_chains).used == 20


def test_a_file_that_was_announced_when_there_was_room_is_judged_again(
    small, add, member, lead, supply_chains, stored
):
    by = Standing.of(member, supply_chains).speak()
    first = start_upload(supply_chains, by=by, key=uuid.uuid4(), file_name="a.txt", size=20)
    append_chunk(first, offset=0, chunk=TEXT * 2)
    add(lead, supply_chains, "b.txt", TEXT)
    with pytest.raises(LibraryFull):
        finish_upload(first, by=by)
    assert Document.objects.count() == 1
    assert len([path for path in stored() if "versions" in str(path)]) == 1


def test_nobody_announces_more_than_there_is_room_for(small, add, member, lead, supply_chains):
    by, key = Standing.of(member, supply_chains).speak(), uuid.uuid4()
    start_upload(supply_chains, by=by, key=key, file_name="a.txt", size=20)
    with pytest.raises(LibraryFull):
        start_upload(supply_chains, by=by, key=uuid.uuid4(), file_name="b.txt", size=10)
    start_upload(supply_chains, by=by, key=key, file_name="a.txt", size=20)  # the same once more
    add(lead, supply_chains, "c.txt", TEXT)  # what one announces takes nothing from others


def test_a_script_is_told_by_name(small, signed_in, member, supply_chains):
    announced = signed_in(member).post(
        reverse("documents:start", args=[supply_chains.slug]),
        {"key": str(uuid.uuid4()), "name": "a.txt", "size": 26},
        content_type="application/json",
    )
    assert (announced.status_code, announced.json()["error"]) == (507, "library_full")


def test_writers_see_how_much_is_taken(add, member, supply_chains, signed_in, observer):
    add(member, supply_chains, "a.txt", TEXT)
    top = reverse("documents:list", args=[supply_chains.slug])
    assert "Room taken" in signed_in(member).get(top).content.decode()
    assert "Room taken" not in signed_in(observer).get(top).content.decode()


def test_the_secretariat_gives_room(small, add, member, lead, secretariat, supply_chains, signed_in):
    address = reverse("documents:quota", args=[supply_chains.slug])
    assert signed_in(lead).get(address).status_code == 404
    client = signed_in(secretariat)
    assert client.get(address).status_code == 200
    assert client.post(address, {"gigabytes": "0"}).status_code == 422
    assert client.post(address, {"gigabytes": "2"}).status_code == 302
    assert Space.objects.get(group=supply_chains).limit == 2 * 1024**3
    entry = AuditEntry.objects.get(verb="group.space_given")
    assert (entry.actor_id, entry.payload["now"]) == (secretariat.pk, 2 * 1024**3)
    add(member, supply_chains, "long.txt", TEXT * 10)
    client.post(address, {"gigabytes": ""})
    assert space_of(supply_chains).limit == 25
    assert (space_of(supply_chains).left, space_of(supply_chains).percent) == (0, 100)


@pytest.mark.django_db(transaction=True)
def test_two_files_at_once_never_take_the_same_room(small, member, lead, supply_chains):
    uploads = []
    for person, name in ((member, "a.txt"), (lead, "b.txt")):
        by = Standing.of(person, supply_chains).speak()
        upload = start_upload(supply_chains, by=by, key=uuid.uuid4(), file_name=name, size=20)
        append_chunk(upload, offset=0, chunk=TEXT * 2)
        uploads.append((upload, by))
    outcomes, together = [], threading.Barrier(2)

    def finish(upload, by):
        together.wait()
        try:
            outcomes.append(finish_upload(upload, by=by).number)
        except LibraryFull:
            outcomes.append("full")
        finally:
            connection.close()

    threads = [threading.Thread(target=finish, args=one) for one in uploads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == ["1", "full"]
    assert (space_of(supply_chains).used, Document.objects.count()) == (20, 1)
