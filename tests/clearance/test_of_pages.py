"""A page in clearance: what is reviewed, cleared and published is what stood on it, never an older or an empty version."""

import hashlib
import uuid

import pytest
from django.core.files.storage import storages
from django.urls import reverse
from django.utils import timezone

from groups.clearance.models import Round, Stage
from groups.documents.models import Document, Version
from tests.clearance.conftest import DAY, asked, over, published, reviewed, say

WORDS = "# Fees\n\nWhat recruiters charge.\n"


def begun(client, title="Brief"):
    """Begin a blank page by its form; return the document."""
    sent = {"title": title, "folder": "", "key": uuid.uuid4()}
    client.post(reverse("pages:new", args=["supply-chains"]), sent)
    return Document.objects.get(title=title)


def write(client, document, text, base=""):
    return client.post(reverse("pages:write", args=["supply-chains", document.pk]), {"base": base, "text": text})


def keep(client, document):
    sent = {"key": uuid.uuid4(), "note": "As agreed"}
    return client.post(reverse("pages:name", args=["supply-chains", document.pk]), sent)


def put_to_the_group(client, document, number=1):
    until = (timezone.now() + DAY).strftime("%Y-%m-%dT%H:%M")
    sent = {"key": uuid.uuid4(), "number": number, "until": until, "note": ""}
    return client.post(reverse("clearance:start", args=["supply-chains", document.pk]), sent)


@pytest.fixture
def written(signed_in, supply_chains, member):
    """A page that was begun blank and written in since, of which nobody has kept a version."""
    client = signed_in(member)
    document = begun(client)
    write(client, document, WORDS)
    assert [one.size for one in document.versions.all()] == [0]
    return document


def test_what_stands_on_a_page_is_reviewed_cleared_and_published(client, written, lead, member, dockers, weavers):
    assert put_to_the_group(client, written).status_code == 302
    round_ = Round.objects.select_related("group", "version").get()
    assert (round_.version.number, round_.sha256) == (2, hashlib.sha256(WORDS.encode()).hexdigest())
    read = client.get(round_.version.get_absolute_url())
    assert b"".join(read.streaming_content if read.streaming else [read.content]).decode() == WORDS

    Round.objects.update(review_until=timezone.now())
    asked(round_, lead, dockers, weavers, at=None)
    say(round_, lead)
    say(round_, member)
    made = published(over(round_), lead)
    client.logout()
    file = client.get(f"{made.get_absolute_url()}file/")
    assert b"".join(file.streaming_content if file.streaming else [file.content]).decode() == WORDS


def test_a_storage_that_is_away_is_said_beside_what_was_typed(client, written, monkeypatch):
    def away(*_arguments):
        raise OSError

    monkeypatch.setattr(type(storages["default"]), "_save", away)
    answer = put_to_the_group(client, written)
    assert (answer.status_code, "does not answer. Nothing was changed" in answer.text) == (422, True)
    assert (Round.objects.count(), written.versions.count()) == (0, 1)


def test_a_version_that_says_the_same_is_taken_as_it_is(client, written):
    keep(client, written)
    put_to_the_group(client, written, number=2)
    assert Round.objects.get().version.number == 2
    assert written.versions.count() == 2


def test_a_page_on_which_nothing_is_written_is_not_reviewed(signed_in, supply_chains, member):
    client = signed_in(member)
    document = begun(client)
    answer = put_to_the_group(client, document)
    assert (answer.status_code, "Nothing is written here yet." in answer.text) == (422, True)
    assert not Round.objects.exists()


def test_a_page_that_was_emptied_is_not_reviewed_and_no_empty_version_stays(client, written):
    keep(client, written)
    write(client, written, "", base=WORDS)
    answer = put_to_the_group(client, written, number=2)
    assert (answer.status_code, "Nothing is written here yet." in answer.text) == (422, True)
    assert [one.number for one in written.versions.order_by("number")] == [1, 2]


def test_a_review_that_is_refused_keeps_no_version(client, written):
    put_to_the_group(client, written)
    write(client, written, WORDS + "\nAnd more.\n", base=WORDS)
    answer = put_to_the_group(client, written, number=2)
    assert (answer.status_code, "is under way already" in answer.text) == (422, True)
    assert Version.objects.filter(document=written).count() == 2
    assert Round.objects.get().stage == Stage.REVIEW


def test_what_was_cleared_and_not_changed_is_not_reviewed_again_and_what_was_changed_is(
    client, written, supply_chains, lead, dockers
):
    keep(client, written)
    version = Version.objects.get(document=written, number=2)
    round_ = asked(reviewed(version, lead), lead, dockers)
    say(round_, lead)
    over(round_)
    assert "This version is cleared already." in put_to_the_group(client, written, number=2).text
    write(client, written, WORDS + "\nAnd more.\n", base=WORDS)
    assert put_to_the_group(client, written, number=2).status_code == 302
    assert Round.objects.latest("pk").version.number == 3


def test_who_may_not_write_keeps_no_version_by_beginning_a_review(signed_in, written, observer, stranger):
    for person in (observer, stranger):
        assert put_to_the_group(signed_in(person), written).status_code == 404
    assert written.versions.count() == 1


def test_who_writes_while_a_round_is_open_reads_that_a_version_ends_it(signed_in, client, written, member):
    place = reverse("pages:write", args=["supply-chains", written.pk])
    warning = "A new version ends this round; it begins anew with that version."
    assert warning not in client.get(place).text
    put_to_the_group(client, written)
    round_ = Round.objects.select_related("group").get()
    text = client.get(place).text
    assert warning in text[text.index('id="keep-version"') :]
    assert round_.get_absolute_url() in text
    assert "what is written there since does not count" in client.get(round_.get_absolute_url()).text
    keep(client, written)
    assert Round.objects.get().stage == Stage.OVERTAKEN
    assert warning not in client.get(place).text


def test_beginning_a_review_says_what_becomes_of_the_page(client, written):
    place = reverse("clearance:start", args=["supply-chains", written.pk])
    assert "What stands on the page when the review begins is kept as a version" in client.get(place).text


def test_a_form_sent_twice_keeps_one_version(client, written):
    until = (timezone.now() + DAY).strftime("%Y-%m-%dT%H:%M")
    sent = {"key": uuid.uuid4(), "number": 1, "until": until, "note": ""}
    for _ in range(2):
        assert client.post(reverse("clearance:start", args=["supply-chains", written.pk]), sent).status_code == 302
    assert (Round.objects.count(), written.versions.count()) == (1, 2)
