"""Letters about notices, written in the background."""

from datetime import datetime

from django.conf import settings
from django.tasks import task
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.module_loading import import_string

from core.letters import Undelivered, send_letter, try_again
from notifications.models import Notice
from notifications.quiet import quiet_until
from notifications.services import render_notices


@task()
def mail_notices(key: str, tried: int = 0) -> None:
    """Write to everybody who was told of the happening, has not read it and may still see it; to each once at most.

    Letters that the mail server does not take hold up nobody else's, and are tried again. A letter that may wait goes to
    somebody who has quiet hours when these end: the task comes again at the first such end, and asks everything anew.

    The task carries the key only; what the letter says is looked up now, with the reader's rights and in their language.
    Its link is the notice's own address: that of what it leads to may be made from a name.
    """
    refused = False
    now = timezone.now()
    later: list[datetime] = []
    may_wait = key.partition(":")[0] in import_string(settings.NOTICES_THAT_WAIT)
    waiting = Notice.objects.filter(key=key, read_at=None, mailed_at=None, user__is_active=True).select_related("user")
    for notice in waiting.order_by("pk"):
        person = notice.user
        if may_wait and (end := quiet_until(person, now)):
            later.append(end)
            continue
        with translation.override(person.language or settings.LANGUAGE_CODE):
            shown = [rendered for _, rendered in render_notices([notice], person) if rendered.letter]
        # Claimed before it is sent: a task that runs again writes nobody twice.
        claimed = Notice.objects.filter(pk=notice.pk, mailed_at=None).update(mailed_at=timezone.now())
        if not shown or not claimed:
            continue
        try:
            send_letter(
                "notifications/mail/notice",
                to=person.email,
                language=person.language,
                context={
                    "letter": shown[0].letter,
                    "url": settings.SITE_URL + reverse("notifications:open", args=[notice.pk]),
                },
            )
        except Undelivered:
            Notice.objects.filter(pk=notice.pk).update(mailed_at=None)
            refused = True
    if later:
        mail_notices.using(run_after=min(later)).enqueue(key)
    if refused:
        try_again(mail_notices, key, tried=tried)
