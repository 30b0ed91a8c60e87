"""An invitation to act for an organisation."""

import base64
import hashlib
import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped
from partners.models.affiliation import Affiliation
from partners.models.organisation import Organisation, OrganisationStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User

LIFETIME = timedelta(days=7)


def token_for(inviter_id: int, key: uuid.UUID) -> str:
    """Return the token, 128 bits, of the invitation that the person made with the key.

    It stands in the mail only, never in the database nor among the arguments of a task: it is made anew from the site's
    secret each time the mail is written.
    """
    digest = salted_hmac("partners.invitation", f"{inviter_id}:{key}", algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def token_digest(token: str) -> str:
    """Return what is stored of a token: its SHA-256 in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def expiry() -> datetime:
    """Return the moment an invitation made now ends: seven days on."""
    return timezone.now() + LIFETIME


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations to act for an organisation."""

    def open(self) -> "InvitationQuerySet":
        """Those that can still be accepted."""
        return self.filter(
            redeemed_at=None,
            revoked_at=None,
            expires_at__gt=timezone.now(),
            organisation__status=OrganisationStatus.ACTIVE,
        )

    def by(self, user: "User") -> "InvitationQuerySet":
        """Those the person made."""
        return self.filter(invited_by=user)

    def to_addresses(self, addresses: "Iterable[str]") -> "InvitationQuerySet":
        """Those bound to one of the addresses, which the caller knows to be the reader's and verified."""
        return self.filter(email__in=[address.strip().lower() for address in addresses])


class Invitation(TimeStamped):
    """A focal point asks a colleague by e-mail address: single use, bound to address, organisation and role; seven days;
    revocable; accepted by POST only.

    It is a row of its own, not an affiliation, because the address may belong to nobody yet, and whether it does is not for
    the one who invites to learn.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=12, choices=Affiliation.Role.choices, default=Affiliation.Role.STAFF)
    function = models.CharField(_("function"), max_length=120, blank=True)
    message = models.TextField(_("a few words to them"), blank=True, max_length=600)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField(default=expiry)
    redeemed_at = models.DateTimeField(null=True)
    redeemed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    # When the mail server took the letter; none while it has not.
    mailed_at = models.DateTimeField(null=True)
    key = models.UUIDField()

    objects: ClassVar[InvitationQuerySet] = InvitationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invited_by", "key"], name="one_colleague_invitation_per_key")]
        indexes = [models.Index(fields=["organisation", "redeemed_at", "revoked_at"])]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.get_role_display()}"

    @property
    def is_open(self) -> bool:
        """Whether it can still be accepted."""
        return not (self.redeemed_at or self.revoked_at) and timezone.now() < self.expires_at
