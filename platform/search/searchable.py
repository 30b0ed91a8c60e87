"""Rows that are found by their words: what is written is in the index in the same transaction, whoever writes it.

What is written without `save` (many rows at once, rows that are deleted) is given to `search.services` by whoever does so.
"""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.db import models, transaction

from search.cards import Card
from search.models import Kind
from search.services import put, stand


class Searchable(models.Model):
    """A row with cards in the index.

    FOUND_BY names the fields that decide by which words it is found and whether at all, STANDS_BY those that decide where,
    when and by whom.
    """

    KIND: ClassVar[Kind]
    FOUND_BY: ClassVar[frozenset[str]]
    STANDS_BY: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the index in step with what is written."""
        fields: Iterable[str] | None = kwargs.get("update_fields")
        anew = fields is None or not self.FOUND_BY.isdisjoint(fields)
        if fields is not None and not anew and self.STANDS_BY.isdisjoint(fields):
            super().save(*args, **kwargs)
            return
        with transaction.atomic():
            super().save(*args, **kwargs)
            if anew:
                self.index(fields)
            elif fields is not None:
                self.stand(fields)

    def index(self, fields: Iterable[str] | None) -> None:
        """Hold the row as it is now, after these of its fields were written, or all."""
        put(self.KIND, self.pk, self.cards())

    def stand(self, fields: Iterable[str]) -> None:
        """Hold it where it stands now, after these of its fields were written; its words are the same."""
        stand(self.cards())

    def cards(self) -> Sequence[Card]:
        """Return what the index holds of the row as it is now; nothing of one that cannot be found."""
        raise NotImplementedError
