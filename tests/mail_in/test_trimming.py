"""What a person wrote is told from what their program adds, in the languages and programs that members use."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import markdown
from discussions.mail.parsing.html import as_markdown
from discussions.mail.trimming import answer_in, answer_in_html
from discussions.mail.trimming.words import bare_subject
from tests.mail_in.mails import HTMLS, TEXTS


@pytest.mark.parametrize("name", TEXTS)
def test_what_was_written_is_kept_and_nothing_else(name):
    text, written = TEXTS[name]
    assert answer_in(text) == written
    assert answer_in(text.replace("\n", "\r\n")) == written


@pytest.mark.parametrize("name", HTMLS)
def test_of_html_too(name):
    html, written = HTMLS[name]
    assert answer_in_html(html) == written


def test_flowed_lines_are_joined():
    assert answer_in("One line that \ngoes on \nhere.\n\nNext.", flowed=True) == "One line that goes on here.\n\nNext."


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("Re: Fwd: [list] AW: Cocoa", "Cocoa"),
        ("RE[2]: Cocoa", "Cocoa"),
        ("Réf : Cocoa", "Cocoa"),
        ("رد: الكاكاو", "الكاكاو"),
        ("Rest: what is it", "Rest: what is it"),
        ("  Cocoa   prices ", "Cocoa prices"),
        ("Re:", ""),
    ],
)
def test_subjects_lose_what_programs_put_before_them(subject, bare):
    assert bare_subject(subject) == bare


PIECES = st.sampled_from(
    ["On ", "Le ", "wrote:", "a écrit :", "\n", "\n\n", "> ", "From: ", "Sent: ", "To: ", "Subject: ", "-- ", "___________",
     "a@b.c", " 2025 10:11", "=-=-=", "كتب", "Von: ", "<", ">", " ", "x", "Sent from my ", "iPhone", "\t", "\u202b", "*", "@[1]"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=120).map("".join))
def test_nothing_that_one_can_send_holds_it_up_or_breaks_it(text):
    began = time.thread_time()
    answer = answer_in(text)
    markdown.render(answer)
    assert time.thread_time() - began < 2
    assert answer_in(text, quotations=True).count("x") >= answer.count("x")


TAGS = st.sampled_from(
    ["<div>", "</div>", "<b>", "<a href='https://x.y'>", "</a>", "<ul>", "<li>", "</ul>", "<blockquote cite=x>", "<tr><td>",
     "<p class=gmail_quote>", "<", ">", "&", "&#0;", "<!--", "-->", "<![if", "<script>", "text", " ", "\n", "<pre>", "\x00"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(TAGS, max_size=150).map("".join))
def test_nor_any_html(html):
    began = time.thread_time()
    shown = markdown.render(answer_in_html(html))
    assert time.thread_time() - began < 2
    assert "<script" not in shown


@pytest.mark.parametrize(
    "piece",
    ["<div>", "<b>", "<ul><li>", "<b>x ", "<a href='https://x'>", "<!--[if", "<table>", "&", "<p><b>", "<i><p>"],
)
def test_html_that_was_made_to_take_long_does_not(piece):
    began = time.thread_time()
    as_markdown((piece * 400_000)[:400_000])
    as_markdown(piece * 399)
    assert time.thread_time() - began < 12


@pytest.mark.parametrize(
    "piece", ["On ", "\n", " ", ">", "> \n", "-", "_", "Le 1 ", "From: a\n", "a", "On x at 10:11 ", "كتب ", "\u202b"]
)
def test_text_that_was_made_to_take_long_does_not(piece):
    began = time.thread_time()
    answer_in((piece * 400_000)[:400_000])
    answer_in((piece * 2_000)[:1_990] + "\nx")
    assert time.thread_time() - began < 12
