"""How a publication is cited: in words, for BibTeX and as RIS."""

import re

from django.conf import settings
from django.utils.translation import override

from groups.clearance.models import Publication

BIBTEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "{}&%$#_"},
}


def address(publication: Publication) -> str:
    """Return the address of its page, from the site's on."""
    return settings.SITE_URL + publication.get_absolute_url()


def in_words(publication: Publication) -> str:
    """Return the citation as it stands in a list of sources."""
    one = publication
    if one.citation:
        return f"{one.citation} {address(one)}"
    return f"{one.authors} ({one.year}). {one.title}. {settings.SITE_NAME}. {address(one)}"


def bibtex(publication: Publication) -> str:
    """Return the entry for BibTeX, in which nothing of a title or a name is read as a command."""
    one = publication
    fields = {
        "title": f"{{{_tex(one.title)}}}",
        "author": f"{{{_tex(one.authors)}}}",
        "year": str(one.year),
        "publisher": f"{{{_tex(settings.SITE_NAME)}}}",
        "language": one.language,
        "url": address(one),
        "note": _tex(f"{_licence(one)}. SHA-256: {one.sha256}"),
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return f"@techreport{{{_key(one)},\n{lines}}}\n"


def ris(publication: Publication) -> str:
    """Return the record in the RIS format: one field a line, ended by carriage return and line feed."""
    one = publication
    fields = [
        ("TY", "RPRT"),
        ("TI", one.title),
        ("AU", one.authors),
        ("PY", str(one.year)),
        ("PB", str(settings.SITE_NAME)),
        ("AB", one.summary),
        ("LA", one.language),
        ("UR", address(one)),
        ("N1", f"{_licence(one)}. SHA-256: {one.sha256}"),
        ("ER", ""),
    ]
    lines = [f"{name}  - {_one_line(value)}" for name, value in fields if value or name == "ER"]
    return "\r\n".join(lines) + "\r\n"


def _licence(publication: Publication) -> str:
    with override("en"):
        return publication.licence_name


def _key(publication: Publication) -> str:
    return f"publication{publication.pk}-{publication.year}"


def _tex(text: str) -> str:
    return "".join(BIBTEX.get(sign, sign) for sign in _one_line(text))


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
