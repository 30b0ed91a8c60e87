"""What of rooms can be reported, and how those who decide read it."""

from django.utils.translation import gettext_lazy as _

from discussions.chat.models import Message, Report
from discussions.chat.services import settle_report
from discussions.reporting import Source


def _message(report: Report) -> Message | None:
    """Return the message with its room; none where the room keeps it no longer."""
    if report.message is not None:
        report.message.room = report.room
    return report.message


def _url(report: Report) -> str:
    """Return where the message stands."""
    return report.message.get_absolute_url() if report.message is not None else ""


MESSAGES = Source(
    model=Report,
    words_of=_message,
    url_of=_url,
    settle=settle_report,
    in_group=_("A message in a room of %(group)s"),
    elsewhere=_("A message in a conversation"),
    remove=_("Delete the message"),
    removed=_("The message is deleted."),
    stands=_("The message stands."),
)
