"""Looking at a document without opening it: made once in the background, behind the document's own door."""

import io
import os
import time
import uuid
import zipfile
from datetime import timedelta

import pypdfium2
import pytest
from django.core.files.storage import storages
from django.db import OperationalError, connection
from django.tasks import TaskResultStatus
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from PIL import Image

from groups.documents.models import Document, Preview, PreviewPage, Rights
from groups.documents.models.reach import place_of
from groups.documents.reading import Unreadable
from groups.documents.services import (
    ask_for_missing,
    indexing,
    make_preview,
    move_document,
    previewing,
    restore_version,
    set_rights,
    sweep,
)
from groups.documents.tasks import make_preview_of
from groups.standing import Standing
from portal.demo import files
from search.models import Entry, Kind


def address(version, name="look", *more):
    return reverse(f"documents:{name}", args=[version.document.group.slug, version.document_id, version.number, *more])


def waiting():
    return [
        task.args_kwargs["args"][0]
        for task in DBTaskResult.objects.ready().filter(task_path=make_preview_of.module_path)
    ]


def scan(pages, text=""):
    """A PDF of so many pages without a text, but for the last one's."""
    with pypdfium2.PdfDocument.new() as document:
        for _ in range(pages - bool(text)):
            document.new_page(200, 200)
        if text:
            document.import_pages(pypdfium2.PdfDocument(files.make("pdf", text)))
        file = io.BytesIO()
        document.save(file)
    return file.getvalue()


@pytest.fixture
def report(add, member, supply_chains):
    """A PDF of several pages, looked into."""
    lines = "\n".join(f"Line {number} of the mapping" for number in range(150))
    version = add(member, supply_chains, "Mapping.pdf", files.make("pdf", lines))
    make_preview(version)
    return version


def test_a_long_scan_says_how_long_it_is_and_that_no_word_of_it_is_found(add, member, supply_chains, signed_in):
    version = add(member, supply_chains, "Scan.pdf", scan(45))
    make_preview(version)
    page = signed_in(member).get(address(version)).content.decode()
    assert "of 45</span>" in page
    assert 'max="45"' in page
    assert "Only pages 1 to 20 of 45 are drawn." in page
    assert "it is not found by its words" in page
    beyond = signed_in(member).get(address(version), {"at": 45}).content.decode()
    assert "There is no text on these pages." in beyond
    assert "Only pages 1 to 20 of 45 are drawn." in beyond


def test_a_word_on_any_page_is_a_text(add, member, supply_chains, signed_in):
    version = add(member, supply_chains, "Annexes.pdf", scan(24, "Wages were withheld."))
    make_preview(version)
    page = signed_in(member).get(address(version)).content.decode()
    assert "Only pages 1 to 20 of 24 are drawn." in page
    assert "it is not found by its words" not in page
    assert "Wages were withheld." in signed_in(member).get(address(version), {"at": 24}).content.decode()


def test_what_is_seen_whole_says_nothing_of_it(report, add, member, supply_chains, signed_in):
    picture = io.BytesIO()
    Image.new("RGB", (40, 40)).save(picture, "PNG")
    drawn = add(member, supply_chains, "Kiln.png", picture.getvalue())
    make_preview(drawn)
    for version in (report, drawn):
        page = signed_in(member).get(address(version)).content.decode()
        assert "are drawn." not in page
        assert "found by its words" not in page


def test_a_text_too_long_to_be_read_whole_says_so(add, member, supply_chains, signed_in):
    version = add(member, supply_chains, "Long.txt", b"Wages were withheld.\n" * 110_000)
    make_preview(version)
    page = signed_in(member).get(address(version)).content.decode()
    assert "Its text is too long to be read whole" in page


def test_a_version_of_the_same_bytes_is_as_long(add, member, supply_chains):
    first = add(member, supply_chains, "Scan.pdf", scan(24))
    make_preview(first)
    by = Standing.of(member, supply_chains).speak()
    again = restore_version(first.document, number=1, base=1, by=by, key=uuid.uuid4())
    assert make_preview(again).page_count == 24


def test_what_is_uploaded_is_looked_into_in_the_background(add, member, supply_chains, signed_in):
    version = add(member, supply_chains, "Notes.docx", files.make("docx", "Wages were withheld."))
    assert waiting() == [version.pk]
    assert "It is being made" in signed_in(member).get(address(version)).content.decode()
    make_preview_of.func(version.pk)
    page = signed_in(member).get(address(version)).content.decode()
    assert "Wages were withheld." in page
    assert 'id="page-1"' in page
    assert address(version) in signed_in(member).get(version.document.get_absolute_url()).content.decode()


def test_pages_are_seen_and_their_text_read(report, signed_in, member):
    page = signed_in(member).get(address(report)).content.decode()
    assert "Line 0 of the mapping" in page
    response = signed_in(member).get(address(report, "picture", 2))
    with Image.open(io.BytesIO(response.content)) as drawn:
        assert drawn.format == "WEBP"
    with Image.open(io.BytesIO(signed_in(member).get(address(report, "thumbnail")).content)) as small:
        assert max(small.size) == 360
    assert response["Content-Type"] == "image/webp"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Cache-Control"] == "no-store, private"
    assert signed_in(member).get(address(report, "picture", 99)).status_code == 404


