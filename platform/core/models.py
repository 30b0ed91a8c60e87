"""Base models, the deployment's epoch, and the audit record."""

import uuid
from typing import Any, ClassVar, Never

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class TimeStamped(models.Model):
    """A row that knows when it was made, by the server's clock, in UTC."""

    created_at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)

    class Meta:
        abstract = True


class Deployment(models.Model):
    """One row: the epoch of this database. A restore changes it, so that no client mixes two histories."""

    epoch = models.UUIDField(default=uuid.uuid4)

    @classmethod
    def current_epoch(cls) -> str:
        """Return the epoch as text, made at the first call."""
        return str(cls.objects.get_or_create(pk=1)[0].epoch)

    @classmethod
    def begin_epoch(cls) -> None:
        """Begin a new epoch: what clients hold from before is not continued but loaded anew."""
        cls.objects.update_or_create(pk=1, defaults={"epoch": uuid.uuid4()})


class Schedule(models.Model):
    """When a task of the clock is due again; whoever moves the time is the one who has it done."""

    task = models.CharField(max_length=120, unique=True)
    due_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(null=True)
    last_id = models.UUIDField(null=True)
    """The task that was enqueued last; its row may be gone."""

    def __str__(self) -> str:
        return f"{self.task} at {self.due_at}"


class Worker(models.Model):
    """One worker (a process, or a thread of one) as it last said that it lives; `core.background.lease` judges it by that."""

    name = models.CharField(max_length=32, primary_key=True)
    seen_at = models.DateTimeField()


class AuditChain(models.Model):
    """The head of one hash chain: one per group, and one for the site."""

    scope = models.CharField(max_length=60, unique=True)
    length = models.PositiveBigIntegerField(default=0)
    head = models.CharField(max_length=64, default="")


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    """Recorded acts: `core.audit.record` appends them one by one, and nothing changes or takes out many at once either."""

    def update(self, **kwargs: Any) -> Never:
        """Refuse: the record is append-only."""
        raise TypeError("Audit entries are never changed.")

    def bulk_update(self, *args: Any, **kwargs: Any) -> Never:
        """Refuse: the record is append-only."""
        raise TypeError("Audit entries are never changed.")

    def bulk_create(self, *args: Any, **kwargs: Any) -> Never:
        """Refuse: each act is linked to the one before."""
        raise TypeError("Audit entries are recorded one by one.")

    def delete(self) -> Never:
        """Refuse: the record is append-only."""
        raise TypeError("Audit entries are never deleted.")


class AuditEntry(models.Model):
    """One recorded act, never changed, never deleted.

    Erasing a person empties what an entry says of them (`payload`, `salt`, and the columns the payload repeats) and keeps the
    chain whole: it links the digest of the payload, not the payload.
    """

    chain = models.ForeignKey(AuditChain, on_delete=models.PROTECT, related_name="entries")
    number = models.PositiveBigIntegerField()
    at = models.DateTimeField(default=timezone.now, editable=False)
    verb = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60)
    object_id = models.BigIntegerField(null=True)
    actor_id = models.BigIntegerField(null=True)
    organisation_id = models.BigIntegerField(null=True)
    function = models.CharField(max_length=120, blank=True)
    reason = models.TextField(blank=True)
    payload = models.JSONField(null=True)
    salt = models.CharField(max_length=32, blank=True)
    payload_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    objects: ClassVar[AuditEntryQuerySet] = AuditEntryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "number"], name="dense_audit_numbers")]
        indexes = [models.Index(fields=["object_type", "object_id"])]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the entry once; an entry that exists is never written again."""
        if self.pk is not None:
            raise TypeError("An audit entry is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Never:
        """Refuse: the record is append-only."""
        raise TypeError("An audit entry is never deleted.")


class Process(models.Model):
    """One process of the platform as it last said of itself, about every ten seconds; gone after an orderly stop.

    Its name is random and means nothing outside this table. `figures` are numbers, and whether what it needs answers;
    `core.reporting` writes them and says which there are.
    """

    class Kind(models.TextChoices):
        """What a process does."""

        SITE = "site", _("everything")
        PAGES = "pages", _("pages")
        SOCKETS = "sockets", _("sockets")
        WORKER = "worker", _("background work")
        MAIL = "mail", _("mail in")

    name = models.CharField(max_length=12, primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind)
    version = models.CharField(max_length=20)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)
    figures = models.JSONField(default=dict)


class ProcessMinute(models.Model):
    """What one process had to do in one minute; minutes in which there was nothing have no row."""

    process = models.CharField(max_length=12)
    at = models.DateTimeField(db_index=True)
    sockets = models.PositiveIntegerField()
    messages = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["process", "at"], name="one_row_per_process_and_minute")]
