"""The letter by which a colleague is invited: through the outbox, to an address that may be nobody's yet."""

from collections.abc import Sequence
from functools import partial

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from notifications import guests
from notifications.models import Letter
from notifications.wording import Words, Written
from partners.models import Invitation
from partners.models.invitation import token_for
from partners.standing import OrganisationStanding

KIND = "colleague"


def mail_invitation(invitation: Invitation) -> None:
    """Have the link mailed."""
    key = f"{KIND}:{invitation.pk}"
    guests.write_to(invitation.email, KIND, key=key, object_id=invitation.pk, inviter=invitation.invited_by)


def of_invitations(letters: Sequence[Letter]) -> dict[int, Words]:
    """Return the words of letters about invitations that can still be accepted, by the letter's id: open, and of somebody
    who may vouch for whoever comes in that role.
    """
    waiting = Invitation.objects.open().select_related("organisation", "invited_by")
    found = waiting.in_bulk([letter.object_id for letter in letters])
    standings = OrganisationStanding.of_many((one.invited_by, one.organisation) for one in found.values())
    held = {
        pk: one
        for pk, one in found.items()
        if standings[one.invited_by_id, one.organisation_id].may_vouch_for(one.role)
    }
    return {
        letter.pk: partial(_written, held[letter.object_id])
        for letter in letters
        if letter.object_id in held and held[letter.object_id].email == letter.address
    }


def _written(invitation: Invitation) -> Written:
    """Return the letter with the link; an undisclosed organisation is not named."""
    token = token_for(invitation.invited_by_id, invitation.key)
    return guests.written(
        "partners/mail/invitation",
        {
            "invitation": invitation,
            "named": not invitation.organisation.is_undisclosed,
            "url": settings.SITE_URL + reverse("partners:invitation", args=[token]),
        },
        sent=partial(_note_mailed, invitation.pk),
    )


def _note_mailed(invitation_id: int) -> None:
    Invitation.objects.filter(pk=invitation_id).update(mailed_at=timezone.now())
