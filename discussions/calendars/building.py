"""What a calendar program reads: the dates of groups as RFC 5545 wants them.

Every moment is written in UTC, and a day as a day, so that each program shows them in its own zone. An entry keeps its `UID` for
ever and raises its `SEQUENCE` with every change; what was dropped or closed early is cancelled, not left out.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from discussions.actions.listing import mine
from discussions.actions.models import Action, State
from discussions.calendars.models import Feed
from discussions.models import Kind, Thread
from discussions.polls.models import Poll
from groups.clearance.models import Round, Stage
from groups.history import boundaries_of
from groups.models import Group

BACK = timedelta(days=90)
"""How long what is past stays in a calendar."""

MOST = 500
"""Entries of one kind, the nearest first."""


def calendar_of(feed: Feed) -> bytes | None:
    """Return the calendar as its reader may see it now, in their language; nothing where they left the one group it is of."""
    user = feed.user
    groups = Group.objects.joined_by(user).live()
    if feed.group_id:
        groups = groups.filter(pk=feed.group_id)
        if not groups.exists():
            return None
    with translation.override(user.language or settings.LANGUAGE_CODE):
        return _Writer(feed, list(groups)).written()


class _Writer:
    def __init__(self, feed: Feed, groups: Iterable[Group]) -> None:
        self.feed, self.user = feed, feed.user
        self.groups = {group.pk: group for group in groups}
        self.host = urlsplit(settings.SITE_URL).hostname or "localhost"
        self.calendar = Calendar()
        self.calendar.add("prodid", f"-//{self.host}//{settings.SITE_NAME}//")
        self.calendar.add("version", "2.0")
        self.calendar.add("method", "PUBLISH")
        self.calendar.add("x-wr-calname", self._name())
        self.calendar.add("x-wr-timezone", self.user.time_zone)
        self.calendar.add("x-published-ttl", "PT1H")

    def written(self) -> bytes:
        """Return the calendar's bytes."""
        since = timezone.now() - BACK
        for action in self._actions(since.date()):
            self._add_action(action)
        for thread in self._consultations(since):
            self._add_consultation(thread)
        for poll in self._polls(since):
            self._add_poll(poll)
        for round_ in self._clearances(since):
            self._add_clearance(round_)
        return bytes(self.calendar.to_ical())

    def _name(self) -> str:
        group = self.groups.get(self.feed.group_id or 0)
        return group.name if group and self._may_name(group) else str(settings.SITE_NAME)

    def _may_name(self, group: Group) -> bool:
        """Whether words of the group may stand where others may read them: of a hidden one, if its reader chose so."""
        return self.feed.names_hidden or not group.is_hidden

    # --- What stands in it ------------------------------------------------------------------------------------------

    def _actions(self, since: date) -> Iterable[Action]:
        actions = Action.objects.visible_to(self.user).filter(group__in=self.groups, due_on__gte=since)
        if not self.feed.group_id:
            actions = actions.filter(mine(self.user))
        return actions.order_by("due_on", "pk")[:MOST]

    def _consultations(self, since: datetime) -> Iterable[Thread]:
        threads = Thread.objects.visible_to(self.user).filter(_told(boundaries_of(self.user), "group", "created_at"))
        asked = threads.filter(group__in=self.groups, kind=Kind.CONSULTATION, open_until__gte=since)
        return asked.order_by("open_until", "pk")[:MOST]

    def _polls(self, since: datetime) -> Iterable[Poll]:
        polls = Poll.objects.filter(thread__in=Thread.objects.visible_to(self.user), thread__group__in=self.groups)
        polls = polls.filter(_told(boundaries_of(self.user), "thread__group", "created_at"), open_until__gte=since)
        return polls.select_related("thread").order_by("open_until", "pk")[:MOST]

    def _clearances(self, since: datetime) -> Iterable[Round]:
        rounds = Round.objects.visible_to(self.user).filter(group__in=self.groups, until__gte=since)
        return rounds.select_related("document").order_by("until", "pk")[:MOST]

    # --- How it stands there ----------------------------------------------------------------------------------------

    def _add_action(self, action: Action) -> None:
        group = action.group = self.groups[action.group_id]
        text = action.text if self._may_name(group) else _("An action is due")
        if action.state == State.DONE:
            text = _("Done: %(what)s") % {"what": text}
        event = self._event("action", action.pk, action.version, action.changed_at, group, text)
        event.add("dtstart", action.due_on)
        event.add("dtend", action.due_on + timedelta(days=1))
        event.add("status", "CANCELLED" if action.state == State.DROPPED else "CONFIRMED")
        self._finish(event, action.get_absolute_url())

    def _add_consultation(self, thread: Thread) -> None:
        assert thread.open_until is not None
        group = thread.group = self.groups[thread.group_id]
        named = _("Consultation ends: %(what)s") % {"what": thread.title}
        text = named if self._may_name(group) else _("A consultation ends")
        closed = thread.closed_at is not None and thread.closed_at < thread.open_until
        # A thread that is closed, or opened again, counts as one version more than its titles and ends.
        event = self._event("consultation", thread.pk, thread.version + closed, thread.created_at, group, text)
        event.add("dtstart", thread.open_until.astimezone(UTC))
        event.add("status", "CANCELLED" if closed else "CONFIRMED")
        self._finish(event, thread.get_absolute_url() + "answers/")

    def _add_poll(self, poll: Poll) -> None:
        thread = poll.thread
        group = thread.group = self.groups[thread.group_id]
        named = _("Poll ends: %(what)s") % {"what": poll.question}
        text = named if self._may_name(group) else _("A poll ends")
        event = self._event("poll", poll.pk, poll.version, poll.closed_at or poll.created_at, group, text)
        event.add("dtstart", poll.open_until.astimezone(UTC))
        event.add("status", "CANCELLED" if poll.closed_at else "CONFIRMED")
        self._finish(event, poll.get_absolute_url())

    def _add_clearance(self, round_: Round) -> None:
        assert round_.until is not None and round_.asked_at is not None
        group = round_.group = self.groups[round_.group_id]
        named = _("Clearance ends: %(what)s") % {"what": round_.document.title}
        text = named if self._may_name(group) else _("A clearance ends")
        cancelled = round_.stage in {Stage.WITHDRAWN, Stage.OVERTAKEN}
        event = self._event("clearance", round_.pk, round_.revision, round_.asked_at, group, text)
        event.add("dtstart", round_.until.astimezone(UTC))
        event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
        self._finish(event, round_.get_absolute_url())

    def _event(self, kind: str, pk: int, version: int, changed: datetime, group: Group, text: str) -> Event:
        event = Event()
        event.add("uid", f"{kind}-{pk}@{self.host}")
        event.add("sequence", version - 1)
        event.add("dtstamp", changed.astimezone(UTC).replace(microsecond=0))
        event.add("summary", text)
        if self._may_name(group):
            event.add("description", group.name)
        event.add("transp", "TRANSPARENT")
        return event

    def _finish(self, event: Event, path: str) -> None:
        event.add("url", settings.SITE_URL + path)
        self.calendar.add_component(event)


def _told(boundaries: dict[int, datetime], group: str, at: str) -> Q:
    """Return the condition that a row was there for its reader to read from its first word on."""
    told = Q()
    for pk, moment in boundaries.items():
        told &= ~Q(**{group: pk, f"{at}__lt": moment})
    return told
