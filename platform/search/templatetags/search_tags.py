"""Showing where the words stand."""

from collections.abc import Sequence

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from core.folding import spans

register = template.Library()


@register.filter
def mark_words(text: str, words: Sequence[str]) -> SafeString:
    """Return the text, escaped, with every one of the folded words in a `<mark>`, whatever the case and the accents."""
    pieces, last = [], 0
    for start, end in spans(text, words):
        pieces += [escape(text[last:start]), "<mark>", escape(text[start:end]), "</mark>"]
        last = end
    pieces.append(escape(text[last:]))
    return mark_safe("".join(pieces))  # noqa: S308 - every piece of text is escaped
