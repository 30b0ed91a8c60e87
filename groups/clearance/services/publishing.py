"""Publishing a version that was cleared, and taking a publication back."""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import record
from groups.clearance.models import Licence, Publication, Round, Stage
from groups.clearance.models.publication import AUTHORS_LENGTH, EARLIEST_YEAR, SUMMARY_LENGTH
from groups.clearance.models.round import NOTE_LENGTH
from groups.clearance.services.locking import BadWords, RoundOver, leading, line, locked_round, words
from groups.documents.models import Mark
from groups.documents.models.describing import CITATION_LENGTH
from groups.documents.names import TITLE_LENGTH
from groups.models import Group, Membership
from groups.services.speaking import locked_group
from groups.standing import NotAllowed
from partners.capacity import Capacity
from partners.models import Listing, Organisation


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
) -> Publication:
    """Publish the version that was cleared: its bytes, who cleared them, and how it is cited. Once for each round.

    Names of organisations that are not named to everybody are refused in the words around it.
    """
    title, authors = line(title, TITLE_LENGTH), line(authors, AUTHORS_LENGTH)
    summary, licence = words(summary, SUMMARY_LENGTH), Licence(licence)
    citation = line(citation, CITATION_LENGTH)
    round_, standing = locked_round(round_, by.user)
    by = leading(standing, by)
    if known := Publication.objects.filter(round=round_).first():
        known.group = round_.group
        return known
    if round_.stage != Stage.CLEARED:
        raise RoundOver(_("Only a version that was cleared is published."))
    if round_.document.mark != Mark.GREEN:
        raise BadWords(_("How this document is to be handled keeps it in the group. Its mark must be green first."))
    if round_.version.is_held:
        raise BadWords(_("Malware was found in this version. It is held back, and is not published."))
    if round_.version.macros:
        raise BadWords(_("This version carries macros, which can run, and is not published so. Add one without them."))
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
        title=title,
        authors=authors,
        summary=summary,
        citation=citation,
        year=year,
        language=language,
        licence=licence,
    )
    made.speak_as(by)
    made.save(force_insert=True)
    record(by, "publication.made", made, sha256=made.sha256, round=round_.pk, licence=str(licence))
    return made


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


def refuse_unnamed(group: Group, *texts: str) -> None:
    """Refuse words in which an organisation of the group is named that is not named to everybody.

    What a publication says leaves the group: an undisclosed partner must not be told by a line of authors.
    """
    said = " ".join(" ".join(texts).casefold().split())
    of_group = Membership.objects.filter(group=group).values("organisation")
    for one in Organisation.objects.filter(~Q(listing=Listing.NAMED), pk__in=of_group):
        if " ".join(one.name.casefold().split()) in said:
            raise BadWords(_("“%(name)s” is not named to everybody: leave the name out.") % {"name": one.name})
