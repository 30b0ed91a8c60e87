"""An invitation into a group."""

import base64
import hashlib
import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped
from groups.models.group import Group
from groups.models.membership import Membership

if TYPE_CHECKING:
    from accounts.models import User

LIFETIME = timedelta(days=7)


def token_digest(token: str) -> str:
    """Return what is stored of a token: its SHA-256 in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def token_for(key: uuid.UUID) -> str:
    """Return the token, 128 bits, of the invitation with the key.

    It stands in the mail only, never in the database nor among the arguments of a task: it is made anew from the site's
    secret each time the mail is written.
    """
    digest = salted_hmac("groups.invitation", str(key), algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def expiry() -> datetime:
    """Return the moment an invitation made now ends."""
    return timezone.now() + LIFETIME


class GroupInvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations by what can still be done with them."""

    def open(self) -> "GroupInvitationQuerySet":
        """Neither used nor taken back nor too old."""
        return self.filter(redeemed_at=None, revoked_at=None, expires_at__gt=timezone.now())

    def for_link(self, token: str, user: "User") -> "Invitation | None":
        """Return the open invitation behind a link, if it was sent to an address this person has verified."""
        found = self.open().filter(token_hash=token_digest(token)).select_related("group", "invited_by").first()
        if found and EmailAddress.objects.filter(user=user, email__iexact=found.email, verified=True).exists():
            return found
        return None


class Invitation(TimeStamped):
    """Single use, bound to an address, a group and a role; seven days; revocable; redeemed by POST only."""

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=10, choices=Membership.Role.choices, default=Membership.Role.MEMBER)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    message = models.TextField(_("a few words to them"), blank=True, max_length=600)
    expires_at = models.DateTimeField(default=expiry)
    redeemed_at = models.DateTimeField(null=True)
    redeemed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    key = models.UUIDField(unique=True)

    objects: ClassVar[GroupInvitationQuerySet] = GroupInvitationQuerySet.as_manager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"{self.group}: {self.role}"

    @property
    def audit_scope(self) -> str:
        """Recorded in the group's chain."""
        return f"group:{self.group_id}"

    @property
    def is_open(self) -> bool:
        """Whether it can still be redeemed."""
        return not (self.redeemed_at or self.revoked_at) and timezone.now() < self.expires_at
