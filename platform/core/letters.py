"""Mail to a person: a subject, a plain text and a simple HTML version, rendered in the reader's language.

A letter called `partners/mail/invitation` is the two templates `..._subject.txt` and `..._message.txt`.
"""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation


def send_letter(letter: str, *, to: str, language: str, context: dict[str, Any]) -> None:
    """Render the letter in the language (the site's when empty) and send it to one address; links are absolute."""
    with translation.override(language or settings.LANGUAGE_CODE):
        context = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL, **context}
        subject = " ".join(render_to_string(f"{letter}_subject.txt", context).split())
        text = render_to_string(f"{letter}_message.txt", context).strip() + "\n"
        message = EmailMultiAlternatives(subject, text, to=[to])
        message.attach_alternative(as_html(text), "text/html")
    message.send()


def as_html(text: str) -> str:
    """Return the HTML version of a letter: its own words as paragraphs, its addresses as links, in the current language."""
    return render_to_string("mail/letter.html", {"text": text, "site_name": settings.SITE_NAME})
