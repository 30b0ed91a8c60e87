"""What no page has is refused: a browser would take out the words in it, and around it, for everybody."""

import pytest
from asgiref.sync import sync_to_async
from hypothesis import given, settings
from hypothesis import strategies as some
from pycrdt import Array, Doc, Map, Text, XmlElement, XmlFragment, XmlText

from groups.pages.changes import WORDS, parts_of, shape_of, words_of
from groups.pages.content import opened
from groups.pages.content.tree import BLOCKS, INLINE, MARKS, root_of
from groups.pages.content.writing import put
from groups.pages.live import PageHub, ground
from groups.pages.live.ground import Ground
from groups.pages.models import BEGINNING
from groups.pages.protocol import STEP_2, UPDATE, Malformed, Unknown, number
from groups.pages.services import content_of, text_of

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


def nested(*tags, mark=None):
    """A change that puts parts into one another, with words in the last."""

    def build(root):
        part = root
        for tag in tags:
            part = part.children.append(XmlText("") if tag == "#text" else XmlElement(tag))
        if tag == "#text":
            part.insert(0, "Words", {mark: FULL} if mark else {})

    return change(build)


MISPLACED = {
    "a cell outside a table": nested("table_cell", "paragraph", "#text"),
    "a cell in a table without a row": nested("table", "table_cell", "paragraph"),
    "a footnote in a footnote": nested("paragraph", "footnote", "footnote", "#text"),
    "a footnote that is no part of a line": nested("footnote", "#text"),
    "a block in a line": nested("paragraph", "heading", "#text"),
    "a paragraph in a list": nested("bullet_list", "paragraph", "#text"),
    "an item outside a list": nested("blockquote", "list_item", "paragraph"),
    "a break in code": nested("code_block", "hard_break"),
    "something in a dividing line": nested("horizontal_rule", "#text"),
    "words outside a block": nested("#text"),
    "bold words in code": nested("code_block", "#text", mark="strong"),
}


@pytest.mark.parametrize("name", MISPLACED)
async def test_what_stands_in_the_wrong_place_is_refused_and_the_socket_goes_on(editor, page, member, lead, name):
    mine, theirs = await editor(member, page), await editor(lead, page)

    await mine.send(UPDATE, MISPLACED[name])

    assert await mine.told("denied") == {"type": "denied", "reason": "unknown"}
    await mine.write("Goes on.")
    await theirs.until(lambda: "Goes on." in theirs.text)
    assert await sync_to_async(text_of)(page.pk) == "# Purpose\n\nTo agree.\n\nGoes on.\n"


async def test_who_is_refused_again_and_again_has_the_page_read_once(editor, page, member, monkeypatch):
    asked = []
    monkeypatch.setattr(ground, "content_of", lambda page: asked.append(page) or content_of(page))
    mine = await editor(member, page)
    await mine.write("Words.")

    for update in MISPLACED.values():
        await mine.send(UPDATE, update)
        assert await mine.told("denied") == {"type": "denied", "reason": "unknown"}

    assert len(asked) == 2  # when somebody wrote, and before the first was refused


@pytest.mark.parametrize("tag", ["paragraph", "table_row", "#text"])
async def test_where_it_goes_is_known_from_what_others_wrote_before(editor, page, member, lead, tag):
    mine, theirs = await editor(member, page), await editor(lead, page, hub=PageHub(poll=3600))
    before = theirs.doc.get_state()
    item = root_of(theirs.doc).children.append(XmlElement("bullet_list")).children.append(XmlElement("list_item"))
    item.children.append(XmlElement("paragraph")).children.append(XmlText("One"))
    await theirs.send(UPDATE, theirs.doc.get_update(before))
    await theirs.told("saved")
    await mine.until(lambda: "One" in mine.text)

    before, kept = mine.doc.get_state(), mine.doc.get_update()
    listed = root_of(mine.doc).children[2]
    listed.children.append(XmlText("x") if tag == "#text" else XmlElement(tag))
    await mine.send(UPDATE, mine.doc.get_update(before))
    assert await mine.told("denied") == {"type": "denied", "reason": "unknown"}

    mine.doc = opened(kept)
    before = mine.doc.get_state()
    item = root_of(mine.doc).children[2].children.append(XmlElement("list_item"))
    item.children.append(XmlElement("paragraph")).children.append(XmlText("Two"))
    await mine.send(UPDATE, mine.doc.get_update(before))
    await mine.told("saved")
    assert (await sync_to_async(text_of)(page.pk)).endswith("- One\n- Two\n")


