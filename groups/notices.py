"""How notices of the groups read for their readers now; what a reader may no longer know of is left out."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.markdown import excerpt
from groups.models import Group, GroupState, Membership, Participant, Silence
from notifications.models import Notice
from notifications.services import Rendered
from partners.models import Affiliation

if TYPE_CHECKING:
    from accounts.models import User


def _groups(ids: "Sequence[int]", user: "User") -> dict[int, Group]:
    return Group.objects.visible_to(user).in_bulk(ids)


def _members_page(group: Group) -> str:
    return reverse("groups:members", args=[group.slug])


def membership_requested(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """To leads: an organisation asks to join, while it still waits and they still lead."""
    led = Participant.objects.taking_part().filter(user=user, membership__role=Membership.Role.LEAD)
    waiting = (
        Membership.objects.filter(state=Membership.State.REQUESTED, group__in=led.values("membership__group"))
        .select_related("group", "organisation")
        .in_bulk([notice.object_id for notice in notices])
    )
    return {
        notice.pk: Rendered(
            text=_("%(organisation)s asks to join “%(group)s”.")
            % {"organisation": asked.organisation, "group": asked.group},
            url=_members_page(asked.group) + f"#request-{asked.pk}",
            excerpt=excerpt(asked.brings),
            letter=_("An organisation asks to join a group that you lead."),
        )
        for notice in notices
        if (asked := waiting.get(notice.object_id))
    }


def membership_decided(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """To who asked and to focal points: what became of the organisation's place. A hidden group that is lost stays unnamed."""
    own = Affiliation.objects.active().of(user).values("organisation")
    memberships = (
        Membership.objects.filter(organisation__in=own)
        .select_related("organisation")
        .in_bulk([notice.object_id for notice in notices])
    )
    groups = _groups([membership.group_id for membership in memberships.values()], user)
    decided = _("There is news of your organisation’s place in a group.")
    shown = {}
    for notice in notices:
        membership = memberships.get(notice.object_id)
        state = notice.key.rpartition(":")[2]
        if membership is None or membership.state != state:
            continue
        group = groups.get(membership.group_id)
        names = {"organisation": membership.organisation, "group": group}
        if state == Membership.State.ACTIVE and group:
            shown[notice.pk] = Rendered(
                _("%(organisation)s is now a member of “%(group)s”.") % names,
                group.get_absolute_url(),
                letter=decided,
            )
        elif state == Membership.State.DECLINED:
            text = (
                _("The leads of “%(group)s” declined the request of %(organisation)s.")
                if group
                else _("The leads of a group declined the request of %(organisation)s.")
            )
            url = group.get_absolute_url() if group else reverse("groups:list")
            shown[notice.pk] = Rendered(text % names, url, excerpt(membership.reason), decided)
        elif state == Membership.State.REMOVED:
            text = (
                _("%(organisation)s was removed from “%(group)s”.")
                if group
                else _("%(organisation)s was removed from a group.")
            )
            url = group.get_absolute_url() if group else reverse("groups:list")
            shown[notice.pk] = Rendered(text % names, url, excerpt(membership.reason), decided)
    return shown


def membership_proposed(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """To focal points: somebody of the staff proposes to join a group they may know of and are not in."""
    groups = _groups([notice.object_id for notice in notices], user)
    colleagues = Affiliation.objects.speaking().select_related("user", "organisation")
    focal = Affiliation.objects.speaking().focal().of(user).values("organisation")
    here = {
        (one.user_id, one.organisation_id): one
        for one in colleagues.filter(
            organisation__in=focal, user__in=[int(notice.key.rpartition(":")[2]) for notice in notices]
        )
    }
    shown = {}
    for notice in notices:
        organisation_id, user_id = (int(part) for part in notice.key.split(":")[2:])
        group, who = groups.get(notice.object_id), here.get((user_id, organisation_id))
        if group and who:
            shown[notice.pk] = Rendered(
                _("%(person)s proposes that %(organisation)s join “%(group)s”.")
                % {"person": who.user.display_name, "organisation": who.organisation, "group": group},
                reverse("groups:join", args=[group.slug]),
                letter=_("A colleague proposes that your organisation join a group."),
            )
    return shown


def group_proposed(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """To the Secretariat: a group waits to be opened."""
    if not user.is_secretariat:
        return {}
    waiting = Group.objects.filter(state=GroupState.PROPOSED).in_bulk([notice.object_id for notice in notices])
    return {
        notice.pk: Rendered(
            _("The group “%(group)s” is proposed and waits for you.") % {"group": group},
            reverse("queue"),
            excerpt(group.summary),
            _("A proposed group waits in the queue."),
        )
        for notice in notices
        if (group := waiting.get(notice.object_id))
    }


def group_decided(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """To who proposed a group: it is open, or it was declined for a reason."""
    proposed = Group.objects.filter(memberships__requested_by=user).in_bulk([notice.object_id for notice in notices])
    seen = _groups(list(proposed), user)
    answered = _("The Secretariat has answered your proposal of a group.")
    shown = {}
    for notice in notices:
        group = proposed.get(notice.object_id)
        if group is None:
            continue
        if group.state == GroupState.DECLINED:
            text = _("Your proposal “%(group)s” was declined.") % {"group": group}
            shown[notice.pk] = Rendered(text, reverse("groups:list"), excerpt(group.state_reason), answered)
        elif group.pk in seen and notice.key.endswith(f":{GroupState.ACTIVE}"):
            shown[notice.pk] = Rendered(
                _("“%(group)s” is open.") % {"group": group}, group.get_absolute_url(), letter=answered
            )
    return shown


def participant_named(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """To who was named: they take part in a group, while they do."""
    seats = (
        Participant.objects.taking_part()
        .filter(user=user)
        .select_related("membership__group", "membership__organisation")
        .in_bulk([notice.object_id for notice in notices])
    )
    return {
        notice.pk: Rendered(
            _("You take part in “%(group)s” for %(organisation)s.")
            % {"group": seat.membership.group, "organisation": seat.membership.organisation},
            seat.membership.group.get_absolute_url(),
            letter=_("You were named to take part in a group."),
        )
        for notice in notices
        if (seat := seats.get(notice.object_id))
    }


def lead_lost(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """To the Secretariat: a group has nobody who leads it, while that is so."""
    if not user.is_secretariat:
        return {}
    groups = Group.objects.without_lead().in_bulk([notice.object_id for notice in notices])
    return {
        notice.pk: Rendered(
            _("Nobody leads “%(group)s” any more. Name a new lead.") % {"group": group},
            _members_page(group),
            letter=_("A group has lost its lead and needs a new one."),
        )
        for notice in notices
        if (group := groups.get(notice.object_id))
    }


def silenced(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """To who was muted: where, until when and why, while it holds."""
    held = Silence.objects.holding().filter(user=user).select_related("group")
    silences = held.in_bulk([notice.object_id for notice in notices])
    return {
        notice.pk: Rendered(
            _("You may not write in “%(group)s” until %(until)s.")
            % {
                "group": silence.group,
                "until": date_format(timezone.localtime(silence.until), "DATETIME_FORMAT"),
            },
            silence.group.get_absolute_url(),
            excerpt(silence.reason),
            letter=_("You may not write in one of your groups for some time. The notice says why."),
        )
        for notice in notices
        if (silence := silences.get(notice.object_id))
    }
