"""Mail that comes back: what is noted of it, and when an address is written to no more."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core import signed_addresses
from notifications.models import Letter, Unreachable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

KIND = "bounce"
MOST = 3
"""How many letters come back from an address, for good, before nothing is written there any more."""

STOPPED = "stopped"
"""The fault of a letter to an address from which too many came back."""

FORGOTTEN_AFTER = timedelta(days=60)
"""A bounce this long before the next one does not count any more: a mailbox may have been full for a while."""


def bounce_address(letter: Letter) -> str:
    """Return the address to which mail servers return the letter; "" where no mail comes in."""
    return signed_addresses.make(KIND, letter.pk)


@transaction.atomic
def note_bounce(address: str, *, permanent: bool, status: str = "", now: datetime | None = None) -> bool:
    """Note that the letter whose bounce address this is came back, and say whether it was one of ours.

    `status` is the code of the report, as `5.1.1`. A report that is not for good (the letter is late, the mailbox full) is
    taken and changes nothing. The same letter that comes back twice counts once.
    """
    signed = signed_addresses.read(address)
    if signed is None or signed.kind != KIND or len(signed.numbers) != 1:
        return False
    letter = Letter.objects.select_for_update(no_key=True).filter(pk=signed.numbers[0]).first()
    if letter is not None and permanent and letter.state == Letter.State.SENT:
        give_up(letter, status or "5.0.0", now=now)
        _count(letter, now or timezone.now())
    return True


def refused(letter: Letter, status: str) -> None:
    """Note that the mail server refused the letter's address for good; inside the caller's transaction."""
    give_up(letter, status)
    _count(letter, timezone.now())


def give_up(letter: Letter, fault: str, *, now: datetime | None = None) -> None:
    """Note that the letter did not reach its reader, and why, in a short code."""
    letter.state, letter.fault, letter.done_at = Letter.State.FAILED, fault[:20], now or timezone.now()
    letter.lease = letter.leased_until = None
    letter.save(update_fields=["state", "fault", "done_at", "lease", "leased_until", "tried"])


def _count(letter: Letter, now: datetime) -> None:
    if letter.user_id is None:
        address = letter.address
        about: dict[str, Any] = {"user": None, "address": address}
    else:
        person = User.objects.select_for_update(no_key=True).get(pk=letter.user_id)
        about, address = {"user": person}, person.email
    Unreachable.objects.get_or_create(**about, defaults={"address": address, "last_at": now})
    noted = Unreachable.objects.select_for_update().get(**about)
    if noted.address != address or now - noted.last_at > FORGOTTEN_AFTER:
        noted.address, noted.count, noted.stopped_at = address, 0, None
    noted.count, noted.last_at = noted.count + 1, now
    if noted.count >= MOST and noted.stopped_at is None:
        noted.stopped_at = now
    noted.save()


def stopped_for(people: "Iterable[User]") -> set[int]:
    """Return the ids of those of the people to whose present address nothing is written any more; one query."""
    addresses = {person.pk: person.email for person in people}
    rows = Unreachable.objects.filter(user__in=addresses, stopped_at__isnull=False).values_list("user_id", "address")
    return {user for user, address in rows if addresses[user] == address}


def stopped_among(addresses: "Collection[str]") -> set[str]:
    """Return those of the addresses, nobody's as yet, to which nothing is written any more; a query where there are any.

    What is known of people's addresses is not asked: it would tell who invites that there is an account.
    """
    if not addresses:
        return set()
    rows = Unreachable.objects.filter(user=None, address__in=addresses, stopped_at__isnull=False)
    return set(rows.values_list("address", flat=True))


def is_stopped(person: User) -> bool:
    """Whether nothing is written to the person's address any more."""
    return bool(stopped_for([person]))


def write_again(person: User) -> bool:
    """Have mail go to the person's address again, with a clean slate; say whether it had been stopped."""
    deleted, _by_model = Unreachable.objects.filter(user=person).delete()
    return bool(deleted)


def write_there_again(pk: int) -> bool:
    """Have mail go again to what this row says is unreachable, a person's address or nobody's; say whether there was one."""
    deleted, _by_model = Unreachable.objects.filter(pk=pk).delete()
    return bool(deleted)
