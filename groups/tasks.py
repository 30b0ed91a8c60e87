"""Work of the groups that is done in the background."""

from django.conf import settings
from django.tasks import task
from django.urls import reverse

from accounts.models import User
from core.letters import Undelivered, send_letter, try_again
from groups.access import holds
from groups.models import Find, Invitation
from groups.models.invitation import token_for


@task()
def send_invitation(invitation_id: int, tried: int = 0) -> None:
    """Mail the link of an invitation that can still be accepted, in the reader's language where known, else the inviter's.

    A group that is not public is named neither in the mail nor in the address, and the words of who invites stay inside.
    A letter that the mail server does not take is tried again.
    """
    invitation = Invitation.objects.open().filter(pk=invitation_id).select_related("group", "invited_by").first()
    if invitation is None or not holds(invitation):
        return
    reader = User.objects.filter(email=invitation.email).first()
    try:
        send_letter(
            "groups/mail/invitation",
            to=invitation.email,
            language=(reader.language if reader else "") or invitation.invited_by.language,
            context={
                "invitation": invitation,
                "public": invitation.group.find == Find.PUBLIC,
                "url": settings.SITE_URL + reverse("groups:invitation", args=[token_for(invitation.key)]),
            },
        )
    except Undelivered:
        try_again(send_invitation, invitation_id, tried=tried)
