"""Malware: looked for before a file is shown, and again whenever somebody wants; what is found is held back, not thrown away."""

from dataclasses import dataclass
from typing import IO

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
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

SILENT = 3
"""After so many files in a row that nobody could say anything of, it is not the files: each may take a whole `CLAMD_TIMEOUT`."""


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
    """Scan a stored version; return None where its bytes are lost, or where what was known of it stays.

    Where the scanner cannot say, or the bytes cannot be had now, nothing changes but that it was tried.
    """
    try:
        with version.open(held=True) as file:
            outcome = look_for_malware(file, version.size)
    except FileNotFoundError:
        _note_try(version)
        return None
    except OSError:
        outcome = Outcome(ScanState.AWAY)
    if outcome is not None and outcome.state == ScanState.AWAY:
        return outcome if _note_try(version) else None
    known = getattr(version, "scan", None)
    if outcome is None or (outcome.state in UNKNOWN and known is not None and known.state not in UNKNOWN):
        return None
    with transaction.atomic():
        before = version.is_held
        keep_outcome(version, outcome, by=None)
        if version.is_held != before:
            _see_anew(version)
    return outcome


def _note_try(version: Version) -> bool:
    """Have it known that nobody could say anything of it now, so that others come before it; return False where more is known."""
    now = timezone.now()
    version.scan, is_new = Scan.objects.get_or_create(version=version, defaults={"state": ScanState.AWAY, "at": now})
    return is_new or bool(Scan.objects.filter(version=version, state=ScanState.AWAY).update(at=now))


def _see_anew(version: Version) -> None:
    """Take away what was seen in a version that is held back now; have one that no longer is looked into."""
    from groups.documents.tasks import see_to_sweep

    Preview.objects.filter(version=version).delete()
    ask_for_preview(version)
    if version.is_held and version.document.latest_id == version.pk:
        keep_parts(version.document.KIND, version.document_id, [0])
    see_to_sweep()


def still_to_scan(*, every: bool = False, most: int | None = None) -> list[int]:
    """Return the ids of versions nobody could say anything of, those that were never tried or longest ago first; or of all."""
    found = Version.objects.order_by("pk")
    if not every:
        unknown = Q(scan=None) | Q(scan__state=ScanState.AWAY)
        found = Version.objects.filter(unknown).order_by(F("scan__at").asc(nulls_first=True), "pk")
    return list(found.values_list("pk", flat=True)[:most])


def scan_some(most: int = 50) -> None:
    """Scan some of what nobody could say anything of. One that fails comes to the end of the row and holds up no other.

    Nothing is tried where no scanner answers; where it fails several times in a row, the others are left for the next time.
    """
    if not clamd.answers():
        return
    silent = 0
    for pk in still_to_scan(most=most):
        outcome = scan_again(Version.objects.select_related("document", "scan").get(pk=pk))
        if outcome is not None:
            silent = silent + 1 if outcome.state == ScanState.AWAY else 0
        if silent == SILENT:
            return
