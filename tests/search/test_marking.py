"""What is marked is what was found, and nothing in it can run."""

import re
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search import marking
from search.asking import read
from search.marking import BEFORE, EXCERPT, LOOKED_THROUGH, Marker, around, marked

MARKED = [
    ("reunion", "La Réunion du comité", "La <mark>Réunion</mark> du comité"),
    ("workers", "A worker works", "A <mark>worker</mark> <mark>works</mark>"),
    ("l'economie", "de l’économie", "de l’<mark>économie</mark>"),
    ("اطفال", "عمالة الأطفال", "عمالة <mark>الأطفال</mark>"),
    ("労働", "児童労働と労働者", "児童<mark>労働</mark>と<mark>労働</mark>者"),
    ("แรงงาน", "แรงงานเด็ก", "<mark>แรงงาน</mark>เด็ก"),
    ("recruit*", "Recruiters recruit", "<mark>Recruiters</mark> <mark>recruit</mark>"),
    ("union -fees", "union fees", "<mark>union</mark> fees"),
    ('"forced labour"', "forced labour", "<mark>forced</mark> <mark>labour</mark>"),
    ("b", "<b>b</b> & c", "&lt;<mark>b</mark>&gt;<mark>b</mark>&lt;/<mark>b</mark>&gt; &amp; c"),
    ("strasse", "Straße", "<mark>Straße</mark>"),
    ("", "Nothing", "Nothing"),
]


@pytest.mark.parametrize(("query", "text", "shown"), MARKED)
def test_words_are_marked_as_they_are_written(query, text, shown):
    assert marked(text, Marker.of(read(query))) == shown


@given(text=st.text(), query=st.text(max_size=20))
def test_no_text_and_no_query_make_anything_but_text(text, query):
    shown = marked(text, Marker.of(read(query)))
    assert set(re.findall(r"<[^>]*>", shown)) <= {"<mark>", "</mark>"}
    assert len(around(text, Marker.of(read(query)))) <= EXCERPT + 1


def test_the_part_around_the_first_word_is_shown():
    text = "Lead. " * 200 + "Then the canary sings. " + "Trail. " * 200
    shown = around(text, Marker.of(read("canaries")))
    assert "the canary sings" in shown
    assert shown.startswith("…") and shown.endswith("…")
    assert around("Short and whole", Marker.of(read("canary"))) == "Short and whole"


def in_one_go(text, marker):
    """The same, by looking through the whole text at once."""
    text = unicodedata.normalize("NFC", text)
    start, end = next(marker.spans(text), (0, 0))
    if end <= EXCERPT:
        return marking._cut(text)
    at = max(text.rfind(" ", 0, max(start - BEFORE, 0)) + 1, start - 2 * BEFORE)
    return "…" + marking._cut(text[at:])


WORDS = [
    "canary",
    "canaries",
    "La Réunion",
    "l’eau",
    "¼",
    "e\u0301te\u0301",
    "労働者",
    "Straße",
    "sings.\n",
    "\t",
    "- ",
]


@settings(max_examples=150, deadline=None)
@given(
    pieces=st.lists(st.tuples(st.sampled_from(WORDS), st.integers(1, 700)), min_size=1, max_size=4),
    query=st.sampled_from(["canary", "reunion", "ete", "労働", "strasse", "sing*", "eau", '"no such thing"']),
)
def test_window_by_window_the_same_is_shown(pieces, query):
    """Texts many times as long as a window, which is small here."""
    text, marker = " ".join(" ".join([word] * many) for word, many in pieces), Marker.of(read(query))
    with pytest.MonkeyPatch.context() as smaller:
        smaller.setattr(marking, "WINDOW", 2000)
        assert around(text, marker) == in_one_go(text, marker)


@pytest.mark.parametrize("before", [0, 100, 879, 1000, 3000, 19_000])
def test_a_long_run_without_spaces_is_passed(before):
    """A picture that is written into a text, say."""
    text = "x" * before + " " + "A" * 40_000 + " canary " + "B" * 60_000 + " end"
    assert "canary" in around(text, Marker.of(read("canary")))
    assert len(around(text, Marker.of(read('"no such thing"')))) <= EXCERPT + 1


def test_a_word_where_there_is_no_space_to_cut_at_is_found():
    text = "鳥" * 30_000 + "労働" + "鳥" * 30_000
    assert "労働" in around(text, Marker.of(read("労働")))


def test_a_text_of_millions_of_signs_is_looked_through_as_far_as_is_quick():
    long = "“Réunion” du comité. " * 100_000
    began = time.process_time()
    for text in ("canary " + long, long + " canary"):
        assert around(text, Marker.of(read("canary"))).endswith("…")
    assert time.process_time() - began < 1
    near = long[: LOOKED_THROUGH // 2] + " canary " + long
    assert "canary" in around(near, Marker.of(read("canaries")))
