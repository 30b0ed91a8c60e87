"""Work of the groups that versions before the outbox of letters put into the queue."""

from django.tasks import task

from groups.letters import mail_invitation
from groups.models import Invitation


@task()
def send_invitation(invitation_id: int, tried: int = 0) -> None:
    """Put the letter of an open invitation into the outbox, so that an upgrade loses none; one that is there stays alone."""
    invitation = Invitation.objects.open().select_related("invited_by").filter(pk=invitation_id).first()
    if invitation is not None:
        mail_invitation(invitation)
