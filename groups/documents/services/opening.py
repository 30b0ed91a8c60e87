"""Remembering what somebody opened lately, for themselves alone, and forgetting it."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from accounts.events import AccountClosed
from groups.documents.models import Document, Opened

if TYPE_CHECKING:
    from accounts.models import User

KEPT = 20
"""Documents that are remembered of a person, the last."""


@transaction.atomic
def note_opened(document: Document, *, user: "User") -> None:
    """Remember that the person has the document open now; the caller has asked its door."""
    Opened.objects.update_or_create(user=user, document=document, defaults={"at": timezone.now()})
    kept = Opened.objects.filter(user=user).order_by("-at", "-pk").values_list("pk", flat=True)[:KEPT]
    Opened.objects.filter(user=user).exclude(pk__in=list(kept)).delete()


def forget_opened(user: "User", *, groups: Collection[int] | None = None) -> None:
    """Forget what the person opened, in the libraries of these groups or in all."""
    found = Opened.objects.filter(user=user)
    (found if groups is None else found.filter(document__group__in=groups)).delete()


def account_closed(event: AccountClosed) -> None:
    """Nothing is remembered of somebody whose account is closed."""
    forget_opened(event.user)
