"""What holds in a library when others act meanwhile: on the engine this run uses, and so, in the other run, on PostgreSQL."""

import hashlib
import io
import os
import uuid

import pytest
from django.core.files import File
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from core.errors import Conflict
from groups.documents import services
from groups.documents.models import Document, Folder, Upload, Version
from groups.models import Group, Membership
from groups.services import remove_membership
from groups.standing import NotAllowed, Standing
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)
LONG = b"%PDF-1.4\n" + bytes(range(256)) * 40


def capacity(person, group):
    return Standing.of(person, group).speak()


def send(group, by, key, content=LONG, file=None):
    return services.add_file(group, file or File(io.BytesIO(content), name="a.pdf"), by=by, key=key, file_name="a.pdf")


@pytest.fixture
def small_chunks(settings):
    settings.CHUNK_SIZE = 1000


@pytest.fixture
def ended(member, lead, weavers, supply_chains):
    """Take the right to write from the member, as one of two things that happen."""

    def end(how):
        if how == "removed":
            membership = Membership.objects.get(organisation=weavers, group=supply_chains)
            remove_membership(membership, by=capacity(lead, supply_chains), reason="Left the alliance")
        else:
            Group.objects.filter(pk=supply_chains.pk).update(state="closed")

    return end


def test_a_sending_that_another_overtakes_goes_on_from_where_the_file_is(member, supply_chains, small_chunks):
    key, by = uuid.uuid4(), capacity(member, supply_chains)

    class Overtaken(File):
        """Before each of its chunks, the other sending of the same form brings the next one, now and then half of it."""

        def read(self, *args):
            data = super().read(*args)
            if upload := Upload.objects.first():
                size = 500 if upload.received % 1000 == 0 else 1000
                services.append_chunk(
                    upload, offset=upload.received, chunk=LONG[upload.received : upload.received + size]
                )
            return data

    version = send(supply_chains, by, key, file=Overtaken(io.BytesIO(LONG), name="a.pdf"))
    with version.open() as file:
        assert file.read() == LONG
    assert version.sha256 == hashlib.sha256(LONG).hexdigest()


def test_sendings_of_one_form_at_once_make_one_whole_file(member, supply_chains, small_chunks, stored):
    key, by = uuid.uuid4(), capacity(member, supply_chains)
    results = at_once(4, lambda index: send(supply_chains, by, key))
    assert {type(result) for result in results} == {Version}, results
    assert len({result.pk for result in results}) == 1
    assert Version.objects.get().sha256 == hashlib.sha256(LONG).hexdigest()
    assert len(stored()) == 1


def test_two_files_sent_at_once_with_one_key_never_become_one(member, supply_chains, small_chunks, stored):
    key, by = uuid.uuid4(), capacity(member, supply_chains)
    other = LONG[:5000] + LONG[5000:][::-1]
    upload = services.start_upload(supply_chains, by=by, key=key, file_name="a.pdf", size=len(LONG))
    for offset in range(0, 9000, 1000):
        services.append_chunk(upload, offset=offset, chunk=LONG[offset : offset + 1000])
    with pytest.raises(Conflict, match="sent before with another file"):
        send(supply_chains, by, key, content=other)
    assert stored() == []
    assert not Document.objects.exists()


ACTS = {
    "finish": lambda at: services.finish_upload(at["upload"], by=at["by"]),
    "rename": lambda at: services.rename_document(at["document"], title="Other", by=at["by"]),
    "move": lambda at: services.move_document(at["document"], folder=at["folder"], by=at["by"]),
    "delete": lambda at: services.delete_document(at["document"], by=at["by"]),
    "put back": lambda at: services.put_back(at["gone"], by=at["by"]),
    "restore": lambda at: services.restore_version(at["document"], number=1, base=2, by=at["by"], key=uuid.uuid4()),
    "make a folder": lambda at: services.create_folder(
        at["group"], parent=None, name="New", by=at["by"], key=uuid.uuid4()
    ),
    "rename a folder": lambda at: services.rename_folder(at["folder"], name="New", by=at["by"]),
    "move a folder": lambda at: services.move_folder(at["folder"], parent=at["other"], by=at["by"]),
    "remove a folder": lambda at: services.delete_folder(at["folder"], by=at["by"]),
}


