"""Stopping letters by a click in one of them, without signing in: whoever has the letter may stop the like, and only that.

The links are signed, bound to one person and one scope, and hold as long as the site's key: letters lie in mailboxes for
years. They name nothing. RFC 8058 has mail programs send a POST to the same address on their own.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from core.events import publish
from notifications import levels
from notifications.events import LettersStopped
from notifications.models import Channel, Level

if TYPE_CHECKING:
    from collections.abc import Mapping

_signer = signing.Signer(salt="notifications.stop", sep=".")


class About(StrEnum):
    """What letters a link stops."""

    THREAD = "t"
    GROUP = "g"
    EVERYTHING = "a"


@dataclass(frozen=True, slots=True)
class Scope:
    """The letters of one person that a link speaks of: of a thread or group by its id, or all."""

    user_id: int
    about: About
    object_id: int = 0

    @property
    def url(self) -> str:
        """The address of the page that stops them; a POST to it stops them at once."""
        token = _signer.sign(f"{self.about}-{self.user_id}-{self.object_id}")
        return settings.SITE_URL + reverse("notifications:stop", args=[token])

    @property
    def headers(self) -> "Mapping[str, str]":
        """The headers by which mail programs offer to stop them in one click."""
        return {"List-Unsubscribe": f"<{self.url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def scope_of(token: str) -> tuple[User, Scope] | None:
    """Return whom and what a link speaks of; nothing for one that was altered, or of somebody who is gone."""
    try:
        about, user_id, object_id = _signer.unsign(token).split("-")
        scope = Scope(int(user_id), About(about), int(object_id))
    except (signing.BadSignature, ValueError):
        return None
    person = User.objects.filter(pk=scope.user_id, is_active=True, erased_at=None).first()
    return (person, scope) if person else None


@transaction.atomic
def stop(person: User, scope: Scope, *, level: Level = Level.OFF) -> None:
    """Stop the letters of the scope, or have those of a group or of all come as a digest; doing it again changes nothing.

    Stopping a thread mutes it: who keeps threads hears of it by `LettersStopped`.
    """
    if scope.about == About.GROUP:
        levels.choose(person, channel=Channel.MAIL, level=level, group_id=scope.object_id)
    elif scope.about == About.EVERYTHING:
        levels.choose_everywhere(person, channel=Channel.MAIL, level=level)
    publish(LettersStopped(person, scope.about, scope.object_id, level))
