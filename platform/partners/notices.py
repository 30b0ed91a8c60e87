"""How notices of the partners read for their readers now; what a reader may no longer know of is left out."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from core.markdown import excerpt
from notifications.models import Notice
from notifications.services import Rendered
from partners.models import Affiliation, Organisation, OrganisationStatus

if TYPE_CHECKING:
    from accounts.models import User

State = Affiliation.State


def affiliation_requested(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """To who answers: somebody asks to act for the organisation, while they wait and the reader may answer."""
    may_answer = Affiliation.objects.waiting_for(user)
    if user.is_secretariat:
        may_answer |= Affiliation.objects.waiting_for_secretariat()
    asked = may_answer.select_related("user", "organisation").in_bulk([notice.object_id for notice in notices])
    return {
        notice.pk: Rendered(
            _("%(person)s asks to act for %(organisation)s.")
            % {"person": tie.user.display_name, "organisation": tie.organisation},
            reverse("partners:people", args=[tie.organisation.slug]),
            tie.function,
            letter=_("Somebody asks to act for your organisation."),
        )
        for notice in notices
        if (tie := asked.get(notice.object_id))
    }


def affiliation_decided(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """To who asked: they act for the organisation now, or it declined for a reason."""
    own = _own(notices, user)
    shown = {}
    for notice in notices:
        tie = own.get(notice.object_id)
        state = notice.key.rpartition(":")[2]
        if tie is None or tie.state != state:
            continue
        if state == State.ACTIVE:
            text = _("You act for %(organisation)s now. Role: %(role)s.")
        else:
            text = _("%(organisation)s declined your request to act for it.")
        names = {"organisation": tie.organisation, "role": tie.get_role_display()}
        letter = _("Your request to act for an organisation is answered.")
        shown[notice.pk] = Rendered(text % names, reverse("partners:mine"), excerpt(tie.reason), letter)
    return shown


def affiliation_ended(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """To the person: they act for the organisation no longer, and why."""
    own = _own(notices, user)
    return {
        notice.pk: Rendered(
            _("You no longer act for %(organisation)s.") % {"organisation": tie.organisation},
            reverse("partners:mine"),
            excerpt(tie.reason),
            letter=_("You no longer act for an organisation."),
        )
        for notice in notices
        if (tie := own.get(notice.object_id)) and tie.state == State.ENDED
    }


def organisation_proposed(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """To the Secretariat: a new organisation waits for an answer."""
    if not user.is_secretariat:
        return {}
    waiting = Organisation.objects.applicants().in_bulk([notice.object_id for notice in notices])
    return {
        notice.pk: Rendered(
            _("%(organisation)s wants to become a partner and waits for you.") % {"organisation": one},
            reverse("queue"),
            excerpt(one.mandate),
            letter=_("A new organisation waits for the Secretariat."),
        )
        for notice in notices
        if (one := waiting.get(notice.object_id))
    }


def organisation_decided(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """To its people: the organisation was accepted, declined, suspended or reinstated, while it stands so."""
    own = Affiliation.objects.of(user).filter(state__in=[State.ACTIVE, State.DECLINED]).values("organisation")
    organisations = Organisation.objects.filter(pk__in=own).in_bulk([notice.object_id for notice in notices])
    shown = {}
    for notice in notices:
        organisation = organisations.get(notice.object_id)
        status = notice.key.split(":")[2]
        if organisation is None or organisation.status != status:
            continue
        texts = {
            OrganisationStatus.ACTIVE: _("%(organisation)s is a partner."),
            OrganisationStatus.DECLINED: _("The Secretariat declined %(organisation)s."),
            OrganisationStatus.SUSPENDED: _("%(organisation)s is suspended: nobody speaks in its name for now."),
            OrganisationStatus.LEFT: _("%(organisation)s left the alliance."),
        }
        text = texts[OrganisationStatus(status)] % {"organisation": organisation}
        letter = _("The Secretariat decided about your organisation.")
        shown[notice.pk] = Rendered(text, reverse("partners:mine"), excerpt(organisation.status_reason), letter)
    return shown


def focal_point_missing(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """To the Secretariat: nobody acts for a partner any more, while that is so."""
    if not user.is_secretariat:
        return {}
    alone = Organisation.objects.leaderless().in_bulk([notice.object_id for notice in notices])
    return {
        notice.pk: Rendered(
            _("Nobody acts for %(organisation)s any more as focal point.") % {"organisation": one},
            reverse("partners:people", args=[one.slug]),
        )
        for notice in notices
        if (one := alone.get(notice.object_id))
    }


def _own(notices: Sequence[Notice], user: "User") -> dict[int, Affiliation]:
    own = Affiliation.objects.of(user).select_related("organisation")
    return own.in_bulk([notice.object_id for notice in notices])