def test_a_long_document_is_shown_twenty_pages_at_a_time_at_one_cost(add, member, supply_chains, signed_in):
    version = add(
        member, supply_chains, "Long.txt", "\f".join(f"Words of {number}" for number in range(1, 46)).encode()
    )
    make_preview(version)
    client = signed_in(member)
    shown, costs = {}, set()
    for at in ("1", "20", "21", "45", "9999", "x", "-3", "٣"):
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address(version), {"at": at})
        costs.add(len(queries))
        shown[at] = [page.number for page in response.context["pages"]]
    assert shown["1"] == shown["20"] == shown["x"] == shown["-3"] == shown["٣"] == list(range(1, 21))
    assert shown["21"] == list(range(21, 41))
    assert shown["45"] == list(range(41, 46))
    assert shown["9999"] == []
    assert len(costs) == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("Broken.pdf", b"%PDF-1.4\n" + b"x" * 5000, "could not be read here"),
        ("Archive.zip", None, "are not shown here"),
        ("Blank.txt", b"   \n", "no text in it"),
    ],
)
def test_what_cannot_be_shown_says_why(name, content, said, add, member, supply_chains, signed_in):
    version = add(member, supply_chains, name, content or zipped())
    for pk in waiting():
        make_preview_of.func(pk)
    page = signed_in(member).get(address(version)).content.decode()
    assert said in page
    assert version.get_absolute_url() in page


def test_what_is_too_large_to_be_read_is_not_said_to_be_damaged(add, member, supply_chains, signed_in, monkeypatch):
    version = add(member, supply_chains, "Words.txt", b"Words")

    def refuse(*_file):
        raise Unreadable("too_large")

    monkeypatch.setattr(previewing, "text_of", refuse)
    make_preview(version)
    assert "It is too large to be shown here" in signed_in(member).get(address(version)).content.decode()


def zipped():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "Words")
    return file.getvalue()


def test_a_version_with_the_same_bytes_is_not_read_again(report, member, supply_chains):
    by = Standing.of(member, supply_chains).speak()
    again = restore_version(report.document, number=1, base=1, by=by, key=uuid.uuid4())
    storages["default"].delete(report.path)  # nothing could be read now
    made = make_preview(again)
    assert made.is_ready
    assert list(made.pages.values_list("number", "path")) == list(report.preview.pages.values_list("number", "path"))


def test_making_it_twice_makes_it_once(report):
    before = list(PreviewPage.objects.values_list("pk", "path"))
    make_preview_of.func(report.pk)
    assert list(PreviewPage.objects.values_list("pk", "path")) == before


def test_pages_are_found_though_the_worker_ended_between_looking_and_indexing(
    add, member, supply_chains, monkeypatch, signed_in
):
    def away(cards):
        raise OperationalError("the database restarts")

    version = add(member, supply_chains, "Notes.txt", b"Wages in the quarry")
    with monkeypatch.context() as broken:
        broken.setattr(indexing, "put_all", away)
        with pytest.raises(OperationalError):
            make_preview_of.func(version.pk)
    assert Preview.objects.get().is_ready
    assert found("quarry", signed_in(member)) == []
    make_preview_of.func(version.pk)
    assert found("quarry", signed_in(member)) == ["Notes"]


def found(words, client):
    return [hit.shown.title for hit in client.get(reverse("search"), {"q": words}).context["hits"]]


@pytest.mark.parametrize("times", [1, 4])
def test_pages_are_found_though_the_document_is_moved_while_they_are_written(
    times, add, make_folder, member, supply_chains, monkeypatch, lead
):
    text = "\f".join(f"Words of {number}" for number in range(1, 46))
    version = add(member, supply_chains, "Long.txt", text.encode())
    hidden = make_folder(member, supply_chains, "Hidden")
    set_rights(hidden, rights=Rights.HIDDEN, by=Standing.of(lead, supply_chains).leading[0])
    by, write, written = Standing.of(member, supply_chains).speak(), indexing._write, []

    def meanwhile(*args):
        """Move it before each second portion, back and forth."""
        written.append(args)
        if len(written) % 2 == 0 and len(written) <= 2 * times:
            where = None if version.document.folder else hidden
            version.document = move_document(version.document, folder=where, by=by, widen=True)
        return write(*args)

    monkeypatch.setattr(indexing, "_write", meanwhile)
    make_preview_of.func(version.pk)
    parts = Entry.objects.filter(kind=Kind.DOCUMENT, object_id=version.document_id)
    assert sorted(parts.values_list("part", flat=True)) == list(range(46))
    place = place_of(supply_chains.pk, Document.objects.get(pk=version.document_id).reach)
    assert set(parts.values_list("place", flat=True)) == {place}


