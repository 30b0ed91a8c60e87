"""One telling of one webhook: it waits here until it is taken or given up."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped
from groups.webhooks.models.webhook import Webhook


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Deliveries, numbered for each webhook."""

    def waiting(self) -> "DeliveryQuerySet":
        """Those that are neither taken nor given up, the oldest first."""
        return self.filter(state=Delivery.State.WAITING).order_by("number")


class Delivery(TimeStamped):
    """What happened and to which rows: ids only. What is said of them is looked up when it is sent."""

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", _("waits")
        TAKEN = "taken", _("taken")
        GIVEN_UP = "given-up", _("given up")

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    number = models.PositiveBigIntegerField()
    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    happening = models.CharField(max_length=40)
    about = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    tried_at = models.DateTimeField(null=True)
    # The status that came back, or none and the kind of fault.
    status = models.PositiveSmallIntegerField(null=True)
    fault = models.CharField(max_length=60, blank=True)

    objects: ClassVar[DeliveryQuerySet] = DeliveryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["webhook", "number"], name="dense_delivery_numbers")]
        indexes = [
            models.Index(fields=["webhook", "state", "number"]),
            models.Index(fields=["state", "created_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.happening} {self.number}"
