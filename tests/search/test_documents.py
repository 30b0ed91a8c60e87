"""What is written in documents is found on its page, as long as the document is there and this is its newest version."""

import uuid
from io import BytesIO

import pytest
from django.core.files import File

from groups.documents import services as library
from groups.documents.services import add_file, make_preview
from groups.documents.tasks import index_document
from groups.standing import Standing
from search.asking import read
from search.models import Kind
from search.services import cursor_of, find, finding, listed, written


@pytest.fixture
def put(supply_chains, member, settings, tmp_path):
    """Put a text into the library and look into it."""
    settings.SPOOL_DIR = tmp_path / "spool"
    (tmp_path / "spool").mkdir()
    settings.STORAGES = settings.STORAGES | {
        "default": settings.STORAGES["default"] | {"OPTIONS": {"location": tmp_path / "files", "base_url": None}}
    }

    def put(text, **more):
        by = Standing.of(member, supply_chains).speak()
        file = File(BytesIO(text.encode()), "a.txt")
        version = add_file(supply_chains, file, by=by, key=uuid.uuid4(), file_name="a.txt", **more)
        make_preview(version)
        return version

    return put


def pages(query, reader):
    page = find(read(query), reader)
    assert page.counts == ({Kind.DOCUMENT: len(page.found)} if page.found else {})
    return [(hit.shown.page, hit.excerpt) for hit in listed(page.found, read(query), reader)]


def test_a_text_is_found_on_its_page(put, lead, stranger, member, supply_chains):
    version = put("The first page\fOn the second the canary sings\fand the canary leaves")
    (hit,) = listed(find(read("canary"), lead).found, read("canary"), lead)
    assert (hit.shown.title, hit.shown.page, hit.excerpt) == ("a", 2, "On the second the canary sings")
    assert (
        hit.shown.url.endswith(f"/documents/{version.document_id}/versions/1/look/?at=2#page-2")
        or "?at=2#page-2" in hit.shown.url
    )
    assert pages("canary", stranger) == []
    by = Standing.of(member, supply_chains).speak()
    document = version.document
    library.rename_document(document, title="Birds", by=by)
    assert pages("canary", lead) == [(2, "On the second the canary sings")]
    assert pages("birds", lead) == [(None, "a.txt")]
    put("Nothing of it any more", document=document)
    assert pages("canary", lead) == []
    library.restore_version(document, number=1, base=2, by=by, key=uuid.uuid4())
    document.refresh_from_db()
    make_preview(document.latest)
    assert [page for page, _text in pages("canary", lead)] == [2]
    library.delete_document(document, by=by)
    assert pages("canary", lead) == pages("birds", lead) == []
    index_document.func(document.pk)
    assert pages("canary", lead) == []
    library.put_back(document, by=by)
    index_document.func(document.pk)
    assert [page for page, _text in pages("canary", lead)] == [2]


def test_a_long_document_that_came_last_hides_nothing(put, start, member, lead, supply_chains, monkeypatch):
    monkeypatch.setattr(finding, "MOST", 20)
    for number in range(25):
        start(supply_chains, member, title=f"Thread {number}", body=f"A canary c{number}")
    put("\f".join(["Nothing yet", *(f"The canary on page {number}" for number in range(2, 32))]))

    page = find(read("canary"), lead)
    hits = listed(page.found, read("canary"), lead)
    assert (page.is_bounded, page.counts) == (True, {Kind.DOCUMENT: 1, Kind.POST: 19})
    assert hits[0].shown.page == 2
    assert [hit.excerpt for hit in hits] == ["The canary on page 2", *(f"A canary c{24 - at}" for at in range(19))]

    # And goes on as it began, by pages of two, whatever is put beside it meanwhile.
    found, after = [], None
    while not found or after:
        one = find(read("canary"), lead, limit=2, after=after)
        found += [(hit.kind, hit.object_id) for hit in one.found]
        after = cursor_of(written(one.next))
        start(supply_chains, member, title=f"Later {len(found)}", body="A canary that is late")
    assert found == [(hit.kind, hit.object_id) for hit in page.found]
