"""How notices of polls read for those who may still read them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from discussions.models import Thread
from discussions.polls.models import Ballot, Poll
from groups.bylines import bylines_for
from notifications.models import Notice
from notifications.services import Rendered
from partners.models import Affiliation

if TYPE_CHECKING:
    from accounts.models import User


def render_polls(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """Say who asks what, while votes are taken."""
    found = {poll.pk: poll for poll in _visible(user, {notice.object_id for notice in notices}) if not poll.is_over}
    polls = list(found.values())
    asked_by = {poll.pk: one.label for poll, one in zip(polls, bylines_for(polls, user), strict=True)}
    return {
        notice.pk: Rendered(
            _("%(who)s asks you to vote in “%(thread)s”") % {"who": asked_by[poll.pk], "thread": poll.thread},
            poll.get_absolute_url(),
            poll.question,
            _("A poll asks for your voice."),
        )
        for notice in notices
        if (poll := found.get(notice.object_id))
    }


def render_replaced(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """Tell whoever voted for an organisation that a colleague changed its vote, while they act for it."""
    own = Affiliation.objects.active().of(user).values("organisation")
    ballots = Ballot.objects.filter(pk__in={notice.object_id for notice in notices}, voter_organisation__in=own)
    found = {ballot.pk: ballot for ballot in ballots.select_related("voter_organisation")}
    polls = {poll.pk: poll for poll in _visible(user, {ballot.poll_id for ballot in found.values()})}
    rows = list(found.values())
    cast_by = {ballot.pk: one.label for ballot, one in zip(rows, bylines_for(rows, user), strict=True)}
    return {
        notice.pk: Rendered(
            _("%(who)s changed the vote of %(organisation)s in “%(thread)s”")
            % {"who": cast_by[ballot.pk], "organisation": ballot.voter_organisation, "thread": poll.thread},
            poll.get_absolute_url(),
            poll.question,
            _("A colleague changed your organisation’s vote in a poll."),
        )
        for notice in notices
        if (ballot := found.get(notice.object_id)) and (poll := polls.get(ballot.poll_id))
    }


def _visible(user: "User", polls: set[int]) -> list[Poll]:
    threads = Thread.objects.visible_to(user)
    return list(Poll.objects.filter(pk__in=polls, thread__in=threads).select_related("thread__group"))
