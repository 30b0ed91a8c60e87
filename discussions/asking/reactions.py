"""What happens to what a thread asks when it starts, ends or is opened again."""

from discussions.asking.services import ask_to_acknowledge, freeze_report, thaw_report
from discussions.events import AcknowledgementWanted, EndMoved, ThreadConcluded, ThreadReopened


def acknowledgement_wanted(event: AcknowledgementWanted) -> None:
    """An announcement asks from its start."""
    ask_to_acknowledge(event.thread, by=event.by, at=event.thread.created_at, at_start=True)


def thread_concluded(event: ThreadConcluded) -> None:
    """A consultation that is closed has ended: its report is written."""
    freeze_report(event.thread.pk)


def thread_opened(event: EndMoved | ThreadReopened) -> None:
    """One that had ended takes answers again: its report is taken back."""
    thaw_report(event.thread)
