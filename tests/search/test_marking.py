"""What is marked is what was found, and nothing in it can run."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.asking import read
from search.marking import EXCERPT, Marker, around, marked

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
