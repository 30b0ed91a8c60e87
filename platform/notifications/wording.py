"""What a letter says, and how it becomes a message: headers that name nothing, threads that mail programs keep together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import formataddr, parseaddr
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.letters import AUTOMATIC, dressed, styled
from core.wire_mail import LetterMessage
from notifications.bounces import bounce_address
from notifications.stopping import Scope

if TYPE_CHECKING:
    from notifications.models import Letter


@dataclass(frozen=True)
class Written:
    """A letter as its reader gets it now. `html` is `styled`; neither it nor `text` has the frame around them.

    `conversation` names what letters of one talk share, `answers` the key of the letter to which this one is an answer, and
    `begins` says that it is the first of its conversation. `above` is the line above which an answer is written. `stop` are
    the links by which letters like it are stopped, the nearest first: the first is what a mail program's own button does.
    `sent` is done in the transaction that notes it as sent.
    """

    subject: str
    text: str
    html: SafeString
    why: str = ""
    conversation: str = ""
    answers: str = ""
    begins: bool = False
    reply_to: str = ""
    above: str = ""
    stop: Sequence[tuple[str, Scope]] = ()
    sent: Callable[[], object] | None = None


Words = Callable[[], Written]
"""Makes the letter, in its reader's language; whether there is one was asked before."""


def message_id(reader: int | str, key: str) -> str:
    """Return the Message-ID of the letter with this key to this person, or to an address that is nobody's.

    It is always the same, and nothing can be read from it.
    """
    name = salted_hmac("notifications.message_id", f"{reader}:{key}", algorithm="sha256").hexdigest()[:40]
    return f"<{name}@{_host()}>"


def _host() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def message_of(letter: "Letter", written: Written) -> LetterMessage:
    """Return the message that carries the letter to its reader; the current language is the reader's."""
    text, html = _text(written), _html(written)
    message = LetterMessage(
        " ".join(written.subject.split()),
        text,
        # Who sends is where it returns to; who it is from stands in the header.
        bounce_address(letter) or settings.DEFAULT_FROM_EMAIL,
        [letter.to],
        headers={"From": formataddr(parseaddr(settings.DEFAULT_FROM_EMAIL)), **_headers(letter, written)},
        reply_to=[written.reply_to] if written.reply_to else None,
    )
    message.attach_alternative(html, "text/html")
    return message


def _headers(letter: "Letter", written: Written) -> Mapping[str, str]:
    user, headers = letter.user_id or letter.address, dict(AUTOMATIC)
    headers["Message-ID"] = message_id(user, letter.key)
    if written.conversation:
        root = message_id(user, written.conversation)
        before = message_id(user, written.answers) if written.answers else ""
        if written.begins:
            headers["Message-ID"] = root
        else:
            headers["In-Reply-To"] = before or root
            headers["References"] = f"{root} {before}".rstrip()
    if written.stop:
        headers |= written.stop[0][1].headers
    return headers


def _text(written: Written) -> str:
    parts = [written.above, written.text.strip(), "-- ", settings.SITE_NAME]
    if written.why:
        parts.append(written.why)
    parts += [f"{label}: {scope.url}" for label, scope in written.stop]
    head = [f"{parts[0]}\n"] if parts[0] else []
    return "\n".join([*head, parts[1], "", *parts[2:], _("No letter from us asks for your password."), ""])


def _html(written: Written) -> str:
    links = format_html_join(" · ", '<a href="{}">{}</a>', ((scope.url, label) for label, scope in written.stop))
    foot = format_html(
        "<p>{} {}</p>{}",
        written.why,
        _("No letter from us asks for your password."),
        format_html("<p>{}</p>", links) if written.stop else "",
    )
    return dressed(written.html, subject=written.subject, foot=foot, above=written.above)


def button(url: str, label: str) -> SafeString:
    """Return the link that a letter is about, drawn as a button."""
    return format_html('<p><a class="letter-button" href="{}">{}</a></p>', url, label)


def plain_words(words: str, url: str, label: str) -> tuple[str, SafeString]:
    """Return text and HTML of a letter that says one sentence and leads to the site."""
    html = format_html('<h1 dir="auto">{}</h1>{}', words, button(url, label))
    return f"{words}\n\n{label}\n{url}", styled(html)