def rows():
    return [list(model.objects.order_by("pk").values()) for model in (Document, Version, Folder)]


@pytest.mark.parametrize("how", ["removed", "closed"])
@pytest.mark.parametrize("act", ACTS)
def test_who_lost_the_right_between_door_and_act_changes_nothing(
    act, how, member, supply_chains, add, make_folder, ended
):
    by = capacity(member, supply_chains)
    document = add(member, supply_chains).document
    add(member, supply_chains, document=document)
    gone = add(member, supply_chains, "Gone.pdf").document
    services.delete_document(gone, by=by)
    upload = services.start_upload(supply_chains, by=by, key=uuid.uuid4(), file_name="a.pdf", size=len(LONG))
    services.append_chunk(upload, offset=0, chunk=LONG)
    at = {"by": by, "group": supply_chains, "document": document, "gone": gone, "upload": upload}
    at |= {name: make_folder(member, supply_chains, name) for name in ("folder", "other")}
    ended(how)
    before = rows()
    with pytest.raises(NotAllowed):
        ACTS[act](at)
    assert rows() == before


@pytest.mark.parametrize("how", ["removed", "closed"])
def test_who_loses_the_right_while_the_bytes_are_stored_shows_nothing(
    how, member, supply_chains, monkeypatch, ended, stored
):
    by = capacity(member, supply_chains)
    link = os.link

    def slowly(*names):
        ended(how)
        link(*names)

    monkeypatch.setattr("os.link", slowly)
    with pytest.raises(NotAllowed):
        send(supply_chains, by, uuid.uuid4())
    assert not Document.objects.exists()
    assert stored() == []


def test_deleting_is_judged_as_things_are_now(member, lead, supply_chains, add):
    document = add(member, supply_chains).document
    by = capacity(lead, supply_chains)
    Membership.objects.filter(organisation=by.organisation).update(role="member")
    with pytest.raises(NotAllowed):
        services.delete_document(document, by=by)
    services.delete_document(document, by=capacity(member, supply_chains))
    with pytest.raises(NotAllowed):
        services.put_back(document, by=by)
    document.refresh_from_db()
    assert document.deleted_at


def test_a_commit_whose_answer_is_lost_keeps_its_bytes(member, supply_chains, monkeypatch):
    by = capacity(member, supply_chains)
    upload = services.start_upload(supply_chains, by=by, key=uuid.uuid4(), file_name="a.pdf", size=len(LONG))
    services.append_chunk(upload, offset=0, chunk=LONG)
    commit = BaseDatabaseWrapper._commit

    def unanswered(self):
        commit(self)
        raise OperationalError("the connection was lost")

    with monkeypatch.context() as broken:
        broken.setattr(BaseDatabaseWrapper, "_commit", unanswered)
        with pytest.raises(OperationalError):
            services.finish_upload(upload, by=by)
    with Version.objects.get().open() as file:
        assert file.read() == LONG
    assert services.finish_upload(upload, by=by) == Version.objects.get()


def test_what_is_put_back_while_its_folder_is_removed_lies_in_one_that_stands(member, supply_chains, add, make_folder):
    by = capacity(member, supply_chains)
    for number in range(5):
        folder = make_folder(member, supply_chains, f"Folder {number}")
        document = add(member, supply_chains, f"{number}.pdf", folder=folder).document
        services.delete_document(document, by=by)
        acts = [
            lambda document=document: services.put_back(document, by=by),
            lambda folder=folder: services.delete_folder(folder, by=by),
            lambda folder=folder, number=number: services.add_file(
                supply_chains,
                File(io.BytesIO(LONG)),
                by=by,
                key=uuid.uuid4(),
                file_name=f"n{number}.pdf",
                folder=folder,
            ),
        ]
        results = at_once(3, lambda index, acts=acts: acts[index]())
        assert not [one for one in results if isinstance(one, OperationalError)], results
    assert Document.objects.present().count() == 10
    assert not Document.objects.present().filter(folder__deleted_at__isnull=False).exists()
