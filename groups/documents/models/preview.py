"""What is known of a version without opening it: the text of its pages, and pictures of the first of them."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from groups.documents.models.version import Version


class State(models.TextChoices):
    """How far the preview of a version is."""

    WAITING = "waiting", _("It is being made; look again in a minute.")
    READY = "ready", ""
    NONE = "none", _("Files of this type are not shown here. Download it to open it.")
    EMPTY = "empty", _("There is no text in it that could be shown.")
    LOCKED = "locked", _("It is locked with a password. Download it to open it.")
    DAMAGED = "damaged", _("It could not be read here. Download it to see whether it opens.")
    HELD = "held", _("It is held back.")
    WITHHELD = "withheld", _("It is marked red: nothing of it is shown or kept here. Download it to open it.")
    TOO_LARGE = "too_large", _("It is too large to be shown here. Download it to open it.")


class Preview(models.Model):
    """One per version, made once in the background by a process that may do little else (`groups.documents.reading`)."""

    version = models.OneToOneField(Version, on_delete=models.CASCADE, related_name="preview")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    # Where a small picture of the first page lies in the storage.
    thumbnail = models.CharField(max_length=200, blank=True, db_index=True)
    # How many pages the file has, seen or not; 0 where nobody knows, as of whatever was made before they were counted.
    page_count = models.PositiveIntegerField(default=0, db_default=0)
    # Whether the file's text goes on where it is no longer kept.
    is_cut = models.BooleanField(default=False, db_default=False)
    made_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["asked_at"], condition=Q(state="waiting"), name="previews_still_to_be_made")]

    def __str__(self) -> str:
        return f"{self.version}: {self.state}"

    def get_absolute_url(self) -> str:
        """Return where it is looked at."""
        document = self.version.document
        return reverse("documents:look", args=[document.group.slug, document.pk, self.version.number])

    @cached_property
    def has_text(self) -> bool:
        """Whether words were found in it; a scan has none."""
        return self.is_ready and self.pages.exclude(text="").exists()

    @property
    def is_ready(self) -> bool:
        """Whether there is something to look at."""
        return self.state == State.READY


class PreviewPage(models.Model):
    """One page, slide or sheet: its text, a picture of it, or both."""

    preview = models.ForeignKey(Preview, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    # Where the picture lies in the storage; its size in pixels.
    path = models.CharField(max_length=200, blank=True, db_index=True)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["preview", "number"], name="one_preview_of_a_page")]

    def __str__(self) -> str:
        return f"page {self.number}"
