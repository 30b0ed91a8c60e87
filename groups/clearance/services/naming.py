"""Whom the words around a publication must not name: organisations that are not named to everybody."""

import re
import unicodedata

from django.db.models import Q
from django.utils.translation import gettext as _

from groups.clearance.services.locking import BadWords
from groups.models import Group, Membership
from partners.models import Listing, Organisation
from search.words import clusters, runs_of

DOTTED = re.compile(r"(?<=\b\w)\.(?=\w\b)")
APOSTROPHES = re.compile("['\u2018\u2019\u02bb\u02bc]")
# What Arabic writes onto the word that follows: "and" or "so", then "by", "for" or "like"; "for" swallows part of an article.
ATTACHED = "[وف]?[بلك]?"
ARTICLE, FOR_THE = "ال", "[وف]?لل"


def refuse_unnamed(group: Group, *texts: str) -> None:
    """Refuse words in which an organisation of the group is named that is not named to everybody, by name or acronym.

    What a publication says leaves the group: an undisclosed partner must not be told by a line of authors. Whole words count,
    whatever their case, accents and apostrophes. A word written small throughout is no acronym: "to act" does not name ACT.
    """
    of_group = Membership.objects.filter(group=group).values("organisation")
    for one in Organisation.objects.filter(~Q(listing=Listing.NAMED), pk__in=of_group):
        named = [(one.name, False), (one.acronym, not one.acronym.islower())]
        for name, in_capitals in named:
            if any(_names(text, name, in_capitals=in_capitals) for text in texts):
                raise BadWords(_("“%(name)s” is not named to everybody: leave the name out.") % {"name": name})


def _names(text: str, name: str, *, in_capitals: bool) -> bool:
    """Say whether the name stands in the text; with apostrophes read as gaps, and as nothing."""
    readings = [_words(one, in_capitals=in_capitals) for one in _read(text)]
    return any(
        re.search(f" (?:{_ways(wanted)}) ", reading)
        for wanted in (_words(one).strip() for one in _read(name))
        if wanted
        for reading in readings
    )


def _read(text: str) -> tuple[str, str]:
    text = DOTTED.sub("", unicodedata.normalize("NFC", text))
    return APOSTROPHES.sub(" ", text), APOSTROPHES.sub("", text)


def _words(text: str, *, in_capitals: bool = False) -> str:
    """Return the folded words, each between spaces; in scripts that put none between words, each sign."""
    found: list[str] = []
    for run in runs_of(text):
        if in_capitals and text[run.start : run.end].islower():
            found.append("-")
        else:
            found += clusters(run.folded) if run.unspaced else [run.folded]
    return f" {' '.join(found)} "


def _ways(wanted: str) -> str:
    """Return the pattern of all ways in which a name is written in a sentence."""
    pattern = ATTACHED + re.escape(wanted)
    return f"{pattern}|{FOR_THE}{re.escape(wanted.removeprefix(ARTICLE))}" if wanted.startswith(ARTICLE) else pattern
