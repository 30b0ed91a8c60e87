"""Mail to a person: a subject, a plain text and a simple HTML version, rendered in the reader's language.

A letter called `partners/mail/invitation` is the two templates `..._subject.txt` and `..._message.txt`.
"""

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.tasks import Task
from django.template.loader import render_to_string
from django.utils import timezone, translation

logger = logging.getLogger(__name__)

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 10, 60, 360))
"""How long a letter that the mail server did not take waits before each further try."""


class Undelivered(Exception):
    """The mail server did not take a letter. It names the letter and the kind of fault, never a reader or a word of it."""


def deliver(message: EmailMessage, letter: str) -> None:
    """Hand a letter to the mail server; raise `Undelivered`, and log as little, where that fails."""
    try:
        message.send()
    except OSError as error:
        logger.error("The letter %s was not delivered: %s.", letter, type(error).__name__)
        raise Undelivered(f"{letter}: {type(error).__name__}") from None


def send_letter(letter: str, *, to: str, language: str, context: dict[str, Any]) -> None:
    """Render the letter in the language (the site's when empty) and send it to one address; links are absolute.

    Raises `Undelivered` where the mail server does not take it.
    """
    with translation.override(language or settings.LANGUAGE_CODE):
        context = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL, **context}
        subject = " ".join(render_to_string(f"{letter}_subject.txt", context).split())
        text = render_to_string(f"{letter}_message.txt", context).strip() + "\n"
        message = EmailMultiAlternatives(subject, text, to=[to])
        message.attach_alternative(as_html(text), "text/html")
    deliver(message, letter)


def try_again(task: "Task[Any, Any]", *arguments: object, tried: int) -> None:
    """Have a task whose letter was not taken come again with `tried` as its last argument: four times more, over seven hours."""
    if tried < len(PAUSES):
        task.using(run_after=timezone.now() + PAUSES[tried]).enqueue(*arguments, tried + 1)


def as_html(text: str) -> str:
    """Return the HTML version of a letter: its own words as paragraphs, its addresses as links, in the current language."""
    return render_to_string("mail/letter.html", {"text": text, "site_name": settings.SITE_NAME})
