"""A document of a library."""

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped
from groups.documents.models.describing import CITATION_LENGTH, Licence, Type, language_name
from groups.documents.models.folder import Folder
from groups.documents.models.reach import Mark, Reach, marked_reach, place_of, reach_of
from groups.history import boundaries_of
from groups.models import Group
from groups.models.group import groups_of, groups_written_in
from partners.countries import country_name
from partners.models import Spoken
from search.cards import Card, label_of, microseconds
from search.models import Kind
from search.searchable import Searchable
from search.services import put_all

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User
    from groups.standing import Standing


FILTERED = ("type", "language", "country", "year")
"""What lists and searches are narrowed by."""

NARROWED_BY = (*FILTERED, "mark")
"""What a library's list is narrowed by."""


class DocumentQuerySet(models.QuerySet["Document"]):
    """Documents of libraries."""

    def present(self) -> "DocumentQuerySet":
        """Those that are not in the trash and whose first version has arrived whole."""
        return self.filter(deleted_at=None, latest__isnull=False)

    def trashed(self) -> "DocumentQuerySet":
        """Those in the trash."""
        return self.filter(deleted_at__isnull=False, latest__isnull=False)

    def since(self, moment: "datetime | None") -> "DocumentQuerySet":
        """Those that came at that moment or later; all without one."""
        return self.filter(created_at__gte=moment) if moment else self

    def within_reach_of(self, standing: "Standing") -> "DocumentQuerySet":
        """Those of the standing's group whose folder and mark let the person see them."""
        return self.filter(reach__lte=reach_of(standing))

    def within_reach(self, user: "User | AnonymousUser") -> "DocumentQuerySet":
        """The same of one's standing in each group."""
        if not user.is_authenticated:
            return self.filter(reach=Reach.READERS)
        return self.filter(
            Q(reach=Reach.READERS)
            | Q(reach=Reach.PARTICIPANTS, group__in=groups_of(user))
            | Q(reach=Reach.MEMBERS, group__in=groups_written_in(user))
        )

    def visible_to(self, user: "User | AnonymousUser") -> "DocumentQuerySet":
        """Those of the groups the person may read, from the moment on from which they may, as far as each reaches."""
        found = self.present().within_reach(user).filter(group__in=Group.objects.readable_by(user))
        for group, moment in boundaries_of(user).items():
            found = found.filter(~Q(group=group) | Q(created_at__gte=moment))
        return found

    def for_display(self) -> "DocumentQuerySet":
        """With all that a row of a list shows."""
        return self.select_related("latest__author", "latest__organisation", "latest__scan", "folder")


