"""The letter by which somebody is invited into a group: through the outbox, to an address that may be nobody's yet."""

from collections.abc import Sequence
from functools import partial

from django.conf import settings
from django.urls import reverse

from accounts.models import User
from groups.access import holds
from groups.models import Find, Invitation
from groups.models.invitation import token_for
from notifications import guests
from notifications.models import Letter
from notifications.wording import Words, Written

KIND = "invitation"


def mail_invitation(invitation: Invitation) -> None:
    """Have the link mailed, in the language of the account that has the address, else in the inviter's.

    An invitation that is sent again is another letter, or mailboxes would take it for the one they have.
    """
    account = User.objects.filter(email=invitation.email).only("language").first()
    language = (account.language if account else "") or invitation.invited_by.language
    key = f"{KIND}:{invitation.pk}:{invitation.expires_at:%Y%m%d%H%M%S%f}"
    guests.write_to(invitation.email, KIND, key=key, object_id=invitation.pk, language=language)


def of_invitations(letters: Sequence[Letter]) -> dict[int, Words]:
    """Return the words of letters about invitations that can still be accepted, by the letter's id."""
    waiting = Invitation.objects.open().select_related("group", "invited_by")
    found = waiting.in_bulk([letter.object_id for letter in letters])
    held = {pk: one for pk, one in found.items() if holds(one)}
    return {
        letter.pk: partial(_written, held[letter.object_id])
        for letter in letters
        if letter.object_id in held and held[letter.object_id].email == letter.address
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
