"""What happens to the report of a consultation when its thread ends or is opened again."""

from discussions.asking.services import freeze_report, thaw_report
from discussions.events import EndMoved, ThreadConcluded, ThreadReopened


def thread_concluded(event: ThreadConcluded) -> None:
    """A consultation that is closed has ended: its report is written."""
    freeze_report(event.thread.pk)


def thread_opened(event: EndMoved | ThreadReopened) -> None:
    """One that had ended takes answers again: its report is taken back."""
    thaw_report(event.thread)
