"""Notices: made by the verbs at the moment of seeding, moved here to the moment of what they tell."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.models import TimeStamped
from discussions.actions.models import Action
from discussions.asking.models import Answer
from discussions.chat.models import Room
from discussions.models import Post, Thread
from discussions.polls.models import Ballot, Poll
from groups.clearance.models import Answer as ClearanceAnswer
from groups.clearance.models import Round
from groups.models import Group, Membership, Participant
from notifications.models import Notice
from partners.models import Affiliation, Organisation
from portal.demo.build.site import Site

# What the notices of a kind are about; kinds that are not named are about an organisation or an affiliation.
ABOUT: dict[str, type[TimeStamped]] = {
    "mention": Post,
    "reply": Post,
    "announcement": Post,
    "acknowledge": Thread,
    "answer_replaced": Answer,
    "poll": Poll,
    "poll_replaced": Ballot,
    "action_given": Action,
    "clearance_review": Round,
    "clearance_asked": Round,
    "clearance_replaced": ClearanceAnswer,
    "clearance_ended": Round,
    "conversation": Room,
    "membership_requested": Membership,
    "membership_decided": Membership,
    "participant_named": Participant,
    "group_proposed": Group,
    "group_decided": Group,
    "affiliation_requested": Affiliation,
    "affiliation_decided": Affiliation,
    "organisation_proposed": Organisation,
}
UNREAD_DAYS = 4


def build(site: Site) -> None:
    """Date every notice by what it tells, and let those that are older than four days have been read."""
    moments = {
        model: dict(model._base_manager.values_list("pk", "created_at")) for model in dict.fromkeys(ABOUT.values())
    }
    recent = site.days_ago(UNREAD_DAYS)
    notices = list(Notice.objects.all())
    for notice in notices:
        notice.created_at = _moment(notice, moments)
        if notice.created_at < recent:
            notice.read_at = notice.created_at + timedelta(hours=6)
    Notice.objects.bulk_update(notices, ["created_at", "read_at"], batch_size=200)


def _moment(notice: Notice, moments: dict[type[TimeStamped], dict[int, datetime]]) -> datetime:
    model = ABOUT.get(notice.kind)
    return moments[model].get(notice.object_id, notice.created_at) if model else notice.created_at
