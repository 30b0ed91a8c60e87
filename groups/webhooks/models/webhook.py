"""A webhook: an address outside that is told of what happens in a group."""

import base64
import secrets
from typing import ClassVar
from urllib.parse import urlsplit

from django.db import models
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped
from groups.models import Group
from partners.models import Spoken

ADDRESS_LENGTH = 500
SECRET_PREFIX = "whsec_"  # noqa: S105 - what every secret of Standard Webhooks begins with


class Happening(models.TextChoices):
    """What a webhook can be told of."""

    THREAD_STARTED = "thread.started", _("A thread is started")
    ANNOUNCEMENT = "announcement.made", _("Something is announced")
    THREAD_CLOSED = "thread.closed", _("A thread is closed")
    THREAD_REOPENED = "thread.reopened", _("A thread is opened again")
    POST_WRITTEN = "post.written", _("A post is written")
    POST_CHANGED = "post.changed", _("A post is edited")
    POST_DELETED = "post.deleted", _("A post is deleted")
    VERSION_ADDED = "document.added", _("A document or a version is added")
    MEMBER_STARTED = "member.started", _("An organisation becomes a member")
    MEMBER_CHANGED = "member.changed", _("The role of a member changes")
    MEMBER_ENDED = "member.ended", _("A membership ends")


class WebhookQuerySet(models.QuerySet["Webhook"]):
    """Webhooks of groups."""

    def told(self) -> "WebhookQuerySet":
        """Those that are told of what happens."""
        return self.filter(stopped_at=None)


class Webhook(Spoken, TimeStamped):
    """An address, what it is told of, and how it fares. Who made it, for whom, stays on it.

    Its secret is kept nowhere: it is made anew from the site's key, `salt` and `turn`, which the next secret raises.
    """

    class Why(models.TextChoices):
        """Why it is told nothing."""

        LEADS = "leads", _("The leads stopped it")
        FAILING = "failing", _("Its server took nothing for three days")
        GONE = "gone", _("Its server says that it is gone for good")

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="webhooks")
    url = models.CharField(_("address"), max_length=ADDRESS_LENGTH)
    happenings = models.JSONField(default=list)
    with_words = models.BooleanField(default=False)
    salt = models.CharField(max_length=32, editable=False)
    turn = models.PositiveIntegerField(default=1)
    # Raised by every change: a lead saves against the version they saw.
    version = models.PositiveIntegerField(default=1)
    last_number = models.PositiveBigIntegerField(default=0)
    stopped_at = models.DateTimeField(null=True)
    stopped_why = models.CharField(max_length=10, choices=Why, blank=True)
    # Since when nothing has been taken; null while all goes well.
    failing_since = models.DateTimeField(null=True)
    # The task that delivers at this moment, so that no two do: `groups.webhooks.services.delivering`.
    claimed_by = models.CharField(max_length=40, blank=True)
    claimed_until = models.DateTimeField(null=True)
    key = models.UUIDField()

    objects: ClassVar[WebhookQuerySet] = WebhookQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["author", "key"], name="one_webhook_per_sending")]

    def __str__(self) -> str:
        return self.host

    def get_absolute_url(self) -> str:
        """Return its page among the group's settings."""
        return reverse("webhooks:page", args=[self.group.slug, self.pk])

    @property
    def audit_scope(self) -> str:
        """Recorded in the group's chain."""
        return f"group:{self.group_id}"

    @property
    def host(self) -> str:
        """The server, without the rest of the address, which may hold a secret of its own."""
        return urlsplit(self.url).hostname or ""

    @property
    def is_told(self) -> bool:
        """Whether it is told of what happens."""
        return self.stopped_at is None

    @property
    def tells_words(self) -> bool:
        """Whether deliveries carry what was said: where the leads chose so, and never out of a hidden group."""
        return self.with_words and not self.group.is_hidden

    @property
    def secret(self) -> str:
        """What deliveries are signed with, in the form that receivers of Standard Webhooks take."""
        digest = salted_hmac("groups.webhooks", f"{self.salt}:{self.turn}", algorithm="sha256").digest()
        return SECRET_PREFIX + base64.b64encode(digest).decode()

    @property
    def labels(self) -> list[str]:
        """What it is told of, in words."""
        return [str(one.label) for one in Happening if one.value in self.happenings]


def new_salt() -> str:
    """Return what makes one webhook's secret another than the next one's."""
    return secrets.token_hex(16)
