"""Three texts made one, and a text put into a page: whatever somebody writes, by rule and made up."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pycrdt import Doc, XmlElement, XmlText

from groups.pages.changes import shape_of
from groups.pages.content import blocks_of, opened
from groups.pages.content.from_markdown import parsed
from groups.pages.content.markdown import written
from groups.pages.content.merging import merged, pieces_of
from groups.pages.content.tree import root_of, settled
from groups.pages.content.writing import put
from groups.pages.models import EMPTY_UPDATE
from groups.pages.protocol import Malformed

calm = settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow])
lines = st.sampled_from(["a", "b", "c", "", "# T", "- x", "```", "| a | b |"])
texts = st.lists(lines, max_size=12).map(lambda found: "".join(f"{line}\n" for line in found))
signs = st.text(alphabet="ab é😀*_`[]()#>|-+1.!<&\\^~ \n", max_size=60)


def now(doc):
    return written(blocks_of(doc))


@calm
@given(texts, texts)
def test_who_is_alone_in_changing_gets_what_they_wrote(base, mine):
    assert merged(base, mine, base) == mine
    assert merged(base, base, mine) == mine
    assert merged(base, mine, mine) == mine


@calm
@given(texts, texts, texts)
def test_it_does_not_matter_who_was_first(base, mine, theirs):
    assert merged(base, mine, theirs) == merged(base, theirs, mine)


@calm
@given(texts)
def test_pieces_are_the_whole_text(text):
    assert "".join(pieces_of(text)) == text


@calm
@given(st.lists(st.text("abc", min_size=1, max_size=5), min_size=3, max_size=8), st.data())
def test_changes_in_different_blocks_are_both_kept(blocks, data):
    blocks = [f"{n}{block}" for n, block in enumerate(blocks)]
    mine_at = data.draw(st.integers(0, len(blocks) - 3))
    theirs_at = data.draw(st.integers(mine_at + 2, len(blocks) - 1))
    mine, theirs, both = list(blocks), list(blocks), list(blocks)
    mine[mine_at] = both[mine_at] = "mine"
    theirs[theirs_at] = both[theirs_at] = "theirs"

    text = ["\n\n".join(one) + "\n" for one in (blocks, mine, theirs, both)]

    assert merged(*text[:3]) == text[3]


def test_two_changes_of_one_line_are_a_conflict():
    assert merged("One line.\n", "Mine.\n", "Theirs.\n") is None


@calm
@given(signs, signs)
@example("`1<`", "1*1*<")
def test_a_page_says_what_was_put_into_it(first, second):
    doc = opened(EMPTY_UPDATE)
    for text in (first, second, first):
        put(doc, text)
        assert now(doc) == written(parsed(text))
    shape_of(doc.get_update())


@calm
@given(signs)
def test_what_stands_there_already_changes_nothing(text):
    doc = opened(EMPTY_UPDATE)
    put(doc, text)
    before = doc.get_update()
    put(doc, now(doc))
    assert doc.get_update() == before


def page_with(text, **marks):
    doc = opened(EMPTY_UPDATE)
    paragraph = root_of(doc).children.append(XmlElement("paragraph"))
    words = paragraph.children.append(XmlText(text))
    for name, (start, stop, value) in marks.items():
        words.format(start, stop, {name.replace("__", "--"): value})
    return doc


def test_comments_and_suggestions_outlive_the_plain_form():
    doc = page_with(
        "Fees are paid by workers.", comment__abc=(0, 4, {"id": "c1"}), deletion=(17, 24, {"id": "s", "by": 1})
    )

    put(doc, now(doc).replace("are paid", "must never be paid"))

    (paragraph,) = blocks_of(doc)
    assert [(one.text, sorted(one.marks)) for one in paragraph.children] == [
        ("Fees", ["comment"]),
        (" must never be paid by ", []),
        ("workers", ["deletion"]),
        (".", []),
    ]


def test_who_writes_elsewhere_meanwhile_loses_nothing():
    doc = opened(EMPTY_UPDATE)
    put(doc, "First paragraph.\n\nSecond paragraph.\n")
    other = Doc()
    root_of(other)
    other.apply_update(doc.get_update())
    root_of(other).children[0].children[0].insert(5, " and foremost")

    put(doc, "First paragraph.\n\nSecond, longer paragraph.\n")
    doc.apply_update(other.get_update())

    assert now(doc) == "First and foremost paragraph.\n\nSecond, longer paragraph.\n"


def test_files_hold_the_page_without_what_is_only_suggested():
    doc = page_with("Old new", deletion=(0, 3, {"id": "s"}), insertion=(3, 7, {"id": "t"}))
    assert written(settled(blocks_of(doc))) == "Old\n"
    assert now(doc) == "Old new\n"


@calm
@given(st.binary(max_size=80))
def test_bytes_that_are_no_change_are_known_as_such(data):
    try:
        shape_of(data)
    except Malformed:
        return
    Doc().apply_update(data)


@pytest.mark.parametrize("text", ["> " * 60 + "deep", "- " * 80 + "x", "[" * 3000, "*a " * 3000, "^[" * 500])
def test_texts_made_to_take_long_do_not(text):
    doc = opened(EMPTY_UPDATE)
    put(doc, text)
    assert now(doc) == written(blocks_of(doc))
