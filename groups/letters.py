"""The letter by which somebody is invited into a group: through the outbox, to an address that may be nobody's yet."""

from collections.abc import Sequence
from functools import partial

from django.conf import settings
from django.urls import reverse

from groups.models import Find, Invitation
from groups.models.invitation import token_for
from groups.standing import Standing
from notifications import guests
from notifications.models import Letter
from notifications.wording import Words, Written

KIND = "invitation"


def mail_invitation(invitation: Invitation) -> None:
    """Have the link mailed."""
    key, inviter = _key(invitation), invitation.invited_by
    guests.write_to(invitation.email, KIND, key=key, object_id=invitation.pk, inviter=inviter)


def _key(invitation: Invitation) -> str:
    """Return the key of its newest letter: sent again, it is another, or mailboxes would take it for the one they have."""
    return f"{KIND}:{invitation.pk}:{invitation.expires_at:%Y%m%d%H%M%S%f}"


def of_invitations(letters: Sequence[Letter]) -> dict[int, Words]:
    """Return the words of letters about invitations that can still be accepted, by the letter's id: as `access.holds`, for many.

    Of an invitation that was sent again while an earlier letter waited, only the newest goes.
    """
    waiting = Invitation.objects.open().select_related("group", "invited_by")
    found = waiting.in_bulk([letter.object_id for letter in letters])
    standings = Standing.of_many((one.invited_by, one.group) for one in found.values())
    held = {
        (pk, one.email, _key(one)): one
        for pk, one in found.items()
        if one.group.takes_members and standings[one.invited_by_id, one.group_id].is_lead
    }
    return {
        letter.pk: partial(_written, held[about])
        for letter in letters
        if (about := (letter.object_id, letter.address, letter.key)) in held
    }


def _written(invitation: Invitation) -> Written:
    """Return the letter with the link.

    A group that is not public is named neither in the mail nor in the address, and the words of who invites stay inside.
    """
    return guests.written(
        "groups/mail/invitation",
        {
            "invitation": invitation,
            "public": invitation.group.find == Find.PUBLIC,
            "url": settings.SITE_URL + reverse("groups:invitation", args=[token_for(invitation.key)]),
        },
    )
