"""What leads are told of webhooks: that one was stopped because nobody answered."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.models import User
from groups.models import Membership, Participant
from groups.webhooks.models import Webhook
from notifications.models import Notice
from notifications.services import Rendered, notify

if TYPE_CHECKING:
    from django.db.models import QuerySet


def _leading() -> "QuerySet[Participant]":
    return Participant.objects.taking_part().filter(membership__role=Membership.Role.LEAD)


def tell_stopped(webhook: Webhook) -> None:
    """Tell the group's leads, by mail too, that its server is told nothing any more."""
    assert webhook.stopped_at is not None
    leads = User.objects.filter(pk__in=_leading().filter(membership__group=webhook.group_id).values("user"))
    key = f"{webhook.pk}:{webhook.stopped_at.isoformat()}"
    notify(leads, "webhook_stopped", object_id=webhook.pk, key=key, mail=True)


def webhook_stopped(notices: Sequence[Notice], user: User) -> dict[int, Rendered]:
    """To leads, while they lead and it is still stopped."""
    led = _leading().filter(user=user).values("membership__group")
    still = (
        Webhook.objects.exclude(stopped_at=None)
        .filter(group__in=led)
        .select_related("group")
        .in_bulk([notice.object_id for notice in notices])
    )
    return {
        notice.pk: Rendered(
            text=_("The webhook to %(host)s of “%(group)s” was stopped: nothing was taken there.")
            % {"host": webhook.host, "group": webhook.group},
            url=webhook.get_absolute_url(),
            letter=_("A webhook of a group that you lead was stopped, because its server takes nothing."),
        )
        for notice in notices
        if (webhook := still.get(notice.object_id))
    }
