"""Names one after the other, as the reader's language parts them."""

import pytest
from django.template import engines
from django.utils.translation import override

from core.listing import listed


@pytest.mark.parametrize(
    ("language", "line"), [("en", "Amina, Adviser"), ("fr", "Amina, Adviser"), ("ar", "Amina، Adviser")]
)
def test_each_language_has_its_own_comma(language, line):
    with override(language):
        assert listed(["Amina", None, "", "Adviser"]) == line
        template = engines["django"].from_string("{% load looks %}Amina{% comma %}Adviser")
        assert template.render() == line
