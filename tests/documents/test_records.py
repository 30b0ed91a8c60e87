"""The record of a document: what it is, by what lists and searches are narrowed, and how it is to be handled."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from django.db import connection
from django.urls import reverse

from core.errors import Conflict
from core.models import AuditEntry
from groups.documents.library import Library
from groups.documents.models import Document, Mark, PreviewPage, Reach, State
from groups.documents.models.preview import Preview
from groups.documents.selection import Selection
from groups.documents.services import Description, Widens, describe_document, make_preview, move_document
from groups.documents.services.indexing import index_pages
from groups.documents.tasks import index_document
from groups.standing import NotAllowed, Standing
from portal.demo import files
from search.asking import read
from search.services import find
from search.services.rebuilding import rebuild


@pytest.fixture
def say(member):
    """Write a record in somebody's name."""

    def write(document, person=None, base=None, widen=False, **said):
        document.refresh_from_db()
        by = Standing.of(person or member, document.group).speak()
        base = base or document.record_version
        return describe_document(document, Description(**said), by=by, base=base, widen=widen)

    return write


@pytest.fixture
def paper(add, member, supply_chains):
    version = add(member, supply_chains, "Quarry survey.txt", b"Interviews about wages in the quarry")
    make_preview(version)
    return version.document


def address(document, name="describe", *args):
    return reverse(f"documents:{name}", args=[document.group.slug, document.pk, *args])


def test_a_record_is_filled_in_and_shown(paper, signed_in, member, observer):
    client = signed_in(member)
    sent = {"type": "data", "language": "fr", "country": "CI", "year": "2024", "licence": "cc-by", "mark": "green"}
    answer = client.post(address(paper), {**sent, "citation": "Union,\n 2024", "base": "1"})
    assert answer.status_code == 302
    shown = signed_in(observer).get(paper.get_absolute_url()).content.decode()
    for words in ("Data", "French", "Côte d", "2024", "CC BY: use with credit", "Union, 2024", "Green: may be"):
        assert words in shown
    assert address(paper) not in shown
    assert AuditEntry.objects.filter(verb="document.described").count() == 1


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept(paper, signed_in, member):
    answer = signed_in(member).post(
        address(paper), {"year": "3024", "citation": "Kept words", "mark": "green", "base": "1"}
    )
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"year"}
    assert "Kept words" in answer.content.decode()


def test_two_editors_do_not_undo_each_other(paper, say, signed_in, member):
    say(paper, type="brief")
    with pytest.raises(Conflict):
        say(paper, base=1, type="minutes")
    answer = signed_in(member).post(address(paper), {"type": "minutes", "mark": "green", "base": "1"})
    assert answer.status_code == 422
    assert "Somebody changed this record meanwhile." in answer.content.decode()
    paper.refresh_from_db()
    assert paper.type == "brief"
    assert say(paper, type="brief", base=1).record_version == 2


def test_after_a_conflict_each_field_says_what_stands_there_and_no_mark_is_loosened_unseen(
    paper, say, signed_in, member, lead
):
    say(paper, mark="red", year=2024)
    client, typed = signed_in(lead), {"year": "2023", "citation": "Union, 2024", "mark": "green"}
    page = client.post(address(paper), typed | {"base": "1"})
    form = page.context["form"]
    assert page.status_code == 422
    assert {name: list(said) for name, said in form.errors.items() if name != "__all__"} == {
        "year": ["What stands there now: 2024"],
        "citation": ["What stands there now: Not said"],
        "mark": ["What stands there now: Red"],
    }
    sent = {name: form[name].value() for name in ("year", "citation", "mark", "base")}
    assert sent == {"year": "2023", "citation": "Union, 2024", "mark": "red", "base": "2"}
    assert client.post(address(paper), sent).status_code == 302
    paper.refresh_from_db()
    assert (paper.mark, paper.citation, paper.year) == ("red", "Union, 2024", 2023)


def test_lists_are_narrowed_in_all_folders(paper, say, add, make_folder, signed_in, member, supply_chains):
    folder = make_folder(member, supply_chains, "Inner")
    other = add(member, supply_chains, "Other.pdf", folder=folder).document
    say(paper, type="brief", year=2023, language="en")
    say(other, type="brief", year=2024, country="BD", mark="amber")
    top = reverse("documents:list", args=[supply_chains.slug])

    def found(**asked):
        rows = signed_in(member).get(top, asked).context["rows"]
        return [row["document"].title for row in rows]

    assert found(type="brief") == ["Other", "Quarry survey"]
    assert found(type="brief", year="2024") == ["Other"]
    assert found(country="BD") == ["Other"]
    assert found(language="en") == ["Quarry survey"]
    assert found(mark="amber") == ["Other"]
    assert found(type="minutes") == []
    assert found(type="nonsense", year="x") == ["Quarry survey"]  # nothing is narrowed: the folder's own


