"""A page's socket: what is written reaches the others and the database, and nothing that should not."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session
from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from core.realtime import sessions
from groups.documents.services import delete_document
from groups.pages import protocol
from groups.pages.live import PageHub
from groups.pages.models import Page, Update
from groups.pages.protocol import STEP_2, UPDATE
from groups.pages.services import log, text_of
from groups.standing import Standing

atext = sync_to_async(text_of)


@sync_to_async
def rows(page):
    return list(Update.objects.filter(page=page.pk).order_by("seq").values_list("seq", "author_id", "organisation_id"))


async def test_what_one_writes_the_other_reads_and_the_database_has(editor, page, member, lead, weavers):
    mine, theirs = await editor(member, page), await editor(lead, page)
    assert theirs.text == '<heading level="1">Purpose</heading><paragraph>To agree.</paragraph>'

    saved = await mine.write("And to act.")

    assert set(saved) == {"type", "at", "count"}
    assert saved["count"] == 1
    assert await atext(page.pk) == "# Purpose\n\nTo agree.\n\nAnd to act.\n"
    await theirs.until(lambda: "And to act." in theirs.text)
    assert theirs.doc.get_state() == mine.doc.get_state()
    assert (await rows(page))[-1] == (2, member.pk, weavers.pk)


async def test_two_processes_hear_each_other(editor, page, member, lead):
    mine, theirs = await editor(member, page), await editor(lead, page, hub=PageHub(poll=3600))

    await mine.write("From one process to another.")

    await theirs.until(lambda: "to another" in theirs.text)


async def test_who_was_away_gets_what_they_missed_and_brings_what_they_wrote(editor, page, member, lead):
    mine, theirs = await editor(member, page), await editor(lead, page)
    kept = mine.doc
    await mine.disconnect()
    mine.type("Written on a train.")
    await theirs.write("Written meanwhile.")

    again = await editor(member, page, ready=False)
    again.doc, again.said, again.where = kept, [], {}
    await again.connect()
    await again.sync()
    await again.told("saved")

    await theirs.until(lambda: "train" in theirs.text)
    assert "meanwhile" in again.text
    assert again.text == theirs.text


async def test_the_database_says_nothing_new_where_somebody_only_comes_back(editor, page, member):
    mine = await editor(member, page)
    block = mine.doc.get("page", type=XmlFragment).children[1]
    before = mine.doc.get_state()
    del block.children[0][0:3]
    await mine.send(UPDATE, mine.doc.get_update(before))
    await mine.told("saved")
    count = len(await rows(page))

    await editor(member, page)
    await mine.send(STEP_2, mine.doc.get_update())
    await mine.told("saved")

    assert len(await rows(page)) == count


async def test_a_readers_words_are_dropped_and_said_so(editor, page, observer, member):
    reader, writer = await editor(observer, page), await editor(member, page)

    await reader.send(UPDATE, reader.type("I may only read."))

    assert await reader.told("denied") == {"type": "denied", "reason": "read-only"}
    assert await atext(page.pk) == "# Purpose\n\nTo agree.\n"
    await writer.write("Goes on.")
    await reader.until(lambda: "Goes on." in reader.text)
    assert "only read" not in writer.text


async def test_a_reader_who_only_reads_is_told_nothing(editor, page, observer):
    reader = await editor(observer, page)
    await reader.send(STEP_2, b"\x00\x00")
    assert await reader.silent()


async def test_who_is_removed_is_cut_off_and_writes_no_more(editor, page, member, lead, aend, supply_chains, page_hub):
    mine, theirs = await editor(member, page), await editor(lead, page)

    await aend(member, supply_chains)
    await mine.send(UPDATE, mine.type("A last word."))

    assert await mine.told("denied") == {"type": "denied", "reason": "gone"}
    assert (await mine.told("closed"))["code"] == 4404
    await theirs.write("Without them.")
    assert "last word" not in await atext(page.pk)
    assert not [one for one in page_hub.pages[page.pk].clients if one.user_id == member.pk]


async def test_who_is_removed_reads_nothing_that_is_written_afterwards(
    editor, page, member, lead, aend, supply_chains, page_hub, monkeypatch
):
    mine, theirs = await editor(member, page), await editor(lead, page)
    other = PageHub(poll=3600)
    third = await editor(member, page, hub=other)

    async def unheard(groups):
        """No bell rings for rights."""

    monkeypatch.setattr(page_hub, "_rights_moved", unheard)
    monkeypatch.setattr(other, "_rights_moved", unheard)
    await aend(member, supply_chains)
    await theirs.write("Not for everybody.")

    for one in (mine, third):
        assert await one.told("denied") == {"type": "denied", "reason": "gone"}
        assert (await one.told("closed"))["code"] == 4404
        assert "Not for everybody" not in one.text


async def test_who_is_removed_is_cut_off_without_writing(editor, page, member, lead, aend, supply_chains, page_hub):
    mine, _theirs = await editor(member, page), await editor(lead, page)

    await aend(member, supply_chains)

    assert await mine.told("denied") == {"type": "denied", "reason": "gone"}


async def test_a_page_in_the_trash_is_closed(editor, page, member, supply_chains, page_hub):
    mine = await editor(member, page)
    by = await sync_to_async(lambda: Standing.of(member, supply_chains).speak())()
    await sync_to_async(delete_document)(page.document, by=by)

    await mine.send(UPDATE, mine.type("Too late."))

    assert await mine.told("denied") == {"type": "denied", "reason": "gone"}
    assert (await mine.told("closed"))["code"] == 4404


async def test_who_signs_out_is_closed(editor, page, member, page_hub):
    mine = await editor(member, page)
    await sync_to_async(Session.objects.all().delete)()
    await sync_to_async(sessions.sessions_ended)(member.pk)
    assert (await mine.told("closed"))["code"] == 4401


@pytest.mark.parametrize(
    ("who", "code"), [("stranger", 4404), ("outsider", 4404), ("secretariat", 4404), (None, 4401)]
)
async def test_to_others_a_page_looks_like_none(editor, page, stranger, outsider, secretariat, who, code):
    people = {"stranger": stranger, "outsider": outsider, "secretariat": secretariat, None: None}
    socket = await editor(people[who], page, ready=False)
    socket.said = []
    assert (await socket.connect())[0]
    if who:
        assert await socket.told("denied") == {"type": "denied", "reason": "gone"}
    assert await socket.told("closed") == {"type": "closed", "code": code}


async def test_a_page_that_is_none_looks_the_same(editor, page, member):
    socket = await editor(member, page, path="/ws/pages/999999/", ready=False)
    socket.said = []
    await socket.connect()
    assert await socket.told("denied") == {"type": "denied", "reason": "gone"}
    assert await socket.told("closed") == {"type": "closed", "code": 4404}


@pytest.mark.parametrize("path", ["/ws/pages/", "/ws/pages/x/", "/ws/pages/1", "/ws/pages/1/more/"])
async def test_other_addresses_are_refused(editor, page, member, path):
    socket = await editor(member, page, path=path, ready=False)
    assert (await socket.connect())[0] is False


async def test_another_sites_page_is_refused(editor, page, member):
    socket = await editor(member, page, origin="https://evil.example", ready=False)
    assert (await socket.connect())[0] is False


def of_another_root():
    doc = Doc()
    doc.get("secret", type=XmlFragment).children.append(XmlElement("paragraph"))
    return doc.get_update()


@pytest.mark.parametrize(
    "frame",
    [
        b"\x09",
        b"\x00\x07\x00",
        b"\x00\x02\x7fshort",
        protocol.sync(UPDATE, b"garbage"),
        protocol.sync(UPDATE, b"\x01\x01\x05\x00\x04\x01\x04page"),
        protocol.sync(UPDATE, of_another_root()),
        protocol.sync(UPDATE, b"\x00\x00") + b"more",
        protocol.sync(0, b"\xff\xff"),
        b"\x01\x03\x01\x01\x01",
        b"\x01\x05\x01\x01\x01\x02[]",
        "text",
    ],
    ids=range(11),
)
async def test_garbage_is_refused_and_the_socket_goes_on(editor, page, member, frame):
    mine = await editor(member, page)

    await (mine.send_to(text_data=frame) if isinstance(frame, str) else mine.send_to(bytes_data=frame))

    assert await mine.told("denied") == {"type": "denied", "reason": "malformed"}
    await mine.write("Goes on.")
    assert "Goes on." in await atext(page.pk)


async def test_what_is_too_large_is_refused_and_the_socket_goes_on(editor, page, member, monkeypatch):
    mine = await editor(member, page)
    other = Doc()
    other.get("page", type=XmlFragment).children.append(XmlText("x" * log.UPDATE_MAX))

    await mine.send(UPDATE, other.get_update())

    assert await mine.told("denied") == {"type": "denied", "reason": "too-large"}
    await mine.write("Goes on.")


async def test_a_page_that_is_full_takes_no_more(editor, page, member, monkeypatch):
    mine = await editor(member, page)
    monkeypatch.setattr(log, "PAGE_MAX", 2000)

    await mine.send(UPDATE, mine.type("x" * 2000))

    assert await mine.told("denied") == {"type": "denied", "reason": "too-large"}
    assert "xxx" not in await atext(page.pk)


async def test_what_goes_on_from_something_that_never_came_is_asked_for(editor, page, member):
    mine = await editor(member, page)
    mine.type("Lost on the way.")

    await mine.write("Comes after it.")

    assert (await atext(page.pk)).endswith("Lost on the way.\n\nComes after it.\n")


@pytest.fixture
def seen(lead, member, observer):
    """They let others see where they are."""
    for person in (lead, member, observer):
        person.shows_presence = True
        person.save()


async def test_where_one_is_the_others_see_under_the_name_of_the_account(seen, editor, page, member, lead):
    mine, theirs = await editor(member, page), await editor(lead, page)
    at = {"type": None, "tname": "page", "item": {"client": 5, "clock": 0}, "assoc": 0}

    await mine.point(
        user={"name": "The President", "secret": "words"}, cursor={"anchor": at, "head": at}, note="words"
    )

    await theirs.until(lambda: 7 in theirs.where)
    place = theirs.where[7]
    assert place["user"]["name"] == member.display_name
    assert place["user"]["id"] == member.pk
    assert place["cursor"] == {"anchor": at, "head": at}
    assert "words" not in str(place)


async def test_a_cursor_goes_between_processes_and_with_its_socket(seen, editor, page, member, lead):
    mine, theirs = await editor(member, page), await editor(lead, page, hub=PageHub(poll=3600))
    await mine.point(cursor=None)
    await theirs.until(lambda: 7 in theirs.where)
    assert theirs.where[7]["user"]["name"] == member.display_name

    await mine.disconnect()

    await theirs.until(lambda: theirs.where[7] is None)


async def test_nobody_moves_anothers_cursor(seen, editor, page, member, lead, observer):
    mine, theirs, third = await editor(member, page), await editor(lead, page), await editor(observer, page)
    await mine.point(cursor=None)
    await third.until(lambda: 7 in third.where)

    await theirs.point(clock=9, cursor=None)
    await theirs.point(client=8, cursor=None)

    await third.until(lambda: 8 in third.where)
    assert third.where[7]["user"]["id"] == member.pk


async def test_who_does_not_show_where_they_are_shows_no_cursor(seen, editor, page, member, lead):
    member.shows_presence = False
    await sync_to_async(member.save)()
    mine, theirs = await editor(member, page), await editor(lead, page)

    await mine.point(cursor=None)
    await theirs.point(client=8, cursor=None)

    await mine.until(lambda: 8 in mine.where)
    assert 7 not in theirs.where


async def test_what_came_while_nobody_heard_is_found_by_the_poll(editor, page, member, lead, page_hub, monkeypatch):
    mine, theirs = await editor(member, page), await editor(lead, page, hub=(other := PageHub(poll=3600)))
    monkeypatch.setattr(other.pages[page.pk], "moved", lambda seq: None)
    await mine.write("Unheard.")
    await asyncio.sleep(0.2)
    monkeypatch.undo()

    await other.poll()

    await theirs.until(lambda: "Unheard." in theirs.text)


async def test_with_the_last_socket_the_process_forgets_the_page(editor, page, member, page_hub):
    mine = await editor(member, page)
    await mine.disconnect()
    await asyncio.sleep(0.1)
    assert not page_hub.pages
    assert not page_hub.per_user


async def test_numbers_are_dense_and_the_head_is_the_last(editor, page, member, lead):
    mine, theirs = await editor(member, page), await editor(lead, page)
    for n in range(5):
        for one in (mine, theirs):
            await one.send(UPDATE, one.type(f"{n} of {one.doc.client_id}"))
    for one in (mine, theirs):
        await one.until(lambda one=one: all(f"4 of {other.doc.client_id}" in one.text for other in (mine, theirs)))
    assert mine.text == theirs.text
    numbers = [seq for seq, _, _ in await rows(page)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert await sync_to_async(lambda: Page.objects.get(pk=page.pk).head)() == numbers[-1]
