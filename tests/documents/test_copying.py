"""The same bytes twice: copied on purpose, or sent by somebody who did not know that they are here."""

import uuid

import pytest
from django.urls import reverse

from core.models import AuditEntry
from groups.documents.models import Document, Reach, Upload, Version
from groups.documents.models.space import space_of
from groups.documents.services import (
    SameContent,
    Widens,
    append_chunk,
    copy_document,
    describe_document,
    finish_upload,
    hold_document,
    set_rights,
    start_upload,
)
from groups.documents.services.describing import Description
from groups.pages.content.from_markdown import parsed
from groups.pages.services import create_page
from groups.standing import NotAllowed, Standing

TEXT = b"Wages in the quarry\n"


def speak(person, group):
    return Standing.of(person, group).speak()


@pytest.fixture
def sent(member, supply_chains):
    """Send a whole file as a script does, and leave it to be finished."""

    def send(group=None, content=TEXT, name="again.txt", person=None):
        group, person = group or supply_chains, person or member
        by = speak(person, group)
        upload = start_upload(group, by=by, key=uuid.uuid4(), file_name=name, size=len(content))
        append_chunk(upload, offset=0, chunk=content)
        return upload

    return send


def finish(client, upload, **asked):
    return client.post(
        reverse("documents:finish", args=[upload.group.slug, upload.key]), query_params={"same": "ask", **asked}
    )


def test_a_copy_has_the_newest_version_its_record_and_no_room_of_its_own(
    add, member, lead, make_folder, supply_chains, signed_in
):
    document = add(member, supply_chains, "a.txt", TEXT).document
    add(member, supply_chains, "b.txt", b"newer words", document=document)
    by = speak(member, supply_chains)
    describe_document(document, Description(type="brief", mark="amber"), by=by, base=1)
    folder, used = make_folder(lead, supply_chains, "Target"), space_of(supply_chains).used
    sent = {"folder": folder.pk, "key": str(uuid.uuid4())}
    address = reverse("documents:copy", args=[supply_chains.slug, document.pk])
    for _again in range(2):
        answer = signed_in(lead).post(address, sent)
        assert answer.status_code == 302
    copy = Document.objects.exclude(pk=document.pk).get()
    assert (copy.folder, copy.title, copy.type, copy.mark, copy.reach) == (folder, "a", "brief", "amber", 1)
    assert (copy.author, copy.latest.number, copy.latest.file_name) == (lead, 1, "b.txt")
    assert b"".join(signed_in(member).get(copy.latest.get_absolute_url()).streaming_content) == b"newer words"
    assert space_of(supply_chains).used == used
    assert AuditEntry.objects.get(verb="document.copied").payload["of"] == document.pk


@pytest.mark.parametrize("mark", ["amber", "red"])
def test_what_is_not_green_is_copied_only_by_who_may_mark_it_less_strictly(
    add, member, lead, supply_chains, signed_in, mark
):
    document = add(lead, supply_chains, "sources.txt", TEXT).document
    describe_document(document, Description(mark=mark), by=speak(lead, supply_chains), base=1)
    address = reverse("documents:copy", args=[supply_chains.slug, document.pk])
    assert address not in signed_in(member).get(document.get_absolute_url()).content.decode()
    assert address in signed_in(lead).get(document.get_absolute_url()).content.decode()
    refused = signed_in(member).post(address, {"folder": "", "key": str(uuid.uuid4())})
    assert refused.status_code == 422
    assert "copy what is not marked green" in refused.content.decode()
    assert Document.objects.get() == document
    assert signed_in(lead).post(address, {"folder": "", "key": str(uuid.uuid4())}).status_code == 302
    assert Document.objects.exclude(pk=document.pk).get().mark == mark


def test_a_copy_is_not_made_where_one_does_not_write_nor_shown_to_more_by_accident(
    add, member, lead, make_folder, supply_chains
):
    hidden, closed = make_folder(lead, supply_chains, "Hidden"), make_folder(lead, supply_chains, "Closed")
    as_lead, by = speak(lead, supply_chains), speak(member, supply_chains)
    set_rights(hidden, rights="hidden", by=as_lead)
    set_rights(closed, rights="leads", by=as_lead)
    document = add(member, supply_chains, "a.txt", TEXT, folder=hidden).document
    with pytest.raises(Widens):
        copy_document(document, folder=None, by=by, key=uuid.uuid4())
    with pytest.raises(NotAllowed):
        copy_document(document, folder=closed, by=by, key=uuid.uuid4(), widen=True)
    assert Document.objects.count() == 1
    assert copy_document(document, folder=None, by=by, key=uuid.uuid4(), widen=True).reach == Reach.READERS


def test_what_leads_alone_change_others_may_still_copy_elsewhere(
    add, member, lead, make_folder, supply_chains, signed_in
):
    closed = make_folder(lead, supply_chains, "Closed")
    document = add(lead, supply_chains, "a.txt", TEXT, folder=closed).document
    set_rights(closed, rights="leads", by=speak(lead, supply_chains))
    address = reverse("documents:copy", args=[supply_chains.slug, document.pk])
    refused = signed_in(member).post(address, {"folder": closed.pk, "key": str(uuid.uuid4())})
    assert refused.status_code == 422
    assert signed_in(member).post(address, {"folder": "", "key": str(uuid.uuid4())}).status_code == 302


