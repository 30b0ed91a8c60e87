"""Reports as those who decide them read them: the text that was reported, who wrote it, who reports it and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from discussions import mentions
from discussions.chat.models import Report
from groups.bylines import Byline, bylines, bylines_for

if TYPE_CHECKING:
    from accounts.models import User
    from groups.models import Group
    from groups.standing import Standing


@dataclass(frozen=True, slots=True)
class Case:
    """One report that waits."""

    report: Report
    author: Byline | None
    text: str


def waiting_for_leads(group: "Group", standing: "Standing", reader: "User") -> list[Case]:
    """Return what waits for the group's leads; a fixed number of queries."""
    reports = list(Report.objects.for_leads_of(group))
    messages = [report.message for report in reports if report.message is not None]
    voices = dict(zip((message.pk for message in messages), bylines(messages, standing), strict=True))
    return _cases(reports, voices, reader)


def waiting_for_secretariat(officer: "User") -> list[Case]:
    """Return what waits for the Secretariat: the reported text, and nothing else of where it stands."""
    reports = list(Report.objects.for_secretariat(officer))
    messages = [report.message for report in reports if report.message is not None]
    voices = dict(zip((message.pk for message in messages), bylines_for(messages, officer), strict=True))
    return _cases(reports, voices, officer)


def _cases(reports: Sequence[Report], voices: dict[int, Byline], reader: "User") -> list[Case]:
    for report in reports:
        if report.message is not None:
            report.message.room = report.room
    names = mentions.names_for({one for report in reports for one in mentions.ids_in(report.body)}, reader)
    return [
        Case(
            report,
            voices.get(report.message_id) if report.message_id else None,
            mentions.replaced(report.body, names, _("somebody")),
        )
        for report in reports
    ]
