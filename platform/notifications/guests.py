"""Letters to people who have no account yet: through the outbox, with the tries and the list of failures of all letters."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from accounts.models import User
from core.letters import said
from notifications.models import Letter
from notifications.sending import kinds
from notifications.tasks import mail_notices
from notifications.wording import Written

if TYPE_CHECKING:
    from collections.abc import Callable


def write_to(address: str, kind: str, *, key: str, object_id: int, inviter: User) -> None:
    """Put a letter to an address into the outbox, inside the caller's transaction, to be sent when that is committed.

    It is in the language of the account that has the address, else in the inviter's. An address has a key once. Of what it
    is about, a new letter takes the place of those that failed.
    """
    if kind not in kinds():
        raise LookupError(f"{kind} is not in LETTER_KINDS.")
    letters = Letter.objects.filter(user=None, kind=kind, object_id=object_id)
    letters.failed().exclude(key=key).delete()
    account = User.objects.filter(email=address).only("language").first()
    language = (account.language if account else "") or inviter.language
    Letter.objects.get_or_create(
        user=None, address=address, key=key, defaults={"kind": kind, "object_id": object_id, "language": language}
    )
    mail_notices.enqueue(key)


def written(letter: str, context: dict[str, object], *, sent: "Callable[[], object] | None" = None) -> Written:
    """Return what a letter of two templates says, as `core.letters` reads them, in the current language."""
    subject, text, html = said(letter, context)
    return Written(subject=subject, text=text, html=html, sent=sent)


def undelivered(kind: str, about: Sequence[int]) -> set[int]:
    """Return which of these (invitations, by their ids) have a letter that reached nobody and is not tried any more."""
    letters = Letter.objects.failed().filter(user=None, kind=kind, object_id__in=about)
    return set(letters.values_list("object_id", flat=True))