def test_one_that_gets_another_version_meanwhile_is_left_to_that_one(add, member, supply_chains, monkeypatch):
    version = add(member, supply_chains, "Notes.txt", b"Wages in the quarry")
    write, written = indexing._write, []

    def meanwhile(*args):
        written.append(args)
        if len(written) == 1:
            add(member, supply_chains, "Notes.txt", b"Fees in the harbour", document=version.document)
        return write(*args)

    monkeypatch.setattr(indexing, "_write", meanwhile)
    make_preview_of.func(version.pk)
    assert len(written) == 1
    assert set(Entry.objects.filter(kind=Kind.DOCUMENT).values_list("part", flat=True)) == {0}


def test_what_was_made_by_another_meanwhile_stays_found(report, monkeypatch):
    """Two who index the same document: one has read its pages before there were any, and tidies up after the other."""
    parts = Entry.objects.filter(kind=Kind.DOCUMENT, object_id=report.document_id)
    before = sorted(parts.values_list("part", flat=True))
    assert len(before) > 2
    pages = list(PreviewPage.objects.values())
    PreviewPage.objects.all().delete()
    keep = indexing._keep

    def late(*args):
        PreviewPage.objects.bulk_create(PreviewPage(**page) for page in pages)
        keep(*args)

    monkeypatch.setattr(indexing, "_keep", late)
    indexing.index_pages(report.document_id)
    assert sorted(parts.values_list("part", flat=True)) == before


def test_versions_from_before_are_looked_into_in_time(report):
    Preview.objects.all().delete()
    DBTaskResult.objects.all().delete()
    assert ask_for_missing() == 1
    assert waiting() == [report.pk]
    assert ask_for_missing() == 0


def later(hours):
    """Let so many hours go by for all that waits."""
    for preview in Preview.objects.all():
        Preview.objects.filter(pk=preview.pk).update(asked_at=preview.asked_at - timedelta(hours=hours))


def end_tasks(status):
    DBTaskResult.objects.filter(task_path=make_preview_of.module_path, status=TaskResultStatus.READY).update(
        status=status, finished_at=timezone.now()
    )


def test_a_preview_whose_task_was_lost_is_asked_for_again(add, member, supply_chains, signed_in):
    version = add(member, supply_chains, "Notes.txt", b"Wages in the quarry")
    DBTaskResult.objects.all().delete()
    later(hours=1)
    assert (ask_for_missing(), waiting()) == (0, [])
    later(hours=2)
    assert (ask_for_missing(), waiting()) == (1, [version.pk])
    assert ask_for_missing() == 0
    later(hours=3)
    assert (ask_for_missing(), waiting()) == (0, [version.pk])  # its turn has not come yet: it is not asked for twice
    make_preview_of.func(version.pk)
    assert "Wages in the quarry" in signed_in(member).get(address(version)).content.decode()


def test_a_preview_that_fails_each_time_is_said_to_have_failed(add, member, supply_chains, signed_in):
    version = add(member, supply_chains, "Notes.txt", b"Wages in the quarry")
    rounds = 0
    while waiting():
        assert "It is being made" in signed_in(member).get(address(version)).content.decode()
        end_tasks(TaskResultStatus.FAILED)
        later(hours=3)
        ask_for_missing()
        rounds += 1
    assert rounds == previewing.ROUNDS
    assert "could not be read here" in signed_in(member).get(address(version)).content.decode()
    later(hours=3)
    assert ask_for_missing() == 0


def test_what_waits_is_looked_for_at_one_cost(add, member, supply_chains):
    costs = []
    for count in (1, 2):
        for _ in range(count):
            add(member, supply_chains, "Notes.txt", uuid.uuid4().hex.encode())
        later(hours=3)
        with CaptureQueriesContext(connection) as queries:
            assert ask_for_missing() == 0
        costs.append(len(queries))
        end_tasks(TaskResultStatus.FAILED)
        later(hours=3)
        with CaptureQueriesContext(connection) as queries:
            asked = ask_for_missing()
        inserted = [query for query in queries if "django_tasks_database_dbtaskresult" in query["sql"]]
        costs.append(len(queries) - len([query for query in inserted if "INSERT" in query["sql"]]))
        assert asked == Preview.objects.count()
    assert costs[:2] == costs[2:]


def test_pictures_that_no_row_names_are_swept_away_and_others_stay(report, stored):
    for path in stored():
        os.utime(path, (time.time() - timedelta(hours=2).total_seconds(),) * 2)
    assert sweep().files == 0
    made = report.preview.pages.count()
    Preview.objects.all().delete()
    assert sweep().files == made + 1
    assert [path.name for path in stored()] == [os.path.basename(report.path)]


def test_nothing_of_the_past_is_looked_at_by_who_joined_later(report, make_insider, supply_chains, signed_in):
    supply_chains.history = "from_joining"
    supply_chains.save()
    late = make_insider(supply_chains, "Lea Late")
    assert Standing.of(late, supply_chains).history_from > report.created_at
    for name, more in (("look", ()), ("thumbnail", ()), ("picture", (1,))):
        assert signed_in(late).get(address(report, name, *more)).status_code == 404


def test_a_document_in_the_trash_is_not_looked_at(report, signed_in, member):
    report.document.deleted_at = timezone.now()
    report.document.save()
    assert signed_in(member).get(address(report)).status_code == 404
    assert signed_in(member).get(address(report, "picture", 1)).status_code == 404
