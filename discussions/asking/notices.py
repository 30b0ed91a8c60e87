"""How notices of what a thread asks read, as long as it asks and the reader takes part."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from discussions.asking.models import Answer
from discussions.models import Thread, ThreadQuerySet
from groups.bylines import bylines_for
from groups.models import Group
from notifications.models import Notice
from notifications.services import Rendered
from partners.models import Affiliation

if TYPE_CHECKING:
    from accounts.models import User


def render_requests(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """Ask to acknowledge an announcement."""
    return _of_threads(
        notices,
        _taken_part_in(user).filter(asks_acknowledgement=True),
        lambda thread: _("Please acknowledge “%(thread)s”") % {"thread": thread},
        _("An announcement asks for your acknowledgement."),
    )


def render_reminders(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """Ask once more."""
    return _of_threads(
        notices,
        _taken_part_in(user).filter(asks_acknowledgement=True),
        lambda thread: _("Your organisation has not yet acknowledged “%(thread)s”") % {"thread": thread},
        _("An announcement still waits for your organisation’s acknowledgement."),
    )


def render_ends(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """Say that a consultation ends soon and the organisation is silent, until then."""

    def sentence(thread: Thread) -> str:
        end = date_format(timezone.localtime(thread.open_until), "j F, H:i") if thread.open_until else ""
        return _("“%(thread)s” ends on %(end)s; your organisation has not answered") % {"thread": thread, "end": end}

    return _of_threads(
        notices,
        _taken_part_in(user).open(),
        sentence,
        _("A consultation that your organisation has not answered ends soon."),
        below="answers/",
    )


def render_replaced(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """Tell whoever answered for an organisation that a colleague changed its answer, while they act for it."""
    own = Affiliation.objects.active().of(user).values("organisation")
    answers = Answer.objects.filter(
        pk__in={notice.object_id for notice in notices},
        organisation__in=own,
        thread__in=Thread.objects.visible_to(user),
    ).select_related("thread__group", "organisation")
    found = {given.pk: given for given in answers}
    rows = list(found.values())
    given_by = {given.pk: one.label for given, one in zip(rows, bylines_for(rows, user), strict=True)}
    return {
        notice.pk: Rendered(
            _("%(who)s changed the answer of %(organisation)s to “%(thread)s”")
            % {"who": given_by[given.pk], "organisation": given.organisation, "thread": given.thread},
            given.thread.get_absolute_url() + "answers/",
            letter=_("A colleague changed your organisation’s answer to a consultation."),
        )
        for notice in notices
        if (given := found.get(notice.object_id))
    }


def _taken_part_in(user: "User") -> ThreadQuerySet:
    return Thread.objects.visible_to(user).filter(group__in=Group.objects.joined_by(user))


def _of_threads(
    notices: Sequence[Notice],
    threads: ThreadQuerySet,
    sentence: Callable[[Thread], str],
    letter: str,
    *,
    below: str = "",
) -> dict[int, Rendered]:
    found = threads.select_related("group").in_bulk({notice.object_id for notice in notices})
    return {
        notice.pk: Rendered(sentence(thread), thread.get_absolute_url() + below, letter=letter)
        for notice in notices
        if (thread := found.get(notice.object_id))
    }
