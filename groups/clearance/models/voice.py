"""The voices of a round, one for each organisation that is asked, and every word that was said with them."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped
from groups.clearance.models.round import TEXT_LENGTH, Round
from partners.models import Organisation, Spoken, StakeholderType


class Says(models.TextChoices):
    """What an organisation says to a version."""

    CLEAR = "clear", pgettext_lazy("said of a document", "Clear")
    COMMENT = "comment", _("Clear, with a comment")
    OBJECT = "object", _("Object")


WITH_TEXT = frozenset({Says.COMMENT, Says.OBJECT})


class Result(models.TextChoices):
    """What a voice counted for when the round ended."""

    CLEAR = "clear", pgettext_lazy("said of a document", "Clear")
    COMMENT = "comment", _("Clear, with a comment")
    OBJECT = "object", _("Object")
    SILENT = "silent", _("No answer")
    LEFT = "left", _("Without a voice")


class Absence(models.TextChoices):
    """Why an organisation that was asked has no voice in the round any more. That a partner is suspended is not told here."""

    LEFT = "left", _("Left the group before the date")
    REMOVED = "removed", _("Taken out of the group before the date")
    OBSERVER = "observer", _("Made an observer before the date")
    NOBODY = "nobody", _("Nobody could answer for it")


class Voice(models.Model):
    """An organisation that is asked. Its last word before the date counts; `result` is written once, when the round ends."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="voices")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    # As it was when it was asked: a result is not regrouped later.
    stakeholder_type = models.CharField(max_length=20, choices=StakeholderType.choices)
    said = models.ForeignKey("Answer", null=True, on_delete=models.PROTECT, related_name="+")
    # Since when it has no voice any more, and why; it can come back with it. Of old rows it is not known why.
    left_at = models.DateTimeField(null=True)
    absence = models.CharField(max_length=8, choices=Absence.choices, blank=True, default="", db_default="")
    result = models.CharField(max_length=8, choices=Result.choices, blank=True)

    class Meta:
        ordering = ["organisation__folded", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "organisation"], name="one_voice_in_clearance"),
            models.CheckConstraint(
                condition=~Q(result__in=["clear", "comment", "object"]) | Q(said__isnull=False),
                name="nobody_is_counted_for_what_they_did_not_say",
            ),
            models.CheckConstraint(
                condition=Q(absence="") | Q(left_at__isnull=False), name="who_has_a_voice_is_not_absent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id}:{self.organisation_id}"

    @property
    def counts_as(self) -> Result:
        """What it counted for, or would if the date were now."""
        if self.result:
            return Result(self.result)
        if self.left_at is not None:
            return Result.LEFT
        return Result(self.said.says) if self.said else Result.SILENT

    @property
    def in_words(self) -> str:
        """What it counted for; of one without a voice why it has none, and what it had said."""
        result = self.counts_as
        if result != Result.LEFT:
            return str(result.label)
        why = str(Absence(self.absence).label if self.absence else result.label)
        if self.said is None:
            return why
        return gettext("%(why)s; it had said: %(said)s") % {"why": why, "said": Says(self.said.says).label}


class Answer(Spoken, TimeStamped):
    """One word of a voice, kept as it was said: a later one takes its place and changes nothing of it."""

    voice = models.ForeignKey(Voice, on_delete=models.PROTECT, related_name="answers")
    number = models.PositiveIntegerField()
    says = models.CharField(max_length=8, choices=Says.choices)
    text = models.TextField(max_length=TEXT_LENGTH, blank=True)
    key = models.UUIDField()
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["voice", "number"], name="dense_answers_of_a_voice"),
            models.UniqueConstraint(fields=["author", "key"], name="one_answer_in_clearance_per_key"),
            models.CheckConstraint(condition=Q(says="clear") | ~Q(text=""), name="an_objection_has_its_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.voice_id}:{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the answer once."""
        if self.pk is not None:
            raise TypeError("An answer is never changed.")
        super().save(*args, **kwargs)
