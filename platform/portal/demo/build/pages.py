"""Pages that several people write, from `pages.toml`: begun, gone on with, commented on."""

from __future__ import annotations

import tomllib
from datetime import datetime
from typing import Any

from pycrdt import XmlElement, XmlText

from groups.documents.models import Document
from groups.pages import services
from groups.pages.content import opened
from groups.pages.content.from_markdown import parsed
from groups.pages.content.tree import root_of
from groups.pages.models import Page, Update
from groups.pages.services import Write
from portal.demo import reader
from portal.demo.build.site import Site, backdate, key


def build(site: Site) -> None:
    """Begin each page and have it written, by the same verbs that people use."""
    content = tomllib.loads((reader.HERE / "pages.toml").read_text(encoding="utf-8"))
    for row in content["pages"]:
        _build(site, row)


def _at(site: Site, text: str) -> datetime:
    return reader.Moment.read(text).before(site.today)


def _build(site: Site, row: dict[str, Any]) -> None:
    name, at = row["key"], _at(site, row["at"])
    page = services.create_page(
        site.groups[row["group"]],
        by=site.capacity(row["by"]),
        key=key("page", name),
        title=row["title"],
        blocks=parsed(row["text"]),
    )
    page.document.group = site.groups[row["group"]]
    _date(page, at)
    assert page.document.latest is not None
    backdate(page.document.latest, created_at=at)
    backdate(page.document, created_at=at)
    for one in row["writing"]:
        base = services.text_of(page.pk)
        text = base.replace(one["after"], one["after"] + one["put"])
        services.save_text(page, by=site.capacity(one["by"]), base=base, text=text)
        _date(page, _at(site, one["at"]))
    for number, one in enumerate(row["comments"]):
        _comment(site, page, one, number)
    services.find_words(page.pk)
    site.documents[name] = Document.objects.select_related("group").get(pk=page.pk)


def _date(page: Page, at: datetime) -> None:
    """Have what was written last have been written at that moment."""
    newest = Update.objects.filter(page=page.pk).latest("seq")
    backdate(newest, created_at=at)
    Page.objects.filter(pk=page.pk).update(written_at=at)
    backdate(page.document, changed_at=at)


def _comment(site: Site, page: Page, row: dict[str, Any], number: int) -> None:
    """Mark the passage, as the editor does, and say something to it."""
    by, anchor = site.capacity(row["by"]), f"demo{number:04}"
    doc = opened(services.content_of(page.pk)[1])
    before = doc.get_state()
    assert _marked(root_of(doc), row["on"], anchor)
    services.append(page.pk, [Write(by.user.pk, by.organisation_id, doc.get_update(before))])
    _date(page, _at(site, row["at"]))
    comment = services.add_comment(page, by=by, anchor=anchor, body=row["text"])
    backdate(comment, created_at=_at(site, row["at"]))
    for turn, (person, at, text) in enumerate(row["answers"]):
        made = services.answer_comment(
            comment, by=site.capacity(person), body=text, key=key("page comment", number, turn)
        )
        backdate(made, created_at=_at(site, at))


def _marked(part: Any, words: str, anchor: str) -> bool:
    """Put the mark of a comment on the first place where the words stand."""
    for child in part.children:
        if isinstance(child, XmlText):
            text = "".join(said for said, _ in child.diff() if isinstance(said, str))
            if (at := text.find(words)) >= 0:
                start = len(text[:at].encode())
                # A passage may carry several comments: the editor tells their marks apart by the eight signs behind the dashes,
                # and takes a mark with any other name out of the page with all its words.
                child.format(start, start + len(words.encode()), {f"comment--{anchor}": {"id": anchor}})
                return True
        elif isinstance(child, XmlElement) and _marked(child, words, anchor):
            return True
    return False
