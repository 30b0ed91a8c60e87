"""The answer of an organisation to a consultation: one voice, the last before the end; earlier ones are kept as versions."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped
from discussions.models import Thread
from partners.models import Spoken

TEXT_LENGTH = 4_000


class Position(models.TextChoices):
    """What an organisation says to what is consulted."""

    SUPPORT = "support", _("Support")
    COMMENT = "comment", _("Support with comment")
    OBJECT = "object", _("Object")
    NONE = "none", _("No position")


# Positions that say nothing without a text.
WITH_TEXT = frozenset({Position.COMMENT, Position.OBJECT})


class Answer(Spoken, TimeStamped):
    """An organisation's answer as it stands; who gave it last, in which function, is frozen on it."""

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="answers")
    position = models.CharField(max_length=8, choices=Position.choices)
    text = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread", "organisation"], name="one_answer_per_organisation"),
            models.CheckConstraint(condition=Q(organisation__isnull=False), name="answered_for_an_organisation"),
            models.CheckConstraint(
                condition=~Q(position__in=["comment", "object"], text=""), name="a_comment_and_an_objection_say_what"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.thread_id}:{self.organisation_id}"


class AnswerVersion(Spoken, TimeStamped):
    """One answer as it was given; version 1 is the first. Never changed."""

    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    position = models.CharField(max_length=8, choices=Position.choices)
    text = models.TextField(blank=True)
    key = models.UUIDField()
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["answer", "number"]
        constraints = [
            models.UniqueConstraint(fields=["answer", "number"], name="one_row_per_answer_version"),
            models.UniqueConstraint(fields=["author", "key"], name="one_answer_per_key"),
        ]

    def __str__(self) -> str:
        return f"{self.answer_id} v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the version once; one that exists is never written again."""
        if self.pk is not None:
            raise TypeError("A version is never changed.")
        super().save(*args, **kwargs)