def test_a_script_is_told_of_the_same_content_and_chooses(add, member, supply_chains, signed_in, sent):
    document = add(member, supply_chains, "first.txt", TEXT).document
    client = signed_in(member)
    asked = finish(client, sent())
    answer = asked.json()
    assert (asked.status_code, answer["error"]) == (409, "same_content")
    assert answer["document"] == {"id": document.pk, "title": "first", "number": 1, "url": document.get_absolute_url()}
    waiting = Upload.objects.get()
    done = finish(client, waiting, version_of=document.pk)
    assert (done.status_code, done.json()["id"], done.json()["number"]) == (200, document.pk, 2)
    both = client.post(reverse("documents:finish", args=[supply_chains.slug, sent().key]))
    assert both.status_code == 200
    assert both.json()["id"] != document.pk
    other = finish(client, sent(content=b"other words"))
    assert other.status_code == 200


def test_nothing_is_said_of_what_the_sender_may_not_see(
    add, member, lead, hidden_group, make_insider, supply_chains, signed_in, sent, make_folder
):
    add(member, hidden_group, "secret.txt", TEXT)
    assert finish(signed_in(member), sent()).status_code == 200  # another library's
    supply_chains.history = "from-joining"
    supply_chains.save()
    newcomer = make_insider(supply_chains, "Nadia Amrani")
    assert finish(signed_in(newcomer), sent(person=newcomer)).status_code == 200  # from before they joined


def test_a_version_is_made_only_of_what_the_sender_may_change(
    add, member, lead, make_folder, supply_chains, signed_in, sent
):
    closed = make_folder(lead, supply_chains, "Closed")
    document = add(lead, supply_chains, "a.txt", TEXT, folder=closed).document
    set_rights(closed, rights="leads", by=speak(lead, supply_chains))
    assert finish(signed_in(member), sent(), version_of=document.pk).status_code == 404
    assert document.versions.count() == 1


def test_a_page_and_what_somebody_holds_become_no_version_of_the_same_content(
    add, member, lead, supply_chains, signed_in, sent
):
    by, words = speak(member, supply_chains), parsed("Wages in the quarry")
    page = create_page(supply_chains, by=by, key=uuid.uuid4(), title="Wages", blocks=words).document
    held = add(member, supply_chains, "first.txt", TEXT).document
    with page.latest.open() as file:
        again = sent(content=file.read(), name="again.md")
    client = signed_in(member)
    assert finish(client, again).json()["document"]["id"] == page.pk
    refused = finish(client, again, version_of=page.pk)
    assert (refused.status_code, refused.json()["error"]) == (422, "page")
    hold_document(held, by=speak(lead, supply_chains), days=1)
    refused = finish(client, sent(), version_of=held.pk)
    assert (refused.status_code, refused.json()["error"]) == (422, "held")
    assert (Version.objects.count(), Upload.objects.filter(document=None).count()) == (2, 2)


def test_a_version_of_the_same_content_follows_the_one_its_sender_saw(
    add, member, lead, supply_chains, signed_in, sent
):
    document = add(member, supply_chains, "first.txt", TEXT).document
    add(lead, supply_chains, "first.txt", b"other words", document=document)
    done = finish(signed_in(member), sent(), version_of=document.pk, base=1)
    assert done.json()["number"] == 3
    assert document.versions.get(number=3).follows == 1
    assert finish(signed_in(member), sent(name="b.txt"), version_of=document.pk, base=10**12).status_code == 200
    assert document.versions.get(number=4).follows == 3


def test_the_plain_form_tells_and_takes_a_second_one_when_told(add, member, supply_chains, signed_in):
    from django.core.files.uploadedfile import SimpleUploadedFile

    add(member, supply_chains, "first.txt", TEXT)
    client, address = signed_in(member), reverse("documents:upload", args=[supply_chains.slug])

    def send(**more):
        file = SimpleUploadedFile("second.txt", TEXT)
        return client.post(address, {"key": str(uuid.uuid4()), "file": file, **more})

    refused = send()
    assert refused.status_code == 422
    assert "“first” has the same content" in refused.content.decode()
    assert (Document.objects.count(), Upload.objects.count()) == (1, 0)
    assert send(keep_both="on").status_code == 302
    assert Version.objects.count() == 2


def test_a_new_version_is_never_asked_about(add, member, supply_chains, sent):
    document = add(member, supply_chains, "first.txt", TEXT).document
    by = speak(member, supply_chains)
    with pytest.raises(SameContent):
        finish_upload(sent(), by=by, keep_both=False)
    assert add(member, supply_chains, "first.txt", TEXT, document=document, keep_both=False).number == 2


def test_a_document_is_marked_for_oneself_on_its_page(add, member, observer, supply_chains, signed_in):
    document = add(member, supply_chains, "first.txt", TEXT).document
    address = reverse("bookmarks:document", args=[supply_chains.slug, document.pk])
    page = signed_in(observer).get(document.get_absolute_url()).content.decode()
    assert (address in page, "Bookmarked" in page) == (True, False)
    page = signed_in(observer).post(address, {"on": "on"}, follow=True).content.decode()
    assert "Bookmarked</button>" in page
    assert "first" in signed_in(observer).get(reverse("bookmarks:list")).content.decode()
    assert "Bookmarked</button>" not in signed_in(member).get(document.get_absolute_url()).content.decode()
    page = signed_in(observer).post(address, follow=True).content.decode()
    assert "Bookmarked</button>" not in page
