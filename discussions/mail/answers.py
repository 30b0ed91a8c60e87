"""Letters about mails that came in: why one was refused, what was left out, whether it is theirs. One a mail, at most.

They go to the address somebody signed up with, never to where a mail says it comes from: that may be anybody's.
"""

from django.conf import settings
from django.utils import timezone

from core.letters import Undelivered, send_letter
from discussions.mail.models import Incoming, State
from discussions.mail.parsing.automatic import LOOP_HEADER
from discussions.mail.services.holding import link_to_confirm

LETTERS = {State.HELD: "confirm", State.REFUSED: "refused", State.POSTED: "remark"}


def answer(mail_id: int) -> None:
    """Write the letter about a mail, unless it was written."""
    mail = Incoming.objects.select_related("person", "thread__group", "post__thread__group").get(pk=mail_id)
    letter = LETTERS.get(State(mail.state))
    person = mail.person
    if letter is None or person is None or not person.is_active:
        return
    # Claimed before it is sent: a task that runs again writes nobody twice.
    if not Incoming.objects.filter(pk=mail.pk, answered_at=None, state=mail.state).update(answered_at=timezone.now()):
        return
    context = {"said": mail.said}
    if mail.state == State.HELD:
        context["url"] = link_to_confirm(mail)
    elif mail.post is not None and mail.post.thread.group.letters_may_name:
        context["url"] = settings.SITE_URL + mail.post.get_absolute_url()
    try:
        send_letter(
            f"discussions/mail/{letter}",
            to=person.email,
            language=person.language,
            context=context,
            headers={"Auto-Submitted": "auto-replied", LOOP_HEADER: settings.MAIL_IN_DOMAIN},
        )
    except Undelivered:
        Incoming.objects.filter(pk=mail.pk).update(answered_at=None)
        raise
