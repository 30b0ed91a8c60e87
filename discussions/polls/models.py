"""A poll: a question in a thread, its options, and the ballots that were cast."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped
from discussions.models import Thread
from partners.models import Organisation, Spoken

QUESTION_LENGTH = 300
OPTION_LENGTH = 200
FEWEST, MOST = 2, 12


class Voices(models.TextChoices):
    """Who has a voice."""

    ORGANISATIONS = "organisations", _("One organisation, one voice")
    PEOPLE = "people", _("One person, one voice")


class Shown(models.TextChoices):
    """From when on the result is shown."""

    ALWAYS = "always", _("Always")
    AFTER_VOTING = "voted", _("To who has voted, and to everybody after the end")
    AFTER_END = "ended", _("After the end")


class Poll(Spoken, TimeStamped):
    """A question with two to twelve options. Its rules are fixed when it is asked: who votes has read them."""

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="polls")
    question = models.CharField(max_length=QUESTION_LENGTH)
    several = models.BooleanField(default=False)
    voices = models.CharField(max_length=14, choices=Voices.choices, default=Voices.ORGANISATIONS)
    named = models.BooleanField(default=True)
    shown = models.CharField(max_length=6, choices=Shown.choices, default=Shown.AFTER_VOTING)
    open_until = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    closed_for = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    closed_function = models.CharField(max_length=120, blank=True)
    # How many voices count now; written with every ballot, under the poll's lock.
    cast = models.PositiveIntegerField(default=0)
    # Raised when its end changes, for calendars.
    version = models.PositiveIntegerField(default=1)
    key = models.UUIDField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["author", "key"], name="one_poll_per_key"),
            models.CheckConstraint(condition=Q(open_until__gt=models.F("created_at")), name="a_poll_ends_later"),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None) | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="who_closed_a_poll_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.question

    def get_absolute_url(self) -> str:
        """Return the poll's own page; thread and group should be loaded with it."""
        return reverse("polls:page", args=[self.thread.group.slug, self.thread_id, self.pk])

    @property
    def audit_scope(self) -> str:
        """Recorded in the group's chain."""
        return self.thread.audit_scope

    @property
    def is_over(self) -> bool:
        """Whether nobody votes any more: closed early, past its end, or its thread takes nothing."""
        return self.closed_at is not None or self.open_until <= timezone.now() or not self.thread.takes_posts

    @property
    def by_organisation(self) -> bool:
        """Whether each organisation has one voice, whichever of its people casts it."""
        return self.voices == Voices.ORGANISATIONS


class Option(models.Model):
    """One of the answers offered, and how many voices it has now."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="options")
    number = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=OPTION_LENGTH)
    # Written with every ballot, under the poll's lock; equal to a count over the ballots that stand.
    votes = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["poll", "number"]
        constraints = [
            models.UniqueConstraint(fields=["poll", "number"], name="one_option_per_number"),
            models.UniqueConstraint(fields=["poll", "text"], name="no_option_twice"),
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=MOST), name="at_most_twelve_options"),
        ]

    def __str__(self) -> str:
        return self.text


class BallotQuerySet(models.QuerySet["Ballot"]):
    """Ballots that count, and those that did."""

    def standing(self) -> "BallotQuerySet":
        """Neither replaced nor struck."""
        return self.filter(struck_at=None)


class Ballot(Spoken, TimeStamped):
    """One act of voting. The voice is an organisation's or a person's; who cast it, for whom, in which function is frozen.

    Never changed but to be struck: by a later ballot of the same voice, or because the voice left before the end.
    """

    class Struck(models.TextChoices):
        """Why a ballot counts no longer."""

        REPLACED = "replaced", _("Changed by a later vote")
        LEFT = "left", _("Left the group before the end")

    poll = models.ForeignKey(Poll, on_delete=models.PROTECT, related_name="ballots")
    voter_organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    voter_person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    options = models.ManyToManyField(Option, related_name="ballots")
    struck_at = models.DateTimeField(null=True)
    struck_why = models.CharField(max_length=8, choices=Struck.choices, blank=True)
    key = models.UUIDField()
    digest = models.CharField(max_length=64)

    objects: ClassVar[BallotQuerySet] = BallotQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["author", "key"], name="one_ballot_per_key"),
            models.UniqueConstraint(
                fields=["poll", "voter_organisation"],
                condition=Q(struck_at=None, voter_organisation__isnull=False),
                name="one_voice_per_organisation",
            ),
            models.UniqueConstraint(
                fields=["poll", "voter_person"],
                condition=Q(struck_at=None, voter_person__isnull=False),
                name="one_voice_per_person",
            ),
            models.CheckConstraint(
                condition=Q(voter_organisation=None, voter_person__isnull=False)
                | Q(voter_organisation__isnull=False, voter_person=None),
                name="a_ballot_is_one_voice",
            ),
            models.CheckConstraint(
                condition=Q(struck_at=None, struck_why="") | (Q(struck_at__isnull=False) & ~Q(struck_why="")),
                name="why_a_ballot_is_struck_is_known",
            ),
        ]
        indexes = [models.Index(fields=["poll", "struck_at"])]

    def __str__(self) -> str:
        return f"{self.poll_id}:{self.pk}"
