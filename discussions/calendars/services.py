"""Making a secret address, anew too, and taking it back."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from accounts.models import User as Person
from discussions.calendars.models import Feed, hash_of, new_token
from groups.models import Group

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def make_feed(user: "User", *, group: Group | None = None, names_hidden: bool = False) -> str:
    """Make the person's address for a group, or for all of theirs, and return its secret, which is shown this once.

    The one before opens nothing from now on.
    """
    Person.objects.select_for_update(no_key=True).get(pk=user.pk)
    revoke_feed(user, group=group)
    token = new_token()
    Feed.objects.create(user=user, group=group, token_hash=hash_of(token), names_hidden=names_hidden)
    return token


def revoke_feed(user: "User", *, group: Group | None = None) -> int:
    """Take the person's address back; return how many that were."""
    live = Feed.objects.filter(user=user, group=group, revoked_at=None)
    return live.update(revoked_at=timezone.now())
