"""A page without a script: read as text, written in a form, saved against the text it was opened on."""

import time
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groups.documents.models import Document
from groups.pages.content import blocks_of, opened
from groups.pages.content.tree import root_of
from groups.pages.models import Page, Template
from groups.pages.services import content_of, save_text, text_of
from groups.standing import Standing


@pytest.fixture
def address(page, supply_chains):
    return reverse("pages:write", args=[supply_chains.slug, page.pk])


def saved(page, person, base, text):
    return save_text(page, by=Standing.of(person, page.document.group).speak(), base=base, text=text)


def test_a_page_is_begun_from_the_library(client, member, supply_chains, weavers):
    client.force_login(member)
    shelf = client.get(reverse("documents:list", args=[supply_chains.slug])).text
    assert reverse("pages:new", args=[supply_chains.slug]) in shelf

    sent = {"title": "Minutes of May", "folder": "", "key": uuid.uuid4()}
    for _ in range(2):
        answer = client.post(reverse("pages:new", args=[supply_chains.slug]), sent)

    document = Document.objects.get(title="Minutes of May")
    assert answer.url == reverse("pages:write", args=[supply_chains.slug, document.pk])
    assert (document.kind, document.organisation, document.latest.kind) == ("page", weavers, "markdown")
    assert client.get(answer.url).status_code == 200
    shown = client.get(document.get_absolute_url()).text
    assert answer.url in shown
    assert reverse("documents:new_version", args=[supply_chains.slug, document.pk]) not in shown


def test_readers_read_and_writers_find_a_form(client, address, observer, member):
    client.force_login(observer)
    read = client.get(address).text
    assert '<h2 dir="auto">Purpose</h2>' in read
    assert 'name="base"' not in read
    assert 'data-can-write="0"' in read

    client.force_login(member)
    read = client.get(address).text
    assert "# Purpose" in read
    assert 'data-can-write="1"' in read


def test_the_form_is_saved(client, address, page, member):
    client.force_login(member)
    base = text_of(page.pk)

    answer = client.post(address, {"base": base, "text": base.replace("agree", "act").replace("\n", "\r\n")})

    assert (answer.status_code, answer.url) == (302, address)
    assert text_of(page.pk) == "# Purpose\n\nTo act.\n"
    row = page.updates.last()
    assert (row.author, row.function) == (member, Standing.of(member, page.document.group).speak().function)


def test_what_others_wrote_meanwhile_is_kept(client, address, page, member, lead):
    base = text_of(page.pk)
    saved(page, lead, base, base + "\nA new paragraph.\n")

    client.force_login(member)
    client.post(address, {"base": base, "text": base.replace("Purpose", "Purposes")})

    assert text_of(page.pk) == "# Purposes\n\nTo agree.\n\nA new paragraph.\n"


def test_where_both_changed_the_same_both_texts_are_shown(client, address, page, member, lead):
    base = text_of(page.pk)
    saved(page, lead, base, base.replace("agree", "disagree"))

    client.force_login(member)
    answer = client.post(address, {"base": base, "text": base.replace("To agree.", "To decide.")})

    assert answer.status_code == 409
    assert "To disagree." in answer.text
    assert "To decide." in answer.text
    assert text_of(page.pk) == "# Purpose\n\nTo disagree.\n"
    form = answer.context["form"]

    client.post(address, {"base": form["base"].value(), "text": form["text"].value()})
    assert text_of(page.pk) == "# Purpose\n\nTo decide.\n"


def test_a_reader_saves_nothing(client, address, page, observer):
    client.force_login(observer)
    assert client.post(address, {"base": "", "text": "Mine."}).status_code == 404
    assert text_of(page.pk) == "# Purpose\n\nTo agree.\n"


def test_a_page_costs_the_same_with_a_long_history(client, address, page, member):
    client.force_login(member)
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    text = text_of(page.pk)
    for n in range(20):
        text = saved(page, member, text, f"{text}\nParagraph {n}.\n")
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few)


def test_a_word_is_changed_in_one_go_however_many_runs_stand_around_it(client, begin, member, supply_chains):
    page = begin(member, text="**a** b " * 3000)
    now = text_of(page.pk)
    client.force_login(member)
    started = time.monotonic()
    answer = client.post(
        reverse("pages:write", args=[supply_chains.slug, page.pk]), {"base": now, "text": now.replace("b", "**c**", 1)}
    )
    assert time.monotonic() - started < 10
    assert answer.status_code == 302
    assert text_of(page.pk).startswith("**a** **c** **a** b **a** b")
    assert text_of(page.pk)[20:] == now[16:]


