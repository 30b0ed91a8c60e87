"""Giving a token to a program, and taking it back."""

import secrets
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from api.models import Token, digest_of
from api.scopes import OF_ONE_PERSON, SCOPES
from core.audit import record
from core.errors import Conflict, DomainError
from groups.models import Group

if TYPE_CHECKING:
    from datetime import datetime

PREFIX = "agt_"
"""What every token begins with, so that programs which look for leaked secrets know one."""

MOST = 20
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Oneself:
    """A person who acts upon what is theirs alone, for no organisation."""

    user_id: int | None
    organisation_id: int | None = None
    function: str = ""


@transaction.atomic
def issue_token(
    user: User,
    *,
    name: str,
    scopes: Collection[str],
    expires_at: "datetime",
    key: uuid.UUID,
    group: Group | None = None,
) -> tuple[Token, str]:
    """Make a token for one of the person's programs, and return it with its secret, which is kept nowhere.

    The same key makes nothing twice: its second use conflicts, for the secret cannot be shown again.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if Token.objects.filter(user=user, key=key).exists():
        raise Conflict(_("This token was made before, and its secret was shown then. Revoke it and make another."))
    scopes = sorted(set(scopes))
    now = timezone.now()
    if not scopes or not set(scopes) <= set(SCOPES):
        raise DomainError(_("Choose at least one thing the program may do."))
    if group and any(scope.partition(":")[0] in OF_ONE_PERSON for scope in scopes):
        raise DomainError(_("Search and notifications reach over all your groups: a token for one group has neither."))
    if not now < expires_at <= now + LONGEST:
        raise DomainError(_("A token lasts for a year at most."))
    if Token.objects.usable().filter(user=user).count() >= MOST:
        raise DomainError(_("You have %(count)d tokens. Revoke those that are no longer needed.") % {"count": MOST})
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(
        user=user,
        name=" ".join(name.split()),
        digest=digest_of(secret),
        hint=secret[-4:],
        scopes=scopes,
        group=group,
        expires_at=expires_at,
        key=key,
    )
    record(Oneself(user.pk), "token.issued", token, scopes=scopes, group=group.pk if group else None)
    return token, secret


@transaction.atomic
def revoke_token(token: Token, *, by: User) -> Token:
    """Take the token back at once; doing it again changes nothing."""
    token = Token.objects.select_for_update().get(pk=token.pk)
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        record(Oneself(by.pk), "token.revoked", token)
    return token


@transaction.atomic
def revoke_all(user: User) -> int:
    """Take back every token of somebody who may no longer sign in, so that none comes back with the account."""
    return Token.objects.filter(user=user, revoked_at=None).update(revoked_at=timezone.now())
