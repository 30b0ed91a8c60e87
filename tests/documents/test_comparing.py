"""What changed in the words of a document, from any version to any other."""

import io

import pypdfium2
import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from core.diff import WORDS, words
from groups.documents.comparing import WIDE, _places
from groups.documents.services import make_preview
from portal.demo import files


@pytest.fixture
def drafts(add, member, supply_chains):
    """Put versions of one text in the library, each looked into, and return the document."""

    def make(*texts, name="Draft.docx"):
        document = None
        kind = name.rpartition(".")[2]
        for text in texts:
            content = files.make(kind, text) if kind in {"docx", "pdf"} else text.encode()
            version = add(member, supply_chains, name, content, document=document)
            make_preview(version)
            document = version.document
        return document

    return make


def compare(client, document, **chosen):
    return client.get(reverse("documents:compare", args=[document.group.slug, document.pk]), chosen)


def test_words_that_came_and_went_are_marked_where_they_stand(drafts, signed_in, member):
    document = drafts("Wages were withheld.\nNobody was told.", "Wages were withheld for months.\nNobody was told.")
    page = compare(signed_in(member), document)
    changes = page.context["changes"]
    assert (changes.new, changes.gone) == (2, 0)
    assert "<ins> for months</ins>" in page.content.decode()
    back = compare(signed_in(member), document, old=2, new=1).context["changes"]
    assert (back.new, back.gone) == (0, 2)


def test_the_page_of_a_change_is_the_newer_versions(drafts, signed_in, member):
    pages = [
        f"Page of {number}\n" + "\n".join(f"line {number}.{line}" for line in range(30)) for number in range(1, 9)
    ]
    changed = [*pages]
    changed[4] = changed[4].replace("line 5.20", "line five twenty")
    document = drafts("\f".join(pages), "\f".join(changed), name="Long.txt")
    response = compare(signed_in(member), document)
    (place,) = response.context["changes"].places
    assert place.page == 5
    assert "look/?at=5#page-5" in response.content.decode()
    assert "line 5.1\n" not in "".join(piece.text for piece in place.pieces)


@pytest.mark.parametrize("chosen", [{"old": 9, "new": 1}, {"old": "x", "new": 1}, {"old": 1, "new": 0}])
def test_versions_that_are_not_there_are_said_to_be_none(chosen, drafts, signed_in, member):
    document = drafts("One", "Two")
    response = compare(signed_in(member), document, **chosen)
    assert response.status_code == 422
    assert response.context["form"].errors


def test_what_has_no_words_is_not_compared(add, member, supply_chains, signed_in):
    first = add(member, supply_chains)
    make_preview(first)
    add(member, supply_chains, document=first.document)
    page = compare(signed_in(member), first.document).content.decode()
    assert "Only versions whose words can be read" in page
    assert "could not be read here" in page


def test_scans_have_no_words_to_be_the_same(add, member, supply_chains, signed_in):
    first, second = (scan(side) for side in (200, 300))
    version = add(member, supply_chains, "Scan.pdf", first)
    make_preview(version)
    make_preview(add(member, supply_chains, "Scan.pdf", second, document=version.document))
    page = compare(signed_in(member), version.document).content.decode()
    assert "have the same words" not in page
    assert page.count("There is no text in it to compare") == 2


def scan(side):
    with pypdfium2.PdfDocument.new() as document:
        document.new_page(side, side)
        file = io.BytesIO()
        document.save(file)
    return file.getvalue()


def test_the_same_words_are_said_to_be_the_same(drafts, signed_in, member):
    assert "have the same words" in compare(signed_in(member), drafts("One", "One")).content.decode()


def test_nothing_in_a_file_is_markup_here(drafts, signed_in, member):
    document = drafts("a", "a <script>alert(1)</script> <img src=x onerror=alert(1)>", name="Hostile.txt")
    page = compare(signed_in(member), document).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page


@settings(deadline=None)
@given(st.lists(st.sampled_from("ab\n "), max_size=60), st.lists(st.sampled_from("ab\n "), max_size=60))
def test_every_change_is_in_some_place_and_in_order(old, new):
    pieces = words("".join(old), "".join(new))
    shown = [piece for place in _places(pieces, [0], [1]) for piece in place.pieces if piece.kind != "same"]
    assert shown == [piece for piece in pieces if piece.kind != "same"]


def test_a_text_without_lines_shows_little_around_a_change():
    flat = "word " * 5000
    (place,) = _places(words(flat + "end", flat + "END"), [0], [1])
    assert sum(len(piece.text) for piece in place.pieces if piece.kind == "same") <= 2 * WIDE + 2
    assert WORDS.findall(flat)
