"""What other pages show of push."""

from typing import TYPE_CHECKING

from django import template

from notifications.push.models import Subscription

if TYPE_CHECKING:
    from accounts.models import User

register = template.Library()


@register.simple_tag
def told_sessions(user: "User") -> set[str]:
    """Return the sessions in which the person is told of notices by their browser."""
    return set(Subscription.objects.filter(user=user).values_list("session_key", flat=True))
