"""A page's log in quiet moments: put together, with nothing lost of who wrote what; and the words found."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pycrdt import Doc, merge_updates

from groups.documents.models import Document
from groups.pages.changes import words_of
from groups.pages.content import blocks_of, opened
from groups.pages.content.markdown import written
from groups.pages.content.writing import put
from groups.pages.models import Page, Update
from groups.pages.services import changes_after, compact, content_of, save_text, settle_pages, text_of
from groups.standing import Standing


@pytest.fixture
def write(page, supply_chains):
    def make(person, more):
        by = Standing.of(person, supply_chains).speak()
        base = text_of(page.pk)
        return save_text(page, by=by, base=base, text=f"{base}\n{more}\n")

    return make


def whole(page):
    """The chapters and the log after them."""
    rows = [bytes(one.data) for one in page.chapters.order_by("number")]
    return merge_updates(*rows, *(bytes(one.data) for one in page.updates.order_by("seq")))


def test_the_log_becomes_a_snapshot_and_the_text_stays(page, write, member, lead):
    for n in range(6):
        write((member, lead)[n % 2], f"Paragraph {n}.")
    before = text_of(page.pk)

    assert compact(page.pk) is False

    assert text_of(page.pk) == before
    assert not Update.objects.exists()
    now = Page.objects.get(pk=page.pk)
    assert (now.head, now.snapshot_seq, now.size) == (7, 7, len(now.snapshot))
    write(member, "And on.")
    assert Update.objects.get().seq == 8
    assert text_of(page.pk).endswith("And on.\n")


def test_chapters_keep_who_wrote_what_for_whom(page, write, member, lead, weavers):
    write(member, "Mine.")
    write(lead, "Of the lead.")
    write(member, "Mine again.")
    compact(page.pk)
    write(member, "Soon after.")
    compact(page.pk)

    chapters = list(page.chapters.order_by("number"))

    assert [(one.author_id, one.first_seq, one.last_seq) for one in chapters] == [(member.pk, 1, 5), (lead.pk, 3, 3)]
    assert (chapters[0].organisation, chapters[0].function) == (weavers, chapters[0].function)
    assert words_of(bytes(chapters[1].data))[0] == ["Of the lead."]
    said = set(words_of(bytes(chapters[0].data))[0])
    assert {"Mine.", "Mine again.", "Soon after."} <= said
    assert "Of the lead." not in said
    assert written(blocks_of(opened(whole(page)))) == text_of(page.pk)


def test_after_a_pause_another_chapter_begins(page, write, member):
    Update.objects.update(created_at=timezone.now() - timedelta(hours=1))
    write(member, "Later.")
    compact(page.pk)
    assert page.chapters.count() == 2


def test_who_is_far_behind_is_told_that_the_log_begins_later(page, write, member):
    write(member, "More.")
    compact(page.pk)
    write(member, "Even more.")
    assert changes_after(page.pk, 1) == (None, [])
    assert changes_after(page.pk, 2)[0] == 3
    assert content_of(page.pk)[0] == 3


def test_what_was_taken_away_is_no_longer_in_the_snapshot(page, member):
    by = Standing.of(member, page.document.group).speak()
    save_text(page, by=by, base=text_of(page.pk), text="A secret number 4711.")
    save_text(page, by=by, base=text_of(page.pk), text="A number.")
    compact(page.pk)
    assert b"4711" not in bytes(Page.objects.get(pk=page.pk).snapshot)
    assert b"4711" in whole(page)


def test_long_logs_and_still_ones_are_put_together_and_others_wait(page, write, member):
    write(member, "Just now.")
    settle_pages()
    assert page.updates.count() == 2

    Page.objects.update(written_at=timezone.now() - timedelta(minutes=6))
    settle_pages()
    assert page.updates.count() == 0


def test_the_words_of_a_page_are_found(client, page, write, member, stranger, supply_chains):
    write(member, "A paragraph on recruitment fees.")
    Page.objects.update(written_at=timezone.now() - timedelta(minutes=1))
    Document.objects.update(changed_at=timezone.now() - timedelta(days=1))

    settle_pages()

    client.force_login(member)
    found = client.get(reverse("search"), {"q": "recruitment"}).text
    assert reverse("pages:write", args=[supply_chains.slug, page.pk]) in found
    assert Document.objects.get().changed_at > timezone.now() - timedelta(hours=1)
    client.force_login(stranger)
    assert "/write/" not in client.get(reverse("search"), {"q": "recruitment"}).text


def test_words_that_are_gone_are_found_no_more(client, page, member):
    by = Standing.of(member, page.document.group).speak()
    save_text(page, by=by, base=text_of(page.pk), text="Recruitment.")
    Page.objects.update(written_at=timezone.now() - timedelta(minutes=1))
    settle_pages()
    save_text(page, by=by, base=text_of(page.pk), text="Nothing of the kind.")
    Page.objects.update(written_at=timezone.now() - timedelta(minutes=1))
    settle_pages()

    client.force_login(member)
    assert "/write/" not in client.get(reverse("search"), {"q": "recruitment"}).text


def test_pieces_are_what_was_typed_in_one_go():
    doc = Doc()
    doc = opened(doc.get_update())
    put(doc, "One two")
    before = doc.get_state()
    put(doc, "One and a half two")
    pieces, taken = words_of(doc.get_update(before))
    assert (pieces, taken) == (["and a half "], 0)
    before = doc.get_state()
    put(doc, "One two")
    assert words_of(doc.get_update(before))[1] == len("and a half ")
