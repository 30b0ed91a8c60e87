"""How notices of actions read for those who still have them to do."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from discussions.actions.models import Action
from groups.models import Participant
from notifications.models import Notice
from notifications.services import Rendered

if TYPE_CHECKING:
    from accounts.models import User


def render_given(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """Say what the reader, or their organisation, has to do."""

    def sentence(action: Action) -> str:
        words = {"organisation": action.owner, "group": action.group}
        if action.person_id == user.pk:
            return _("You have an action in “%(group)s”") % words
        return _("%(organisation)s has an action in “%(group)s”") % words

    return _rendered(notices, user, sentence, lambda action: _("An action was given to you or to your organisation."))


def render_due(notices: Sequence[Notice], user: "User") -> dict[int, Rendered]:
    """Say until when, or since when, something is due."""

    def sentence(action: Action) -> str:
        words = {"day": date_format(action.due_on, "j F Y"), "group": action.group}
        if action.is_overdue:
            return _("Overdue since %(day)s in “%(group)s”") % words
        return _("Due on %(day)s in “%(group)s”") % words

    def letter(action: Action) -> str:
        if action.is_overdue:
            return _("An action of yours or of your organisation is overdue.")
        return _("An action of yours or of your organisation is due soon.")

    return _rendered(notices, user, sentence, letter)


def _rendered(
    notices: Sequence[Notice], user: "User", sentence: Callable[[Action], str], letter: Callable[[Action], str]
) -> dict[int, Rendered]:
    """Return the notices whose action is open and the reader's: theirs, or nobody's of an organisation they take part for."""
    seats = Participant.objects.taking_part().filter(user=user)
    own = set(seats.values_list("membership__group_id", "membership__organisation_id"))
    actions = (
        Action.objects.visible_to(user)
        .open()
        .filter(Q(person=user) | Q(person=None), pk__in={notice.object_id for notice in notices})
        .select_related("group", "owner")
    )
    found = {action.pk: action for action in actions if (action.group_id, action.owner_id) in own}
    return {
        notice.pk: Rendered(sentence(action), action.get_absolute_url(), action.text, letter(action))
        for notice in notices
        if (action := found.get(notice.object_id))
    }
