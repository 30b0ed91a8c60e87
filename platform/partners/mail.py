"""Letters of this room."""

from django.conf import settings
from django.urls import reverse

from accounts.models import User
from core.letters import send_letter
from partners.models import Invitation, Listing


def send_invitation(invitation_id: int, token: str) -> None:
    """Send the link by which a colleague accepts; an undisclosed organisation is not named in mail.

    The letter is in the language of the account that has the address, else in the inviter's.
    """
    invitation = (
        Invitation.objects.open().select_related("organisation", "invited_by").filter(pk=invitation_id).first()
    )
    if invitation is None:
        return
    account = User.objects.filter(email=invitation.email).first()
    send_letter(
        "partners/mail/invitation",
        to=invitation.email,
        language=account.language if account else invitation.invited_by.language,
        context={
            "invitation": invitation,
            "named": invitation.organisation.listing != Listing.UNDISCLOSED,
            "url": settings.SITE_URL + reverse("partners:invitation", args=[token]),
        },
    )
