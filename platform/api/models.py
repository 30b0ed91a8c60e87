"""A token: what a program shows to act for a person."""

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from api.scopes import Scope
from core.models import TimeStamped
from groups.models import Group

if TYPE_CHECKING:
    from accounts.models import User

NAME_LENGTH = 80
USED_EVERY = timedelta(minutes=5)


def digest_of(secret: str) -> str:
    """Return what is kept of a token. It has 256 random bits, so one round of a fast hash hides it."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


class TokenQuerySet(models.QuerySet["Token"]):
    """Tokens of people."""

    def of(self, user: "User") -> "TokenQuerySet":
        """The person's own, the newest first."""
        return self.filter(user=user).select_related("group").order_by("-created_at", "-pk")

    def usable(self) -> "TokenQuerySet":
        """Neither revoked nor expired, of somebody who may sign in."""
        return self.filter(revoked_at=None, expires_at__gt=timezone.now(), user__is_active=True)


class Token(TimeStamped):
    """What one program may do for one person until a day, in all their groups or in one. Its secret is kept as a hash only."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    # The last letters of the secret, by which its owner tells it from others.
    hint = models.CharField(max_length=4, editable=False)
    scopes = models.JSONField(default=list)
    group = models.ForeignKey(Group, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    key = models.UUIDField()

    objects: ClassVar[TokenQuerySet] = TokenQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_token_per_sending")]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_scope(self) -> str:
        """Recorded in the site's chain: a token is a person's, not a group's."""
        return "site"

    def allows(self, scope: Scope) -> bool:
        """Whether it was given this; who may write in an area reads there too."""
        return scope in self.scopes or (scope.endswith(":read") and scope.replace(":read", ":write") in self.scopes)

    def note_use(self) -> None:
        """Remember when it was used last, to five minutes."""
        now = timezone.now()
        if self.last_used_at is None or now - self.last_used_at >= USED_EVERY:
            Token.objects.filter(pk=self.pk).update(last_used_at=now)

    @property
    def is_usable(self) -> bool:
        """Whether it opens anything today."""
        return self.revoked_at is None and not self.is_expired

    @property
    def is_expired(self) -> bool:
        """Whether its last day is over."""
        return self.expires_at <= timezone.now()

    @property
    def expires_soon(self) -> bool:
        """Whether a week or less is left."""
        return self.is_usable and self.expires_at <= timezone.now() + timedelta(days=7)
