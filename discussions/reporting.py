"""Reports as those who decide them read them: the words that were reported, who wrote them, who reports them and why.

Each kind of words has its `Source`, named in the table REPORTS; leads and the Secretariat find them all in one list.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from discussions import mentions
from discussions.models import PostReport
from discussions.models.report import ReportBase
from discussions.services import settle_post_report
from groups.bylines import Byline, SpokenRow, bylines, bylines_for

if TYPE_CHECKING:
    from accounts.models import User
    from core.audit import Actor
    from groups.models import Group
    from groups.standing import Standing

Voices = Callable[[Sequence[SpokenRow]], list[Byline]]


class Settle(Protocol):
    """How a report is settled."""

    def __call__(self, report_id: int, *, by: "Actor", upheld: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class Case:
    """One report that waits. `url` leads to the words, for who may read there."""

    kind: str
    report: Any
    author: Byline | None
    text: str
    where: str
    remove: str
    url: str = ""


@dataclass(frozen=True)
class Source:
    """One kind of words that can be reported: its table, its words of the reported rows, and what a decision does."""

    model: type[ReportBase]
    words_of: Callable[[Any], Any]
    url_of: Callable[[Any], str]
    settle: Settle
    in_group: str | Promise
    elsewhere: str | Promise
    remove: str | Promise
    removed: str | Promise
    stands: str | Promise


@cache
def sources() -> dict[str, Source]:
    """Return the kinds of words that can be reported, by name."""
    table: dict[str, Source] = import_string(settings.REPORTS)
    return table


POSTS = Source(
    model=PostReport,
    words_of=lambda report: report.post,
    url_of=lambda report: report.post.get_absolute_url(),
    settle=settle_post_report,
    in_group=gettext_lazy("A post in a thread of %(group)s"),
    elsewhere="",
    remove=gettext_lazy("Hide the post"),
    removed=gettext_lazy("The post is hidden."),
    stands=gettext_lazy("The post stands."),
)


def waiting_for_leads(group: "Group", standing: "Standing", reader: "User") -> list[Case]:
    """Return what waits for the group's leads, oldest first; a fixed number of queries."""
    waiting = {kind: list(source.model.objects.for_leads_of(group)) for kind, source in sources().items()}
    return _cases(waiting, lambda rows: bylines(rows, standing), reader)


def waiting_for_secretariat(officer: "User") -> list[Case]:
    """Return what waits for the Secretariat: the reported words, and nothing else of where they stand."""
    waiting = {kind: list(source.model.objects.for_secretariat(officer)) for kind, source in sources().items()}
    return _cases(waiting, lambda rows: bylines_for(rows, officer), officer)


def count_for_secretariat(officer: "User") -> int:
    """Return how many wait for the Secretariat."""
    return sum(source.model.objects.for_secretariat(officer).count() for source in sources().values())


def _cases(waiting: dict[str, list[Any]], voices: Voices, reader: "User") -> list[Case]:
    found: list[Case] = []
    bodies = [report.body for reports in waiting.values() for report in reports]
    names = mentions.names_for({one for body in bodies for one in mentions.ids_in(body)}, reader)
    for kind, reports in waiting.items():
        source = sources()[kind]
        said = {report.pk: words for report in reports if (words := source.words_of(report)) is not None}
        authors = dict(zip(said, voices(list(said.values())), strict=True)) if said else {}
        found += [
            Case(
                kind,
                report,
                authors.get(report.pk),
                mentions.replaced(report.body, names, _("somebody")),
                str(source.in_group) % {"group": report.group} if report.group else str(source.elsewhere),
                str(source.remove),
                source.url_of(report) if report.pk in said else "",
            )
            for report in reports
        ]
    return sorted(found, key=lambda case: (case.report.created_at, case.kind, case.report.pk))
