"""Showing where the words stand."""

from django import template
from django.utils.safestring import SafeString

from search.marking import Marker, marked

register = template.Library()


@register.filter
def mark(text: str, marker: Marker) -> SafeString:
    """Return the text, escaped, with every word that was looked for in a `<mark>`, in whatever form it stands there."""
    return marked(text, marker)
