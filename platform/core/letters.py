"""Mail to a person: a subject, a plain text and an HTML version in our look, rendered in the reader's language.

A letter called `partners/mail/invitation` is the two templates `..._subject.txt` and `..._message.txt`.
"""

import logging
import re
from datetime import timedelta
from functools import cache, partial
from typing import Any

from css_inline import CSSInliner
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape, linebreaks, urlize
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 10, 60, 360))
"""How long a letter that the mail server did not take waits before each further try."""

AUTOMATIC = {"Auto-Submitted": "auto-generated", "Precedence": "bulk", "X-Auto-Response-Suppress": "All"}
"""Headers that every letter carries: nobody's programme answers it, and nothing in them says what it is about."""


class Undelivered(Exception):
    """The mail server did not take a letter. It names the letter and the kind of fault, never a reader or a word of it."""


def deliver(message: EmailMessage, letter: str) -> None:
    """Hand a letter to the mail server; raise `Undelivered`, and log as little, where that fails."""
    message.extra_headers = AUTOMATIC | message.extra_headers
    try:
        message.send()
    except OSError as error:
        logger.error("The letter %s was not delivered: %s.", letter, type(error).__name__)
        raise Undelivered(f"{letter}: {type(error).__name__}") from None


def send_letter(
    letter: str, *, to: str, language: str, context: dict[str, Any], headers: dict[str, str] | None = None
) -> None:
    """Render the letter in the language (the site's when empty) and send it to one address; links are absolute.

    Raises `Undelivered` where the mail server does not take it.
    """
    with translation.override(language or settings.LANGUAGE_CODE):
        subject, text = _rendered(letter, context)
        message = EmailMultiAlternatives(subject, text, to=[to], headers=headers)
        message.attach_alternative(as_html(text, subject), "text/html")
    deliver(message, letter)


def _rendered(letter: str, context: dict[str, Any]) -> tuple[str, str]:
    context = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL, **context}
    subject = " ".join(render_to_string(f"{letter}_subject.txt", context).split())
    return subject, render_to_string(f"{letter}_message.txt", context).strip() + "\n"


def said(letter: str, context: dict[str, Any]) -> tuple[str, str, SafeString]:
    """Return the subject, the text and the styled HTML of the letter, without the frame, in the current language."""
    subject, text = _rendered(letter, context)
    return subject, text, styled(_words(text, subject))


def _words(text: str, subject: str) -> SafeString:
    lines = linebreaks(urlize(text.partition("\n-- \n")[0], autoescape=True), autoescape=False)
    words = _ALONE.sub(partial(_button, label=escape(_("Open the page"))), lines)
    head = f'<h1 dir="auto">{escape(subject)}</h1>' if subject else ""
    return mark_safe(f'{head}<div dir="auto">{words}</div>')  # noqa: S308 - escaped by urlize


def as_html(text: str, subject: str = "") -> str:
    """Return the HTML version of a letter in the current language: what it is about, its own words as paragraphs, its addresses.

    One in the text is a link; one of this site that has a line for itself is a button. Where others lead stays to be read.
    """
    foot = _(
        "%(site_name)s sent you this letter because of something you or a colleague did there. It never asks for your "
        "password."
    ) % {"site_name": settings.SITE_NAME}
    body = styled(_words(text, subject))
    return dressed(body, subject=subject, foot=mark_safe(f'<p dir="auto">{escape(foot)}</p>'))  # noqa: S308


_ALONE = re.compile('(<br>|<p>)<a href="([^"]+)"[^>]*>[^<]*</a>(?=<br>|</p>)')


def _button(found: re.Match[str], *, label: str) -> str:
    if not found[2].startswith(f"{escape(settings.SITE_URL)}/"):
        return found[0]
    before = "</p><p>" if found[1] == "<br>" else "<p>"
    return f'{before}<a class="letter-button" href="{found[2]}">{label}</a>'


# --- The look -----------------------------------------------------------------------------------------------------

MARKS = ("subject", "above", "body", "foot")
_MARKED = re.compile("@@(" + "|".join(MARKS) + ")@@")


@cache
def _style() -> str:
    return (settings.BASE_DIR / "templates" / "mail" / "letter.css").read_text(encoding="utf-8")


@cache
def _inliner() -> CSSInliner:
    return CSSInliner(load_remote_stylesheets=False)


def styled(fragment: SafeString, *, part: str = "letter-body") -> SafeString:
    """Return a part of a letter with the look written onto it: for what many readers get, do it once."""
    inside = _inlined(f'<div class="{part}">{fragment}</div>')
    return mark_safe(inside.partition(">")[2].removesuffix("</div>"))  # noqa: S308 - what was safe still is


def _inlined(html: str) -> str:
    return _inliner().inline_fragment(html, _style())


@cache
def _frame(language: str, site_name: str) -> tuple[str, ...]:
    """Return the frame in pieces, between which what is the reader's stands; made once for a language."""
    marks = {name: f"@@{name}@@" for name in MARKS}
    with translation.override(language):
        html = render_to_string("mail/letter.html", {**marks, "site_name": site_name})
    whole = CSSInliner(load_remote_stylesheets=False, extra_css=_style()).inline(html)
    kept = "<style>" + _style()[_style().index("@media") :] + "</style></head>"
    return tuple(_MARKED.split(whole.replace("</head>", kept, 1)))


def dressed(body: SafeString, *, subject: str, foot: SafeString, above: str = "") -> str:
    """Return the HTML of a letter in our look, in the current language, around a body that is `styled` already.

    `above` is the line under which nothing of an answer is read; it stands before everything else that can be quoted.
    """
    values = {
        "subject": escape(subject),
        "above": _inlined(f'<p class="letter-above">{escape(above)}</p>') if above else "",
        "body": body,
        "foot": styled(foot, part="letter-foot"),
    }
    pieces = _frame(translation.get_language() or settings.LANGUAGE_CODE, settings.SITE_NAME)
    return "".join(values[piece] if place % 2 else piece for place, piece in enumerate(pieces))
