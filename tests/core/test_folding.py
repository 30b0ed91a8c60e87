"""Words compare alike whatever their case, accents and marks, on either database."""

import pytest

from core.folding import MAX_WORDS, fold, spans, words_of

# What somebody wrote, and what somebody else types to find it.
ALIKE = [
    ("L’Économie informelle", "l'economie INFORMELLE"),
    ("main-d’œuvre", "Main-d'Oeuvre"),
    ("Où va l’ÉTÉ ?", "ou va l'été"),
    ("MIGRACIÓN y niñez", "migracion y ninez"),
    ("pingüino", "PINGUINO"),
    ("الأَطْفَال", "الاطفال"),
    ("مكافحة عمالـــة الأطفال", "مكافحه عماله الاطفال"),
    ("على", "علي"),
    ("STRASSE", "Straße"),
    ("ΟΔΟΣ", "οδός"),
    ("soft\u00adhyphen", "softhyphen"),
]


@pytest.mark.parametrize(("written", "typed"), ALIKE)
def test_words_are_found_however_they_are_typed(written, typed):
    assert all(word in fold(written) for word in words_of(typed))


def test_a_query_has_few_words_and_no_control_characters():
    assert words_of("\x00") == []
    assert words_of("pay\x00roll \u202e  x") == ["payroll", "x"]
    assert len(words_of("a " * 50)) == MAX_WORDS


def test_where_words_stand_is_told_in_the_text_as_it_was_written():
    text = "Main-d’œuvre et L’ÉCONOMIE, l’économie"
    found = spans(text, words_of("oeuvre economie"))
    assert [text[start:end] for start, end in found] == ["œuvre", "ÉCONOMIE", "économie"]
    assert spans("banana", ["ana", "nan"]) == [(1, 5)]
    assert spans("anything", []) == []
