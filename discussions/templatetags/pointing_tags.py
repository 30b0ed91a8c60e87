"""Addresses of this site in texts that know nothing of threads, such as pages: titles for what the reader may read."""

from typing import TYPE_CHECKING

from django import template
from django.utils.safestring import SafeString, mark_safe

from discussions.pointing import titles_in, with_titles

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

register = template.Library()


@register.filter
def titled(html: SafeString, reader: "User | AnonymousUser") -> SafeString:
    """Return rendered HTML in which addresses that stand for themselves read as titles; at most two queries."""
    return mark_safe(with_titles(html, titles_in([html], reader)))  # noqa: S308 - rendered and escaped before, titles there