def test_a_version_is_kept_under_a_name(client, page, member, supply_chains):
    client.force_login(member)
    sent = {"note": "As sent to all", "key": uuid.uuid4()}
    for _ in range(2):
        answer = client.post(reverse("pages:name", args=[supply_chains.slug, page.pk]), sent)

    assert answer.url == page.document.get_absolute_url()
    versions = page.document.versions.all()
    assert [(one.number, one.note) for one in versions] == [(2, "As sent to all"), (1, "")]
    with versions[0].open() as file:
        assert file.read().decode() == text_of(page.pk)
    assert Page.objects.count() == 1


def test_what_is_only_suggested_is_in_no_version_and_in_no_template(client, page, member, lead, supply_chains, put_in):
    put_in(page, member, "Old", {"deletion": {"id": "a", "by": str(member.pk)}})
    put_in(page, member, "new", {"insertion": {"id": "b", "by": str(member.pk)}})
    client.force_login(lead)
    client.post(reverse("pages:name", args=[supply_chains.slug, page.pk]), {"note": "As sent", "key": uuid.uuid4()})
    sent = {"name": "Terms", "key": uuid.uuid4()}
    client.post(reverse("pages:keep_template", args=[supply_chains.slug, page.pk]), sent)

    with page.document.versions.get(number=2).open() as file:
        assert file.read().decode() == "# Purpose\n\nTo agree.\n\nOld\n"
    assert Template.objects.get().text == "# Purpose\n\nTo agree.\n\nOld\n"
    assert text_of(page.pk) == "# Purpose\n\nTo agree.\n\nOld\n\nnew\n"


def test_the_page_says_again_what_a_version_says(client, page, member, observer, lead, supply_chains):
    base = text_of(page.pk)
    saved(page, lead, base, "Something else.\n")
    address = reverse("pages:restore", args=[supply_chains.slug, page.pk, 1])
    client.force_login(observer)
    assert client.post(address).status_code == 404
    assert address not in client.get(page.document.get_absolute_url()).text

    client.force_login(member)
    assert address in client.get(page.document.get_absolute_url()).text
    client.post(address)

    assert text_of(page.pk) == base
    assert page.updates.last().author == member


def test_comments_are_made_answered_settled_and_read(client, page, member, lead, observer, weavers, supply_chains):
    address = reverse("pages:comments", args=[supply_chains.slug, page.pk])
    client.force_login(member)
    for _ in range(2):
        made = client.post(address, {"anchor": "c1", "body": " What is meant? "}).json()
    assert (made["anchor"], made["body"], made["author"]["organisation"]) == ("c1", "What is meant?", weavers.name)

    client.force_login(lead)
    answers = reverse("pages:answer", args=[supply_chains.slug, page.pk, made["id"]])
    sent = {"body": "All of it.", "key": uuid.uuid4()}
    for _ in range(2):
        answered = client.post(answers, sent).json()
    assert [one["body"] for one in answered["answers"]] == ["All of it."]
    settled = client.post(reverse("pages:resolve", args=[supply_chains.slug, page.pk, made["id"]])).json()
    assert settled["resolved"]

    client.force_login(observer)
    assert [one["body"] for one in client.get(address).json()["comments"]] == ["What is meant?"]
    assert "What is meant?" in client.get(reverse("pages:write", args=[supply_chains.slug, page.pk])).text
    assert client.post(address, {"anchor": "c2", "body": "Mine"}).status_code == 404
    opened = client.post(answers, {"body": "Mine", "key": uuid.uuid4()})
    assert opened.status_code == 404


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"anchor": "", "body": "x"}, 422),
        ({"anchor": "a" * 65, "body": "x"}, 422),
        ({"anchor": "c1", "body": " "}, 422),
        ({"anchor": "c1", "body": "x" * 4001}, 422),
        ({"anchor": "taken", "body": "x"}, 409),
    ],
)
def test_comments_that_cannot_be(client, page, member, lead, supply_chains, sent, status):
    address = reverse("pages:comments", args=[supply_chains.slug, page.pk])
    client.force_login(lead)
    client.post(address, {"anchor": "taken", "body": "Mine."})
    client.force_login(member)
    assert client.post(address, sent).status_code == status
    assert page.comments.count() == 1


def test_a_page_without_words_has_one_paragraph_for_all_who_begin_to_write(begin, member, lead):
    page = begin(member, text="")
    first, second = (opened(content_of(page.pk)[1]) for _ in range(2))
    for doc, said in ((first, "One. "), (second, "Two. ")):
        (line,) = root_of(doc).children[0].children
        line.insert(0, said)

    first.apply_update(second.get_update())

    assert text_of(page.pk) == ""
    assert len(root_of(first).children) == 1


def test_a_page_that_is_emptied_has_one_too(page, member):
    assert saved(page, member, text_of(page.pk), "") == ""
    assert [block.tag for block in blocks_of(opened(content_of(page.pk)[1]))] == ["paragraph"]
