"""Work of the groups that is done in the background."""

from django.conf import settings
from django.tasks import task
from django.urls import reverse

from accounts.models import User
from core.letters import send_letter
from groups.access import holds
from groups.models import Find, Invitation
from groups.models.invitation import token_for


@task()
def send_invitation(invitation_id: int) -> None:
    """Mail the link of an invitation that can still be accepted, in the reader's language where known, else the inviter's.

    A group that is not public is named neither in the mail nor in the address, and the words of who invites stay inside.
    """
    invitation = Invitation.objects.open().filter(pk=invitation_id).select_related("group", "invited_by").first()
    if invitation is None or not holds(invitation):
        return
    reader = User.objects.filter(email=invitation.email).first()
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