class Document(Searchable, Spoken, TimeStamped):
    """A title in a folder, with numbered versions; whoever first uploaded it, and for whom, stays on it."""

    class Sort(models.TextChoices):
        """What it is: files that are sent, or a text that is written here."""

        FILE = "file", _("file")
        PAGE = "page", _("page")

    KIND = Kind.DOCUMENT
    FOUND_BY = frozenset({"title", "latest", "deleted_at", "mark", *FILTERED})
    STANDS_BY = frozenset({"changed_at", "reach"})

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="documents")
    folder = models.ForeignKey(Folder, null=True, blank=True, on_delete=models.PROTECT, related_name="documents")
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(max_length=10, choices=Sort, default=Sort.FILE)
    latest = models.ForeignKey("Version", null=True, on_delete=models.PROTECT, related_name="+")
    type = models.CharField(_("type"), max_length=10, choices=Type.choices, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    licence = models.CharField(_("licence"), max_length=12, choices=Licence.choices, blank=True)
    citation = models.CharField(_("how to cite it"), max_length=CITATION_LENGTH, blank=True)
    # Raised by every change of the record: who writes it saves against the one they saw.
    record_version = models.PositiveIntegerField(default=1)
    mark = models.CharField(_("handling"), max_length=5, choices=Mark.choices, default=Mark.GREEN)
    # Who may see it, by its folder and its mark; narrower still where it came out of a folder that is gone.
    reach = models.PositiveSmallIntegerField(choices=Reach.choices, default=Reach.READERS)
    changed_at = models.DateTimeField(db_index=True)
    deleted_at = models.DateTimeField(null=True)
    deleted_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[DocumentQuerySet] = DocumentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            models.Index(
                "group", "folder", Lower("title"), "id", condition=Q(deleted_at=None), name="documents_by_title"
            ),
            models.Index(
                fields=["group", "folder", "changed_at", "id"],
                condition=Q(deleted_at=None),
                name="documents_by_change",
            ),
            models.Index(
                "group", Lower("title"), "id", condition=Q(deleted_at=None), name="documents_by_title_anywhere"
            ),
            models.Index(fields=["group", "-changed_at"]),
            # A list that is narrowed to few of very many does not go through all of them, in either order.
            *(
                models.Index(
                    "group", name, Lower("title"), "id", condition=Q(deleted_at=None), name=f"documents_by_{name}"
                )
                for name in NARROWED_BY
            ),
            *(
                models.Index(
                    fields=["group", name, "changed_at", "id"],
                    condition=Q(deleted_at=None),
                    name=f"documents_new_by_{name}",
                )
                for name in NARROWED_BY
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_present(self) -> bool:
        """Whether it is one of those that `present` finds."""
        return self.deleted_at is None and self.latest_id is not None

    def get_absolute_url(self) -> str:
        """Return the document's page."""
        return reverse("documents:page", args=[self.group.slug, self.pk])

    def index(self, fields: "Iterable[str] | None") -> None:
        """Keep the search in step. The pages of another file are gone with it; another title leaves them as they are."""
        if fields is not None and self.mark != Mark.RED and {"latest", "deleted_at"}.isdisjoint(fields):
            put_all(self.cards())
        else:
            super().index(fields)

    def cards(self) -> list[Card]:
        """Return what the search holds of the document itself: its title with the newest file's name; nothing in the trash.

        Its pages come after it, in the background (`services.indexing`); of one marked red, nothing but its title.
        """
        if not self.latest or self.deleted_at:
            return []
        return [self.card(0, "" if self.is_red else self.latest.file_name, title=self.title)]

    def card(self, part: int, body: str, *, title: str = "") -> Card:
        """Return what the search holds of the document (part 0), or of one of its pages."""
        return Card(
            kind=self.KIND,
            object_id=self.pk,
            part=part,
            place=place_of(self.group_id, self.reach),
            depth=microseconds(self.created_at),
            moment=self.changed_at,
            title=title,
            body=body,
            group_id=self.group_id,
            author_id=self.author_id,
            organisation_id=self.organisation_id,
            labels=tuple(label_of(name, value) for name in FILTERED if (value := getattr(self, name))),
        )

    @property
    def is_red(self) -> bool:
        """Whether nothing of what is in it is shown, kept or packed: it is downloaded one by one, and that is recorded."""
        return self.mark == Mark.RED

    @property
    def stays_inside(self) -> bool:
        """Whether its mark keeps it inside the group: never public, and nothing of it in a letter."""
        return self.mark != Mark.GREEN

    @property
    def language_name(self) -> str:
        """Its language in words."""
        return language_name(self.language)

    @property
    def country_name(self) -> str:
        """Its country in words."""
        return country_name(self.country)

    def reach_in(self, folder: Folder | None) -> int:
        """Return how far it reaches in a folder."""
        return marked_reach(folder.reach if folder else Reach.READERS, self.mark)

    @property
    def is_page(self) -> bool:
        """Whether it is written here, by several people at once, and its versions are the ones they name."""
        return self.kind == self.Sort.PAGE

    @property
    def audit_scope(self) -> str:
        """Recorded in the group's chain."""
        return f"group:{self.group_id}"
