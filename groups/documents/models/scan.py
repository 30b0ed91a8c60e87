"""What a scanner said of a version's bytes."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from groups.documents.models.version import Version


class ScanState(models.TextChoices):
    """What is known. Without a row nobody has asked: there was no scanner then."""

    CLEAN = "clean", _("Checked for malware: nothing found.")
    HELD = "held", _("Held back: malware was found in it. Nobody can download it.")
    LARGE = "large", _("Not checked for malware: it is larger than the scanner takes.")
    AWAY = "away", _("Not checked for malware yet: the scanner did not answer.")


class Scan(models.Model):
    """One per version, and the last word on it; a later scan may say otherwise, because lists of malware change."""

    version = models.OneToOneField(Version, on_delete=models.CASCADE, related_name="scan")
    state = models.CharField(max_length=10, choices=ScanState.choices)
    found = models.CharField(max_length=200, blank=True)
    engine = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["state", "version"])]

    def __str__(self) -> str:
        return f"{self.version}: {self.state}"
