"""Publishing a version that was cleared, and taking a publication back."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import Conflict
from groups.clearance.models import Licence, Publication, Round, Stage
from groups.clearance.models.publication import AUTHORS_LENGTH, EARLIEST_YEAR, SUMMARY_LENGTH
from groups.clearance.models.round import NOTE_LENGTH
from groups.clearance.services.locking import BadWords, RoundOver, leading, line, locked_round, words
from groups.clearance.services.naming import refuse_unnamed
from groups.documents.models import Mark, Version
from groups.documents.models.describing import CITATION_LENGTH
from groups.documents.names import TITLE_LENGTH
from groups.services.speaking import locked_group
from groups.standing import NotAllowed
from partners.capacity import Capacity


@transaction.atomic
def publish_round(
    round_: Round,
    *,
    by: Capacity,
    title: str,
    authors: str,
    year: int,
    language: str,
    licence: str,
    summary: str = "",
    citation: str = "",
    readable: bool = False,
) -> Publication:
    """Publish the version that was cleared: its bytes, who cleared them, and how it is cited. Once for each round.

    Names of organisations that are not named to everybody are refused in the words around it. A file that says something of
    people goes out only where the lead says that everybody may read it (`readable`). The same lead with the same words gets
    the publication there is; anybody else a `Conflict` with it.
    """
    title, authors = line(title, TITLE_LENGTH), line(authors, AUTHORS_LENGTH)
    summary, licence = words(summary, SUMMARY_LENGTH), Licence(licence)
    citation = line(citation, CITATION_LENGTH)
    said = {
        "title": title,
        "authors": authors,
        "summary": summary,
        "citation": citation,
        "year": year,
        "language": language,
        "licence": licence,
    }
    round_, standing = locked_round(round_, by.user)
    by = leading(standing, by)
    if known := Publication.objects.filter(round=round_).first():
        known.group = round_.group
        return _again(known, by, said)
    if round_.stage != Stage.CLEARED:
        raise RoundOver(_("Only a version that was cleared is published."))
    if round_.document.mark != Mark.GREEN:
        raise BadWords(_("How this document is to be handled keeps it in the group. Its mark must be green first."))
    if round_.version.is_held:
        raise BadWords(_("Malware was found in this version. It is held back, and is not published."))
    if round_.version.macros:
        raise BadWords(_("This version carries macros, which can run, and is not published so. Add one without them."))
    refuse_people(round_.version, readable=readable)
    if not title or not authors:
        raise BadWords(_("Give it a title, and say whose work it is."))
    if not EARLIEST_YEAR <= year <= timezone.now().year + 1:
        raise BadWords(_("Give the year in which it is published."))
    refuse_unnamed(round_.group, title, authors, summary, citation)
    made = Publication(
        round=round_,
        group=round_.group,
        document=round_.document,
        version=round_.version,
        sha256=round_.sha256,
        **said,
    )
    made.speak_as(by)
    made.save(force_insert=True)
    record(by, "publication.made", made, sha256=made.sha256, round=round_.pk, licence=str(licence))
    return made


def _again(known: Publication, by: Capacity, said: dict[str, Any]) -> Publication:
    """Return what the same lead has published with the same words; to anybody else say that it is out."""
    if known.withdrawn_at:
        raise Conflict(_("It was published before, and withdrawn."), current=known)
    if known.author_id != by.user_id:
        raise Conflict(_("Another lead published it meanwhile."), current=known)
    if any(getattr(known, name) != value for name, value in said.items()):
        raise Conflict(_("You published it before, with other words."), current=known)
    return known


def refuse_people(version: Version, *, readable: bool) -> None:
    """Refuse a file that says of people what was not taken out of it, unless everybody may read that; such a picture always."""
    if version.is_raw_picture:
        raise BadWords(
            _(
                "This picture was kept with its place, time and camera, and is not published so. Add it as a new version "
                "without a reason to keep them: they are taken out, and that version is put to the organisations."
            )
        )
    if version.names_people and not readable:
        raise BadWords(_("Say that everybody may read what this file says of people, or add a version without it."))


@transaction.atomic
def withdraw_publication(publication: Publication, *, by: Capacity, reason: str) -> Publication:
    """Take a publication back, also in a closed group: its page says when and why, and gives nothing any more."""
    reason = line(reason, NOTE_LENGTH)
    group, standing = locked_group(publication.group_id, by.user)
    publication = Publication.objects.select_for_update(no_key=True).get(pk=publication.pk)
    publication.group = group
    if not standing.may_manage:
        raise NotAllowed(_("Only leads of the group do this."))
    named = [one for one in standing.leading if one.organisation_id == by.organisation_id]
    by = named[0] if named else standing.act()
    if publication.withdrawn_at is not None:
        return publication
    if not reason:
        raise BadWords(_("Say why. Everybody who finds the publication reads it."))
    refuse_unnamed(group, reason)
    publication.withdrawn_at, publication.withdrawn_by = timezone.now(), by.user
    publication.withdrawn_for, publication.withdrawn_function = by.organisation, by.function
    publication.reason = reason
    publication.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_for", "withdrawn_function", "reason"])
    record(by, "publication.withdrawn", publication, reason=reason, sha256=publication.sha256)
    return publication
