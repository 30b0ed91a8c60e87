"""An action: something an organisation of the group does by a day, and every version of it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Case, Q, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped
from discussions.models import Post
from discussions.models.within import within
from groups.history import boundaries_of
from groups.models import Group
from partners.models import Organisation, Spoken

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

TEXT_LENGTH = 500
REASON_LENGTH = 500


class State(models.TextChoices):
    """Where an action stands."""

    OPEN = "open", _("Open")
    DONE = "done", _("Done")
    DROPPED = "dropped", _("Dropped")


class ActionQuerySet(models.QuerySet["Action"]):
    """Which actions a person may see, and in what order."""

    def since(self, boundaries: Mapping[int, datetime]) -> "ActionQuerySet":
        """Actions whose latest version is from after the moment from which each group may be read."""
        if not boundaries:
            return self
        seen = ~Q(group__in=list(boundaries))
        for group, moment in boundaries.items():
            about = Q(post__thread__document=None) | Q(post__thread__document__created_at__gte=moment)
            seen |= Q(group=group, changed_at__gte=moment) & about
        return self.filter(seen)

    def visible_to(self, user: "User | AnonymousUser") -> "ActionQuerySet":
        """Actions of the groups the person may read, from the moment on from which they may, as far as their threads reach."""
        found = self.filter(Q(post=None) | within(user, "post__thread__"), group__in=Group.objects.readable_by(user))
        return found.since(boundaries_of(user))

    def open(self) -> "ActionQuerySet":
        """Neither done nor dropped."""
        return self.filter(state=State.OPEN)

    def overdue(self, today: date) -> "ActionQuerySet":
        """Open, and their day is past."""
        return self.open().filter(due_on__lt=today)

    def for_display(self, order: str = "due") -> "ActionQuerySet":
        """With what a row shows; open ones first, by what was asked for: `due`, `owner`, `changed`."""
        by = {"due": ["due_on"], "owner": ["owner__folded", "due_on"], "changed": ["-changed_at"]}[order]
        is_settled = Case(When(state=State.OPEN, then=Value(0)), default=Value(1), output_field=models.IntegerField())
        rows = self.select_related("group", "owner", "person", "post__thread")
        return rows.order_by(is_settled, *by, "pk")


class Action(Spoken, TimeStamped):
    """What is to be done, by which organisation, by which of its people if that is known, until when.

    Who wrote it down is frozen on it (`author`, `organisation`, `function`); it is changed against the version seen.
    """

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="actions")
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="actions")
    text = models.CharField(_("what is to be done"), max_length=TEXT_LENGTH)
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="actions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="actions")
    due_on = models.DateField(_("due"))
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=timezone.now)
    key = models.UUIDField()
    digest = models.CharField(max_length=64)

    objects: ClassVar[ActionQuerySet] = ActionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["author", "key"], name="one_action_per_key"),
            models.CheckConstraint(
                condition=Q(state="dropped") & ~Q(reason="") | ~Q(state="dropped") & Q(reason=""),
                name="a_dropped_action_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["group", "state", "due_on"]),
            models.Index(fields=["owner", "state", "due_on"]),
            models.Index(fields=["person", "state", "due_on"]),
            models.Index(fields=["state", "due_on"]),
        ]

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        """Return the action's page; the group should be loaded with it."""
        return reverse("actions:page", args=[self.group.slug, self.pk])

    @property
    def audit_scope(self) -> str:
        """Recorded in the group's chain."""
        return f"group:{self.group_id}"

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.state == State.OPEN

    @property
    def is_overdue(self) -> bool:
        """Whether its day is past where the reader is."""
        return self.is_open and self.due_on < timezone.localdate()


class ActionVersion(Spoken, TimeStamped):
    """One version of an action, as somebody saved it; version 1 is the first. `author` is null where the platform did it."""

    class Why(models.TextChoices):
        """What brought a version that nobody typed."""

        HANDED_OVER = "handed-over", _("Handed over to a successor")
        LEFT = "left", _("The person no longer takes part")

    author = models.ForeignKey(  # type: ignore[assignment]
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    text = models.CharField(max_length=TEXT_LENGTH)
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    state = models.CharField(max_length=8, choices=State.choices)
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)
    why = models.CharField(max_length=12, choices=Why.choices, blank=True)

    class Meta:
        ordering = ["action", "number"]
        constraints = [models.UniqueConstraint(fields=["action", "number"], name="one_row_per_action_version")]

    def __str__(self) -> str:
        return f"{self.action_id} v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the version once; one that exists is never written again."""
        if self.pk is not None:
            raise TypeError("A version is never changed.")
        super().save(*args, **kwargs)
