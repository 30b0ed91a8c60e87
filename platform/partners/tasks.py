"""Work of the partners that is done in the background."""

from django.conf import settings
from django.tasks import task
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from core.letters import Undelivered, send_letter, try_again
from partners.models import Invitation
from partners.models.invitation import token_for


@task()
def send_invitation(invitation_id: int, tried: int = 0) -> None:
    """Mail the link by which a colleague accepts an invitation that is still open; an undisclosed organisation is not named.

    The letter is in the language of the account that has the address, else in the inviter's. One that the mail server does
    not take is tried four times more, over seven hours.
    """
    invitation = (
        Invitation.objects.open().select_related("organisation", "invited_by").filter(pk=invitation_id).first()
    )
    if invitation is None:
        return
    account = User.objects.filter(email=invitation.email).first()
    token = token_for(invitation.invited_by_id, invitation.key)
    try:
        send_letter(
            "partners/mail/invitation",
            to=invitation.email,
            language=account.language if account else invitation.invited_by.language,
            context={
                "invitation": invitation,
                "named": not invitation.organisation.is_undisclosed,
                "url": settings.SITE_URL + reverse("partners:invitation", args=[token]),
            },
        )
    except Undelivered:
        try_again(send_invitation, invitation_id, tried=tried)
        return
    Invitation.objects.filter(pk=invitation.pk).update(mailed_at=timezone.now())
