"""Long lists of documents in pages that cost the same however long they are: each goes on after the last row of the one before.

A place in a list is told by a document's id, never by its title, which has no place in an address; one that the reader may not
see is no place at all. What is counted is counted up to a bound.
"""

from dataclasses import dataclass

from django.db.models import Count, DateTimeField, F, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Lower

from groups.documents.library import Library
from groups.documents.models import Document, DocumentQuerySet, Folder

PAGE = 50
COUNTED = 1000
"""More than this many are not counted."""

ORDERS = {
    "name": ("title", False),
    "-name": ("title", True),
    "changed": ("changed_at", True),
    "-changed": ("changed_at", False),
}
"""Order as an address names it: the column, and whether from its end."""


@dataclass(frozen=True)
class Stretch:
    """One page of a list, how many there are in all (`COUNTED` + 1 for more than that), and after which row the next begins."""

    rows: list[Document]
    count: int
    next: int | None
    is_first: bool

    @property
    def counted(self) -> int | None:
        """How many there are, None where they are more than are counted."""
        return self.count if self.count <= COUNTED else None


def stretch_of(documents: DocumentQuerySet, order: str, after: int | None) -> Stretch:
    """Return the page of these documents that begins after the one with this id, or the first."""
    column, from_end = ORDERS[order]
    key = Lower(column) if column == "title" else F(column)
    ordered = documents.annotate(sort_key=key)
    last = ordered.filter(pk=after).values_list("sort_key", flat=True).first() if after else None
    page = ordered
    if last is not None:
        way = "lt" if from_end else "gt"
        # The first condition is a range of the index; the second only parts rows of one title.
        page = page.filter(**{f"sort_key__{way}e": last}).filter(
            Q(**{f"sort_key__{way}": last}) | Q(**{f"pk__{way}": after})
        )
    way_through = ["-sort_key", "-pk"] if from_end else ["sort_key", "pk"]
    rows = list(page.for_display().order_by(*way_through)[: PAGE + 1])
    more = len(rows) > PAGE
    count = documents.order_by()[: COUNTED + 1].aggregate(found=Count("pk"))["found"] if more or last else len(rows)
    return Stretch(rows[:PAGE], count, rows[PAGE - 1].pk if more else None, is_first=last is None)


class _Counted(Subquery):
    """How many rows a subquery gives."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


@dataclass(frozen=True)
class Shelf:
    """A folder in a list: how much lies in it, documents counted up to `COUNTED`, and when something in it changed last."""

    folder: Folder
    documents: int
    more: bool
    folders: int
    changed_at: object


def shelves(library: Library, folders: list[Folder]) -> list[Shelf]:
    """Return the folders as they are listed, whatever their number in one query."""
    inside = library.documents.filter(folder=OuterRef("pk"))
    rows = (
        Folder.objects.filter(pk__in=[one.pk for one in folders])
        .annotate(
            held=_Counted(inside.order_by().values("pk")[: COUNTED + 1]),
            changed=Subquery(inside.order_by("-changed_at").values("changed_at")[:1], output_field=DateTimeField()),
        )
        .order_by()
        .values_list("pk", "held", "changed")
    )
    found = {pk: (held, changed) for pk, held, changed in rows}
    return [
        Shelf(
            one,
            min(found[one.pk][0], COUNTED),
            found[one.pk][0] > COUNTED,
            len(library.inside(one)),
            found[one.pk][1],
        )
        for one in folders
        if one.pk in found
    ]
