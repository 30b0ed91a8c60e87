"""What changed between two texts: complete, short where it can be, and never at any price."""

import random

import pytest

from core import diff
from core.diff import Effort, Piece
from discussions.models.post import BODY_LENGTH


def told(before, after, **more):
    return [tuple(piece) for piece in diff.words(before, after, **more)]


def sides(pieces):
    """Both texts, put together again."""
    return (
        "".join(text for kind, text in pieces if kind != "new"),
        "".join(text for kind, text in pieces if kind != "gone"),
    )


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("one two three", "one 2 three", [("same", "one "), ("gone", "two"), ("new", "2"), ("same", " three")]),
        ("one two", "one two three", [("same", "one two"), ("new", " three")]),
        ("", "new", [("new", "new")]),
        ("gone", "", [("gone", "gone")]),
        ("a\nb\nc\n", "a\nc\n", [("same", "a\n"), ("gone", "b\n"), ("same", "c\n")]),
        ("same", "same", [("same", "same")]),
        ("", "", []),
    ],
)
def test_what_was_taken_away_and_what_was_added(before, after, pieces):
    assert told(before, after) == pieces


def test_nothing_is_lost_or_invented():
    chance = random.Random(87)
    for _ in range(300):
        before, after = ("".join(chance.choice("ab \n.") for _ in range(chance.randrange(40))) for _ in range(2))
        assert sides(told(before, after)) == (before, after)


def test_a_long_text_with_few_changes_is_told_word_by_word():
    words = [f"word{number}" for number in range(2000)]
    before = " ".join(words)
    words[700], words[1400] = "here", "there"
    gone = [piece.text for piece in diff.words(before, " ".join(words)) if piece.kind == "gone"]
    assert gone == ["word700", "word1400"]


# --- Texts meant to take long -----------------------------------------------------------------------------------------

LONG = [
    ("a b " * 5000, "b a " * 5000),
    (". " * 10_000, ", " * 10_000),
    ("a\n" * 10_000, "b\na\n" * 5000),
    ("".join(f"{n}\n" for n in range(4000)), "".join(f"{n}\n" for n in range(4000, 0, -1))),
    ("ab" * 300 + " x\n", "ba" * 300 + " y\n"),
]


@pytest.mark.parametrize(("before", "after"), LONG)
def test_no_two_texts_take_more_steps_than_a_text_may(before, after):
    before, after = before[:BODY_LENGTH], after[:BODY_LENGTH]
    effort = Effort()
    pieces = told(before, after, effort=effort)
    assert sides(pieces) == (before, after)
    assert effort.left >= diff.FOR_A_PAGE - diff.FOR_A_TEXT


def test_texts_of_one_page_share_what_it_may_cost():
    effort = Effort(100)
    first, second = (("a b c d e", "a x c y e"), ("f g h i j", "f x h y j"))
    assert len(diff.words(*first, effort)) > 3
    while effort.left > 20:
        diff.words(*first, effort)
    assert diff.words(*second, effort) == [
        Piece("same", "f "),
        Piece("gone", "g h i"),
        Piece("new", "x h y"),
        Piece("same", " j"),
    ]
