"""What is said of a document besides its title: the words its record is filled in with."""

from django.conf.global_settings import LANGUAGES
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

CITATION_LENGTH = 500
FIRST_YEAR, LAST_YEAR = 1800, 2200


class Type(models.TextChoices):
    """What a document is, in the words of an alliance's work."""

    TERMS = "terms", _("Terms of reference")
    AGENDA = "agenda", _("Agenda")
    MINUTES = "minutes", _("Minutes")
    BRIEF = "brief", _("Research brief")
    REPORT = "report", _("Report")
    DATA = "data", _("Data")
    PRACTICE = "practice", _("Good practice")
    TOOL = "tool", _("Guide or tool")
    LAW = "law", _("Law or standard")
    LETTER = "letter", _("Letter or statement")


class Licence(models.TextChoices):
    """On which terms others may use it."""

    CC0 = "cc0", _("CC0: no rights reserved")
    BY = "cc-by", _("CC BY: use with credit")
    BY_SA = "cc-by-sa", _("CC BY-SA: use with credit, share alike")
    BY_NC = "cc-by-nc", _("CC BY-NC: use with credit, not for profit")
    BY_NC_ND = "cc-by-nc-nd", _("CC BY-NC-ND: pass on unchanged with credit, not for profit")
    RESERVED = "reserved", _("All rights reserved")


def language_choices() -> list[tuple[str, str]]:
    """Return (code, name) of the languages a document may be in, by name in the current language."""
    return sorted(((code, gettext(name)) for code, name in LANGUAGES), key=lambda one: one[1].casefold())


def language_name(code: str) -> str:
    """Return the language's name in the current language; an unknown code as it is."""
    return gettext(dict(LANGUAGES).get(code, code))
