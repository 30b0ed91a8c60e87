"""How notices of clearance read for those who still take part and may read the document."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from groups.bylines import bylines_for
from groups.clearance.models import Answer, Round, RoundQuerySet, Stage
from groups.clearance.waiting import waiting_for
from notifications.models import Notice
from notifications.services import Rendered
from partners.models import Affiliation

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User

ENDED = {
    Stage.CLEARED: lambda: _("“%(title)s” is cleared"),
    Stage.REFUSED: lambda: _("“%(title)s” is not cleared"),
    Stage.WITHDRAWN: lambda: _("The round of “%(title)s” was ended without a result"),
    Stage.OVERTAKEN: lambda: _("“%(title)s” has a later version: its round ended"),
}


def render_reviews(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """Ask to look at a version while the group reviews it."""
    return _of_rounds(
        notices,
        Round.objects.visible_to(user).filter(stage=Stage.REVIEW),
        lambda round_: (
            _("“%(title)s” is in review until %(day)s")
            % {"title": round_.document.title, "day": _day(round_.review_until)}
        ),
        _("A document of a group of yours is in review."),
    )


def render_asked(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """Ask the organisation to clear a version, until it has answered."""
    return _asked(
        notices,
        user,
        lambda: _("Your organisation is asked to clear “%(title)s” until %(day)s"),
        _("Your organisation is asked to clear a document."),
    )


def render_reminders(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """Ask once more."""
    return _asked(
        notices,
        user,
        lambda: _("Your organisation has not yet said whether it clears “%(title)s”; the date is %(day)s"),
        _("A document still waits for your organisation to clear it."),
    )


def _asked(notices: Sequence[Notice], user: "User", sentence: Callable[[], str], letter: str) -> dict[int, Rendered]:
    waiting = {voice.round_id for voice in waiting_for(user)}
    return _of_rounds(
        notices,
        Round.objects.filter(pk__in=waiting),
        lambda round_: sentence() % {"title": round_.document.title, "day": _day(round_.until)},
        letter,
    )


def render_ended(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """Say how a round ended."""
    return _of_rounds(
        notices,
        Round.objects.visible_to(user).filter(stage__in=ENDED),
        lambda round_: ENDED[Stage(round_.stage)]() % {"title": round_.document.title},
        _("The clearance of a document has ended."),
    )


def render_replaced(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """Tell whoever spoke for an organisation that a colleague changed its answer, while they act for it."""
    own = Affiliation.objects.active().of(user).values("organisation")
    answers = Answer.objects.filter(
        pk__in={notice.object_id for notice in notices},
        organisation__in=own,
        voice__round__in=Round.objects.visible_to(user),
    ).select_related("organisation", "voice__round__document", "voice__round__group")
    found = {said.pk: said for said in answers}
    rows = list(found.values())
    said_by = {said.pk: one.label for said, one in zip(rows, bylines_for(rows, user), strict=True)}
    return {
        notice.pk: Rendered(
            _("%(who)s changed the answer of %(organisation)s to “%(title)s”")
            % {
                "who": said_by[said.pk],
                "organisation": said.organisation,
                "title": said.voice.round.document.title,
            },
            said.voice.round.get_absolute_url(),
            letter=_("A colleague changed your organisation’s answer in a clearance."),
        )
        for notice in notices
        if (said := found.get(notice.object_id))
    }


def _of_rounds(
    notices: Sequence[Notice], rounds: RoundQuerySet, sentence: Callable[[Round], str], letter: str
) -> dict[int, Rendered]:
    found = rounds.select_related("document", "group").in_bulk({notice.object_id for notice in notices})
    return {
        notice.pk: Rendered(sentence(round_), round_.get_absolute_url(), letter=letter)
        for notice in notices
        if (round_ := found.get(notice.object_id))
    }


def _day(moment: "datetime | None") -> str:
    """Return a date as one reads it: with its year where that is not the present one."""
    if moment is None:
        return ""
    moment = timezone.localtime(moment)
    return date_format(moment, "j F, H:i" if moment.year == timezone.localtime().year else "j F Y, H:i")
