"""Letters that wait to be sent, were sent, or came back. A letter holds ids only: its words are made when it is sent."""

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped

if TYPE_CHECKING:
    from accounts.models import User


class LetterQuerySet(models.QuerySet["Letter"]):
    """Which letters are to be sent."""

    def waiting(self) -> "LetterQuerySet":
        """Not yet sent, nor given up."""
        return self.filter(state=Letter.State.WAITING)

    def free(self, now: datetime) -> "LetterQuerySet":
        """Waiting, and in no worker's hands: those of one that was killed are free when its lease is over."""
        return self.waiting().filter(Q(leased_until=None) | Q(leased_until__lte=now))

    def failed(self) -> "LetterQuerySet":
        """Given up, refused or come back: what the Secretariat looks at."""
        return self.filter(state=Letter.State.FAILED)


class Letter(TimeStamped):
    """One letter to one person, or to an address that is nobody's yet, as of somebody who is invited.

    `key` is the same for whatever must reach them once; so is the Message-ID made of it.
    """

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent")
        # Read meanwhile, taken back, not wanted any more, or no longer theirs to know.
        SPARED = "spared", _("not needed")
        FAILED = "failed", _("failed")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="letters")
    # For nobody's address only: a person's is looked up when the letter is sent, and so is their language.
    address = models.EmailField(blank=True)
    language = models.CharField(max_length=10, blank=True)
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=120)
    object_id = models.BigIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    due_at = models.DateTimeField(default=timezone.now)
    # Who has it in hands, and how long nobody else takes it.
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    tried = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    # Why it failed last: a status of RFC 3463 or 5321, or a word of ours; never what a mail server wrote.
    fault = models.CharField(max_length=20, blank=True)

    objects: ClassVar[LetterQuerySet] = LetterQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="one_letter_per_person_and_key"),
            models.UniqueConstraint(
                fields=["address", "key"], condition=Q(user=None), name="one_letter_per_address_and_key"
            ),
            models.CheckConstraint(condition=Q(user=None) ^ Q(address=""), name="a_letter_has_a_person_or_an_address"),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state="waiting"), name="letters_to_send"),
            models.Index(fields=["-done_at"], condition=Q(state="failed"), name="letters_that_failed"),
            models.Index(fields=["kind", "object_id"], name="letters_about_an_object"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def reader(self) -> "User":
        """The person it is for; of a kind that goes to people only."""
        if self.user is None:
            raise LookupError("This letter goes to an address that is nobody's.")
        return self.user

    @property
    def to(self) -> str:
        """Where it goes now."""
        return self.user.email if self.user else self.address

    @property
    def place(self) -> str:
        """What may be shown of an address that is nobody's: where it lies, as `example.org`."""
        return self.address.rpartition("@")[2]

    @property
    def spoken(self) -> str:
        """The language it is written in."""
        return (self.user.language if self.user else self.language) or settings.LANGUAGE_CODE


class Unreachable(models.Model):
    """Mail to a person's address came back. After `bounces.MOST` times in a row nothing is written there any more.

    It speaks of that address alone: whoever changes theirs is written to again. Without a person it is that of somebody who
    was invited.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="unreachable"
    )
    address = models.EmailField()
    count = models.PositiveSmallIntegerField(default=0)
    last_at = models.DateTimeField(default=timezone.now)
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["address"], condition=Q(user=None), name="one_count_per_address")
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.count}"

    @property
    def place(self) -> str:
        """What may be shown of an address that is nobody's: where it lies, as `example.org`."""
        return self.address.rpartition("@")[2]
