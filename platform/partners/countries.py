"""Names of countries in the reader's language, from the Unicode locale data."""

from functools import cache

from babel import Locale, UnknownLocaleError
from django.utils.translation import get_language

from core.folding import fold

# Two-letter codes of the locale data that are groups of countries or made for tests.
NO_COUNTRY = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})


@cache
def _names(language: str) -> dict[str, str]:
    try:
        locale = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    names = {
        code: name
        for code, name in locale.territories.items()
        if len(code) == 2 and code.isalpha() and code not in NO_COUNTRY
    }
    return dict(sorted(names.items(), key=lambda pair: fold(pair[1])))


def country_name(code: str) -> str:
    """Return the country's name in the current language; an unknown code as it is."""
    return _names(get_language() or "en").get(code, code)


def country_choices() -> list[tuple[str, str]]:
    """Return (code, name) of every country, by name in the current language."""
    return list(_names(get_language() or "en").items())
