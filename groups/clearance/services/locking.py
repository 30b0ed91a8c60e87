"""What every act on a round begins with: the locks on group and round, then the rights, read anew."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User as Person
from core import markdown
from core.errors import Conflict, DomainError
from core.moments import refuse_far
from groups.clearance.models import Round
from groups.documents.library import documents_for
from groups.models import Participant
from groups.services.speaking import locked_group
from groups.standing import NotAllowed, Standing
from partners.capacity import Capacity

if TYPE_CHECKING:
    from accounts.models import User


class RoundOver(DomainError):
    """The round is not where this can be done, or not any more."""

    code = "closed"


class BadWords(DomainError):
    """What was written cannot be kept as it is."""

    code = "bad_text"


def locked_round(round_: Round, user: "User") -> tuple[Round, Standing]:
    """Lock the round's group and the round, and return it as it is now with the person's standing."""
    group, standing = locked_group(round_.group_id, user)
    now = Round.objects.select_for_update(no_key=True, of=("self",)).select_related("document", "version")
    found = now.get(pk=round_.pk)
    found.group = found.document.group = group
    if not documents_for(standing).filter(pk=found.document_id).exists():
        raise Conflict(_("The document was deleted meanwhile."))
    return found, standing


def leading(standing: Standing, by: Capacity) -> Capacity:
    """Return the capacity in which the person leads the open group now, as the organisation they named if it leads."""
    if not standing.may_moderate:
        raise NotAllowed(_("Only leads of the group do this."))
    named = [one for one in standing.leading if one.organisation_id == by.organisation_id]
    return named[0] if named else standing.act()


def fingerprint(*parts: object) -> str:
    """Return the digest of what was sent under a key."""
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).hexdigest()


def words(text: str, limit: int) -> str:
    """Return the text cleaned; too long a one is refused."""
    text = markdown.clean(text).strip()
    if len(text) > limit:
        raise BadWords(
            _("Use at most %(limit)d characters; this has %(count)d.") % {"limit": limit, "count": len(text)}
        )
    return text


def line(text: str, limit: int) -> str:
    """Return the text on one line."""
    return words(" ".join(text.split()), limit)


def later(moment: datetime, *, than: datetime | None = None) -> datetime:
    """Return a date that lies in the future, at most two years ahead; any other is refused."""
    if moment <= (than or timezone.now()):
        raise BadWords(_("The date must lie in the future."))
    refuse_far(moment)
    return moment


def people_of(organisations: Iterable[int], group_id: int) -> "list[User]":
    """Return who takes part for these organisations in the group."""
    seats = Participant.objects.taking_part().filter(
        membership__group=group_id, membership__organisation__in=list(organisations)
    )
    return list(Person.objects.filter(pk__in=seats.values("user_id")))
