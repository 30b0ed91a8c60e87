"""Malware: looked for before a file is shown, and again whenever somebody wants; what is found is held back, not thrown away."""

from dataclasses import dataclass
from typing import IO

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import DomainError
from groups.documents import clamd
from groups.documents.models import Preview, Scan, ScanState, Version
from groups.documents.services.previewing import ask_for_preview
from partners.capacity import Capacity
from search.services import keep_parts

UNKNOWN = (ScanState.AWAY, ScanState.LARGE)


class HeldBack(DomainError):
    """Malware was found in the version; its bytes go nowhere."""

    code = "held_back"

    def __init__(self) -> None:
        super().__init__(_("Malware was found in this version. It is held back."))


@dataclass(frozen=True)
class Outcome:
    """What a scan came to."""

    state: ScanState
    found: str = ""
    engine: str = ""


def look_for_malware(file: IO[bytes], size: int) -> Outcome | None:
    """Ask the scanner, if there is one; that it cannot say is an outcome too."""
    if not settings.CLAMD_ADDRESS:
        return None
    try:
        verdict = clamd.scan(file, size)
    except clamd.TooLarge:
        return Outcome(ScanState.LARGE)
    except clamd.Unanswered:
        return Outcome(ScanState.AWAY)
    return Outcome(ScanState.HELD if verdict.found else ScanState.CLEAN, verdict.found, verdict.engine)


def outcome_of(version: Version) -> Outcome | None:
    """Return what was said of it, to be said of another version with the same bytes."""
    scan = getattr(version, "scan", None)
    return Outcome(ScanState(scan.state), scan.found, scan.engine) if scan else None


def keep_outcome(version: Version, outcome: Outcome | None, *, by: Capacity | None) -> None:
    """Write down what a scan came to, inside the caller's transaction; what begins or ends to be held back is recorded."""
    if outcome is None:
        return
    before = version.is_held
    values = {"state": outcome.state, "found": outcome.found, "engine": outcome.engine, "at": timezone.now()}
    version.scan, _made = Scan.objects.update_or_create(version=version, defaults=values)
    if version.is_held and not before:
        record(by, "document.held_back", version.document, reason=outcome.found, number=version.number)
    elif before and not version.is_held:
        record(by, "document.let_go", version.document, number=version.number)


def scan_again(version: Version) -> Outcome | None:
    """Scan a stored version; nothing changes where the scanner cannot say, or where the bytes cannot be had now."""
    try:
        with version.open(held=True) as file:
            outcome = look_for_malware(file, version.size)
    except OSError:
        return None
    known = getattr(version, "scan", None)
    if outcome is None or (outcome.state in UNKNOWN and known is not None and known.state not in UNKNOWN):
        return None
    with transaction.atomic():
        before = version.is_held
        keep_outcome(version, outcome, by=None)
        if version.is_held != before:
            _see_anew(version)
    return outcome


def _see_anew(version: Version) -> None:
    """Take away what was seen in a version that is held back now; have one that no longer is looked into."""
    Preview.objects.filter(version=version).delete()
    ask_for_preview(version)
    if version.is_held and version.document.latest_id == version.pk:
        keep_parts(version.document.KIND, version.document_id, [0])


def still_to_scan(*, every: bool = False) -> list[int]:
    """Return the ids of versions nobody could say anything of, or of all, the oldest first."""
    found = Version.objects.order_by("pk")
    if not every:
        known = Scan.objects.exclude(state=ScanState.AWAY).values("version")
        found = found.exclude(pk__in=known)
    return list(found.values_list("pk", flat=True))
