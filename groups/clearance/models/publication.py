"""A version that was cleared, published: exactly these bytes, under a licence, with a citation."""

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped
from groups.clearance.models.round import NOTE_LENGTH, Round
from groups.documents.models import Document, Version
from groups.documents.models.describing import CITATION_LENGTH
from groups.documents.names import file_name_of
from groups.models import Find, Group
from groups.models.group import groups_of, open_to
from partners.models import Organisation, Spoken
from partners.models.organisation import is_partner_person
from search.cards import Card, microseconds
from search.models import Kind
from search.searchable import Searchable

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

SUMMARY_LENGTH = 1200
AUTHORS_LENGTH = 300
EARLIEST_YEAR = 1900


class Licence(models.TextChoices):
    """What others may do with it."""

    BY = "cc-by-4.0", _("CC BY 4.0: share and adapt, naming the source")
    BY_SA = "cc-by-sa-4.0", _("CC BY-SA 4.0: share and adapt, naming the source, under the same licence")
    BY_NC = "cc-by-nc-4.0", _("CC BY-NC 4.0: share and adapt, naming the source, not for commercial use")
    RESERVED = "reserved", _("All rights reserved")


DEEDS = {
    Licence.BY: "https://creativecommons.org/licenses/by/4.0/",
    Licence.BY_SA: "https://creativecommons.org/licenses/by-sa/4.0/",
    Licence.BY_NC: "https://creativecommons.org/licenses/by-nc/4.0/",
}


def published_to(user: "User | AnonymousUser") -> "models.QuerySet[Group]":
    """Return the groups whose publications the person may read: those they may find, and their own.

    A hidden group's stay among those who take part: not even the Secretariat reads them from outside.
    """
    if not user.is_authenticated:
        return Group.objects.live().filter(find=Find.PUBLIC)
    return published_for(user.pk, partner=is_partner_person(user))


def published_for(person: int, *, partner: bool | None = None) -> "models.QuerySet[Group]":
    """`published_to` for somebody who signed in; `partner` as in `open_to`."""
    return Group.objects.live().filter(Q(pk__in=groups_of(person)) | open_to(person, partner, "find"))


class PublicationQuerySet(models.QuerySet["Publication"]):
    """What was published."""

    def standing(self) -> "PublicationQuerySet":
        """Those that were not withdrawn."""
        return self.filter(withdrawn_at=None)

    def visible_to(self, user: "User | AnonymousUser") -> "PublicationQuerySet":
        """Those of groups that the person may find."""
        return self.filter(group__in=published_to(user))

    def for_display(self) -> "PublicationQuerySet":
        """With all that a row of a list shows, the newest first."""
        return self.select_related("version", "group").order_by("-created_at", "-pk")


class Publication(Searchable, Spoken, TimeStamped):
    """The end of a round that was cleared. Nothing of it changes but that it may be withdrawn, with a reason that stays."""

    KIND = Kind.PUBLICATION
    FOUND_BY = frozenset({"title", "authors", "summary", "withdrawn_at"})

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="publication")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="publications")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="publications")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="publications")
    sha256 = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    authors = models.CharField(max_length=AUTHORS_LENGTH)
    summary = models.TextField(max_length=SUMMARY_LENGTH, blank=True)
    # How it is cited, where that is not put together from the rest.
    citation = models.CharField(max_length=CITATION_LENGTH, blank=True)
    year = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=10)
    licence = models.CharField(max_length=14, choices=Licence.choices)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_for = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_function = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=NOTE_LENGTH, blank=True)

    objects: ClassVar[PublicationQuerySet] = PublicationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(year__gte=EARLIEST_YEAR), name="a_year_of_our_time"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None, reason="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(reason="")),
                name="who_withdrew_and_why_is_known",
            ),
        ]
        indexes = [models.Index(fields=["group", "-created_at"])]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return its public page; the group should be loaded with it."""
        return reverse("publications:page", args=[self.group.slug, self.pk])

    @property
    def audit_scope(self) -> str:
        """Recorded in the group's chain."""
        return f"group:{self.group_id}"

    @property
    def file_name(self) -> str:
        """Return under which name everybody has the file: the title's, since the name it has in the group may name anybody."""
        return file_name_of(self.title, self.version.ending)

    @property
    def deed(self) -> str:
        """Where the licence is explained; nothing for none."""
        return DEEDS.get(Licence(self.licence), "")

    @property
    def licence_name(self) -> str:
        """The licence's name without its explanation."""
        return str(Licence(self.licence).label).split(":")[0]

    def cards(self) -> list[Card]:
        """Return what the search holds of it: title, authors and what it is about; nothing once it is withdrawn."""
        if self.withdrawn_at is not None:
            return []
        return [
            Card(
                kind=self.KIND,
                object_id=self.pk,
                place=self.group_id,
                depth=microseconds(self.created_at),
                moment=self.created_at,
                title=self.title,
                body=f"{self.authors}\n{self.summary}",
                group_id=self.group_id,
            )
        ]