@pytest.mark.embedded
@pytest.mark.parametrize("order", ["name", "changed"])
@pytest.mark.parametrize(
    "asked", [{"type": "brief"}, {"language": "en"}, {"country": "BD"}, {"year": 2024}, {"mark": "red"}], ids=str
)
def test_a_narrowed_list_goes_through_none_but_those_it_shows(
    asked, order, signed_in, member, supply_chains, django_assert_max_num_queries
):
    top = reverse("documents:list", args=[supply_chains.slug])
    with django_assert_max_num_queries(50) as captured:
        signed_in(member).get(top, asked | {"sort": order})
    (name,) = asked
    (listing,) = (query["sql"] for query in captured if f'"{name}" = ' in query["sql"] and "ORDER BY" in query["sql"])
    with connection.cursor() as cursor:
        way = " / ".join(row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {listing}").fetchall())
    assert f"documents_{'new_' * (order == 'changed')}by_{name} " in way
    assert "TEMP B-TREE" not in way


def test_searches_are_narrowed_too(paper, say, add, signed_in, member, supply_chains):
    other = add(member, supply_chains, "Quarry letter.pdf").document
    say(paper, type="brief", year=2023, country="CI", language="zh-hans")
    say(other, type="letter", year=2023)
    index_pages(paper.pk)
    client = signed_in(member)

    def found(q="quarry", **asked):
        return sorted(hit.shown.title for hit in client.get("/search/", {"q": q, **asked}).context["hits"])

    assert found() == ["Quarry letter", "Quarry survey"]
    assert found(type="brief") == ["Quarry survey"]
    assert found(year="2023") == ["Quarry letter", "Quarry survey"]
    assert found(year="2022") == []
    assert found(country="CI", language="zh-hans") == ["Quarry survey"]
    assert found("wages", type="brief") == ["Quarry survey"]
    assert found("wages", type="letter") == []
    assert found(type="nonsense") == []  # said beside the field
    assert found("survey -wages", type="brief") == ["Quarry survey"]  # its title stands by itself


def test_amber_never_leaves_the_group(paper, say, supply_chains, client, stranger, observer, member):
    supply_chains.find = supply_chains.read = "public"
    supply_chains.save()
    assert client.get(paper.get_absolute_url()).status_code == 200
    say(paper, mark="amber")
    assert client.get(paper.get_absolute_url()).status_code == 404
    client.force_login(stranger)
    assert client.get(paper.get_absolute_url()).status_code == 404
    client.force_login(observer)
    page = client.get(paper.get_absolute_url())
    assert page.status_code == 200
    assert "Amber" in page.content.decode()
    paper.refresh_from_db()
    assert (paper.reach, paper.stays_inside) == (Reach.PARTICIPANTS, True)
    move_document(paper, folder=None, by=Standing.of(member, supply_chains).speak())
    paper.refresh_from_db()
    assert paper.reach == Reach.PARTICIPANTS


def test_a_mark_is_made_stricter_by_whoever_writes_and_weaker_by_who_added_it(
    paper, say, make_insider, supply_chains, lead
):
    other = make_insider(supply_chains, "Nadia Amrani")
    say(paper, other, mark="amber")
    with pytest.raises(NotAllowed):
        say(paper, other, mark="green", widen=True)
    with pytest.raises(Widens):
        say(paper, lead, mark="green")
    say(paper, lead, mark="green", widen=True)
    assert AuditEntry.objects.filter(verb="document.marked").count() == 2


def test_red_keeps_nothing_of_what_is_in_it(paper, say, signed_in, member, supply_chains, add):
    assert find(read("wages"), member).found
    say(paper, mark="red")
    assert not find(read("wages"), member).found
    (title,) = find(read("quarry"), member).found
    assert title.part == 0
    assert not find(read('"survey txt"'), member).found
    preview = Preview.objects.get(version=paper.latest)
    assert (preview.state, PreviewPage.objects.count()) == (State.WITHHELD, 0)
    index_document.func(paper.pk)
    for _step in rebuild(anew=True):
        pass
    assert not find(read("wages"), member).found
    again = add(member, supply_chains, "Quarry survey.txt", b"More about wages", document=paper)
    assert make_preview(again).state == State.WITHHELD
    assert not find(read("wages"), member).found
    client = signed_in(member)
    page = client.get(paper.get_absolute_url()).content.decode()
    assert "More about wages" not in page
    assert "Interviews about" not in page
    for name, args in (("look", [1]), ("compare", [])):
        shown = client.get(address(paper, name, *args)).content.decode()
        assert "wages" not in shown
        assert "It is marked red" in shown
    search = client.get("/search/", {"q": "quarry"}).content.decode()
    assert "Quarry survey.txt" not in search
    say(paper, mark="green", widen=True)
    for version in paper.versions.all():
        make_preview(version)
    assert find(read("wages"), member).found


def test_pictures_of_what_is_marked_red_go_from_the_storage(add, say, member, supply_chains, stored, sweeps):
    version = add(member, supply_chains, "Quarry.pdf", files.make("pdf", "Interviews about wages"))
    make_preview(version)
    assert len(stored()) > 1
    say(version.document, mark="red")
    sweeps()
    assert [path.name for path in stored()] == [Path(version.path).name]
    say(version.document, mark="green", widen=True)
    assert make_preview(version).is_ready
    before = len(stored())
    sweeps()
    assert len(stored()) == before > 1


def test_a_preview_that_is_being_made_when_it_is_marked_red_is_not_kept(add, say, member, supply_chains, monkeypatch):
    version = add(member, supply_chains, "a.txt", b"words of the quarry")
    from groups.documents.services import previewing

    look = previewing._look_into

    def meanwhile(seen):
        found = look(seen)
        say(version.document, mark="red")
        return found

    monkeypatch.setattr(previewing, "_look_into", meanwhile)
    assert make_preview(version).state == State.WITHHELD
    assert not PreviewPage.objects.exists()
    assert not find(read("quarry"), member).found


def test_red_is_left_out_of_archives(paper, say, add, signed_in, member, supply_chains):
    other = add(member, supply_chains, "Other.pdf").document
    say(paper, mark="red")
    chosen = Selection.of(
        Library(supply_chains, Standing.of(member, supply_chains)), documents=[paper.pk, other.pk], folders=[]
    )
    assert [path for path, _version in chosen.files()] == ["Other.pdf"]
    client = signed_in(member)
    query = f"?document={paper.pk}&document={other.pk}"
    archive = client.get(reverse("documents:zip", args=[supply_chains.slug]) + query)
    names = zipfile.ZipFile(BytesIO(b"".join(archive.streaming_content))).namelist()
    assert names == ["Other.pdf"]
    page = client.get(reverse("documents:selection", args=[supply_chains.slug]) + query).content.decode()
    assert "Documents marked red are left out" in page


@pytest.mark.parametrize("who", ["member", "observer", "lead"])
def test_each_download_of_red_is_confirmed_and_recorded(who, paper, say, client, request, supply_chains):
    say(paper, mark="red")
    person = request.getfixturevalue(who)
    client.force_login(person)
    take = address(paper, "take", 1)
    for method in (client.get, client.head):
        answer = method(paper.latest.get_absolute_url(), headers={"range": "bytes=0-5"})
        assert (answer.status_code, answer["Location"]) == (302, take)
    asked = client.get(take).content.decode()
    assert "recorded with your name and your organisation" in asked
    assert not AuditEntry.objects.filter(verb="document.taken").exists()
    given = client.post(take)
    assert b"".join(given.streaming_content) == b"Interviews about wages in the quarry"
    assert given["Content-Disposition"].startswith("attachment")
    entry = AuditEntry.objects.get(verb="document.taken")
    seat = Standing.of(person, supply_chains).reading[0]
    assert (entry.actor_id, entry.organisation_id, entry.payload["number"]) == (person.pk, seat.organisation_id, 1)


def test_with_several_organisations_one_says_for_which_it_is_taken(
    paper, say, client, observer, make_organisation, affiliate, join, supply_chains
):
    say(paper, mark="red")
    second = make_organisation("Second")
    affiliate(observer, second)
    join(second, supply_chains, observer, role="observer")
    client.force_login(observer)
    take = address(paper, "take", 1)
    assert client.post(take).status_code == 422
    assert not AuditEntry.objects.filter(verb="document.taken").exists()
    assert client.post(take, {"as": second.pk}).status_code == 200
    assert AuditEntry.objects.get(verb="document.taken").organisation_id == second.pk


def test_nobody_takes_what_is_not_theirs_to_see(paper, say, client, stranger, secretariat, member):
    assert client.post(address(paper, "take", 1)).status_code == 404
    client.force_login(member)
    assert client.get(address(paper, "take", 1)).status_code == 404  # green is simply downloaded
    say(paper, mark="red")
    for person in (stranger, secretariat):
        client.force_login(person)
        assert client.post(address(paper, "take", 1)).status_code == 404
    assert not AuditEntry.objects.filter(verb="document.taken").exists()


def test_a_red_picture_is_no_picture_in_the_chat(add, say, member, supply_chains):
    from io import BytesIO as Buffer

    from PIL import Image

    from discussions.chat.attachments import describe

    file = Buffer()
    Image.new("RGB", (4, 4)).save(file, "PNG")
    document = add(member, supply_chains, "a.png", file.getvalue()).document
    assert describe(document)["image"]
    say(document, mark="red")
    now = Document.objects.select_related("latest", "group").get(pk=document.pk)
    assert not describe(now)["image"]
    assert "bytes" not in describe(now)


def test_the_marks_are_in_order():
    from groups.documents.services.describing import STRICTNESS

    assert sorted(STRICTNESS, key=STRICTNESS.get) == [Mark.GREEN, Mark.AMBER, Mark.RED]


def test_a_page_is_never_red(paper, say):
    from core.errors import DomainError

    Document.objects.filter(pk=paper.pk).update(kind="page")
    with pytest.raises(DomainError):
        say(paper, mark="red")
    assert say(paper, mark="amber").stays_inside
