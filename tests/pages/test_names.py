"""What no page has is refused: a browser would take out the words in it, and around it, for everybody."""

import pytest
from asgiref.sync import sync_to_async
from hypothesis import given, settings
from hypothesis import strategies as some
from pycrdt import Array, Doc, Map, Text, XmlElement, XmlFragment, XmlText

from groups.pages.changes import shape_of, words_of
from groups.pages.content.tree import BLOCKS, INLINE, MARKS
from groups.pages.models import BEGINNING
from groups.pages.protocol import STEP_2, UPDATE, Malformed, Unknown
from groups.pages.services import text_of

NAMES = sorted(BLOCKS | INLINE)
FULL = {"href": "https://example.org", "id": "a1", "by": "3"}


def change(build):
    """A change that puts something into the page."""
    doc = Doc()
    build(doc.get("page", type=XmlFragment))
    return doc.get_update()


def marked(**marks):
    def build(root):
        text = root.children.append(XmlElement("paragraph")).children.append(XmlText(""))
        text.insert(0, "Words", marks)

    return change(build)


def with_embed(root):
    root.children.append(XmlElement("paragraph")).children.append(XmlText("")).insert_embed(0, {"image": "x"})


STRANGE = {
    "a part": change(lambda root: root.children.append(XmlElement("marquee"))),
    "a part in a part": change(
        lambda root: root.children.append(XmlElement("paragraph")).children.append(XmlElement("x"))
    ),
    "a mark": marked(blink={}),
    "a mark with something behind it": marked(**{"strong--x": {}}),
    "a mark that is none": marked(**{"--abcdefgh": {}}),
    "a link to nowhere": marked(link={}),
    "a comment on nothing": marked(comment={"by": "3"}),
    "a suggestion without a name": marked(insertion={"by": "3"}),
    "a mark that says one word": marked(link="href"),
    "a picture in a line": change(with_embed),
}


@pytest.mark.parametrize("name", STRANGE)
async def test_it_is_refused_and_the_socket_goes_on(editor, page, member, lead, name):
    mine, theirs = await editor(member, page), await editor(lead, page)

    for step in (UPDATE, STEP_2):
        await mine.send(step, STRANGE[name])
        assert await mine.told("denied") == {"type": "denied", "reason": "unknown"}

    await mine.write("Goes on.")
    await theirs.until(lambda: "Goes on." in theirs.text)
    assert await sync_to_async(text_of)(page.pk) == "# Purpose\n\nTo agree.\n\nGoes on.\n"


@pytest.mark.parametrize("shared", [Array(["x"]), Map({"x": "y"}), Text("x")], ids=["array", "map", "text"])
def test_a_page_holds_no_other_kind_of_thing(shared):
    doc = Doc()
    doc["page"] = Map({"inside": shared})
    with pytest.raises(Unknown):
        shape_of(doc.get_update())


def test_what_the_editor_writes_passes():
    marks = {
        "link": {"href": "/x"},
        "strong": {},
        "comment--AbCd12+/": {"id": "a"},
        "insertion": {"id": "b", "by": "1"},
    }
    assert shape_of(marked(**marks)).spans
    assert shape_of(BEGINNING["snapshot"]).spans


def test_what_is_in_the_log_already_is_still_read():
    assert words_of(STRANGE["a mark"]) == (["Words"], 0)


tags = some.sampled_from([*NAMES, "script", "Paragraph", "doc"])
marks = some.sampled_from([*sorted(MARKS), "u", "x--12345678"])


@settings(max_examples=60, deadline=None)
@given(some.lists(some.tuples(tags, marks)))
def test_exactly_what_pages_have_passes(parts):
    def build(root):
        for tag, mark in parts:
            text = root.children.append(XmlElement(tag)).children.append(XmlText(""))
            text.insert(0, "Words", {mark: FULL})

    update = change(build)
    if all(tag in NAMES and mark in MARKS for tag, mark in parts):
        assert bool(shape_of(update).spans) == bool(parts)
    else:
        with pytest.raises(Unknown):
            shape_of(update)


@settings(max_examples=150, deadline=None)
@given(some.sampled_from(sorted(STRANGE)), some.integers(0, 10_000), some.binary(min_size=1, max_size=4))
def test_whatever_the_bytes_are_they_are_read_or_refused(name, at, put):
    update = STRANGE[name]
    at %= len(update)
    for bent in (update[:at] + put + update[at:], update[:at] + put + update[at + len(put) :], update[:at]):
        try:
            shape_of(bent)
        except (Malformed, Unknown):
            continue
