"""Work of the partners that versions before the outbox of letters put into the queue."""

from django.tasks import task

from partners.letters import mail_invitation
from partners.models import Invitation


@task()
def send_invitation(invitation_id: int, tried: int = 0) -> None:
    """Put the letter of an open invitation into the outbox, so that an upgrade loses none; one that was mailed is no other."""
    waiting = Invitation.objects.open().filter(mailed_at=None).select_related("invited_by")
    invitation = waiting.filter(pk=invitation_id).first()
    if invitation is not None:
        mail_invitation(invitation)