def beside(place, words="a"):
    """Words that go on from a place, as they stand in a change."""
    return b"\x84" + number(place[0]) + number(place[1]) + number(len(words)) + words.encode()


def written(client, clock, structs):
    return number(1) + number(len(structs)) + number(client) + number(clock) + b"".join(structs) + number(0)


async def test_what_somebody_claims_to_be_elsewhere_refuses_nobody_elses_words(editor, page, member, lead):
    mine, theirs = await editor(member, page), await editor(lead, page)
    parts = parts_of(mine.doc.get_update())
    paragraph, said = (next(one for one in parts if one.name == name) for name in ("paragraph", WORDS))

    await mine.send(UPDATE, written(paragraph.client, paragraph.start, [beside((said.client, said.start), "ab")]))
    await mine.told("saved")  # it is in the log already, as something else
    before = theirs.doc.get_state()
    root_of(theirs.doc).children[1].children.append(XmlText(" Soon."))
    await theirs.send(UPDATE, theirs.doc.get_update(before))

    await theirs.told("saved")
    assert await sync_to_async(text_of)(page.pk) == "# Purpose\n\nTo agree. Soon.\n"


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["on", "back"])
def test_a_long_row_that_leads_nowhere_is_followed_once(page, monkeypatch, way):
    asked, at, many = [], Ground._at, 1000
    monkeypatch.setattr(Ground, "_at", lambda ground, place: asked.append(place) or at(ground, place))
    places = [(7, n - 1 if way == "on" else n + 1) for n in range(many)]
    places[0 if way == "on" else -1] = (9, 5)

    assert Ground(page.pk).takes(written(7, 0, [beside(one) for one in places]))
    assert len(asked) < 10 * many


@pytest.mark.django_db
def test_what_was_heard_of_others_is_not_asked_for_again(page, django_assert_num_queries):
    seq, content = content_of(page.pk)
    theirs = opened(content)
    known = Ground(page.pk)
    root_of(theirs).children[1].children.append(XmlText(" First."))
    assert known.takes(theirs.get_update())

    others = opened(theirs.get_update())
    before = others.get_state()
    item = root_of(others).children.append(XmlElement("bullet_list")).children.append(XmlElement("list_item"))
    item.children.append(XmlElement("paragraph")).children.append(XmlText("One"))
    known.hear(seq, seq + 1, [others.get_update(before)])
    before = others.get_state()
    root_of(others).children[2].children[0].children[0].children.append(XmlText(" more"))
    with django_assert_num_queries(0):
        assert known.takes(others.get_update(before))

    # It knows what is heard well enough to refuse: a list holds no words.
    before = others.get_state()
    root_of(others).children[2].children.append(XmlText("x"))
    assert not known.takes(others.get_update(before))

    # Where something is missing before it, what was heard is left: the log says it.
    known.hear(seq + 5, seq + 6, [others.get_update()])
    with django_assert_num_queries(0):
        assert known.takes(theirs.get_update())
    assert known.seq == seq + 1


@pytest.mark.django_db
def test_everything_that_pages_hold_may_stand_where_it_does(page, member):
    doc = opened(content_of(page.pk)[1])
    put(doc, WHOLE)
    known = Ground(page.pk)
    assert known.takes(doc.get_update())
    before = doc.get_state()
    put(doc, WHOLE.replace("One", "First").replace("Cell", "Another^[With a note.]").replace("code", "other code"))
    assert known.takes(doc.get_update(before))


WHOLE = """# Title

Words **bold** and *not*, [linked](/x), `code`.^[A *note*.]\\
After a break

- One
  1. Inside
- Two

> Said
>
> - there

```
code
```

***

| Head | Head |
| --- | --- |
| Cell | Cell |
"""


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
