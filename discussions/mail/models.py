"""A mail that came in, from the moment it was taken on; and which mails of an archive are in which thread."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped
from discussions.models import Post, Thread
from groups.models import Group


class State(models.TextChoices):
    """What became of a mail."""

    WAITING = "waiting", _("Waiting to be read")
    POSTED = "posted", _("Posted")
    HELD = "held", _("Held until its sender confirms it")
    REFUSED = "refused", _("Refused")
    DROPPED = "dropped", _("Left out")


class Reason(models.TextChoices):
    """Why a mail was refused, held or left out, as leads and the Secretariat read it: nothing of what it says."""

    AUTOMATIC = "automatic", _("An automatic answer")
    LOOP = "loop", _("So many in so short a time that a program must have sent them")
    REPEATED = "repeated", _("The same words again")
    UNREADABLE = "unreadable", _("It cannot be read as a mail")
    ENCRYPTED = "encrypted", _("It is encrypted")
    EMPTY = "empty", _("Nothing is written above the quotation")
    TEXT = "text", _("Too long, or without a title")
    CLOSED = "closed", _("The thread is closed")
    NOT_HERE = "not_here", _("Its sender does not write in this group or thread")
    STARTERS = "starters", _("Leads start the threads here")
    SENDER = "sender", _("From an address that is not known as the sender’s")
    UNPROVEN = "unproven", _("Nothing proves who sent it")
    EXPIRED = "expired", _("Its sender did not confirm it in time")
    FAILED = "failed", _("It could not be worked on; ask whoever runs the site")
    OTHER = "other", _("The thread does not take it")


class IncomingQuerySet(models.QuerySet["Incoming"]):
    """Mails by what became of them."""

    def in_group(self, group: Group) -> "IncomingQuerySet":
        """Those to the group or one of its threads, the newest first."""
        return self.filter(group=group).order_by("-created_at", "-pk")

    def not_posted(self) -> "IncomingQuerySet":
        """Those that became no post."""
        return self.exclude(state=State.POSTED)


class Incoming(TimeStamped):
    """One mail to one address of ours. The row stays for ever, so that the mail is never taken twice; its bytes do not.

    It holds no address and nothing of the text. `digest` is the fingerprint of address and Message-ID.
    """

    class Asks(models.TextChoices):
        """What it asks for, by the address it came to."""

        REPLY = "reply", _("An answer in a thread")
        START = "new", _("A new thread, at a personal address")
        GROUP = "group", _("A new thread, at the group’s address")

    digest = models.CharField(max_length=64, unique=True)
    asks = models.CharField(max_length=5, choices=Asks)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=12, choices=Reason, blank=True)
    # What its sender was told, in their language; only they read it.
    said = models.TextField(blank=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    group = models.ForeignKey(Group, null=True, on_delete=models.CASCADE, related_name="+")
    thread = models.ForeignKey(Thread, null=True, on_delete=models.SET_NULL, related_name="+")
    # The post that the answered letter was about; nothing for older letters, and for those about a thread.
    answers = models.ForeignKey(Post, null=True, on_delete=models.SET_NULL, related_name="+")
    post = models.ForeignKey(Post, null=True, on_delete=models.SET_NULL, related_name="+")
    # Where the whole mail lies in the storage; "" once it is gone.
    path = models.CharField(max_length=200, blank=True)
    size = models.PositiveIntegerField(default=0)
    # The fingerprint of what was written, by which the same words again are known.
    words = models.CharField(max_length=64, blank=True)
    # Whether whoever sent it takes no answer (a null sender), and whether its sender has confirmed it.
    is_unanswerable = models.BooleanField(default=False)
    is_confirmed = models.BooleanField(default=False)
    tries = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)

    objects: ClassVar[IncomingQuerySet] = IncomingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            models.Index(fields=["group", "-created_at"]),
            models.Index(fields=["person", "-created_at"]),
            models.Index(fields=["post"], name="mails_of_a_post"),
        ]

    def __str__(self) -> str:
        return f"{self.asks} {self.pk}: {self.state}"

    @property
    def is_done(self) -> bool:
        """Whether nothing more happens with it."""
        return self.state not in {State.WAITING, State.HELD}


class Archived(models.Model):
    """A mail of a list's archive that is in a thread: what keeps it from being taken in twice, and finds where answers go."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    # Fingerprints: of the Message-ID, and of the subject without what programs put before it.
    digest = models.CharField(max_length=32)
    subject = models.CharField(max_length=32)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "digest"], name="one_row_per_archived_mail")]
        indexes = [models.Index(fields=["group", "subject", "-sent_at"])]

    def __str__(self) -> str:
        return f"{self.thread_id} #{self.number}"
