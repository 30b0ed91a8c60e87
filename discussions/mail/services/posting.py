"""A mail that was taken on becomes a post, or is refused, held or left out; done twice or by two at once, it does so once."""

import hashlib
import logging
import uuid
from datetime import timedelta
from functools import partial

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.module_loading import import_string
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Conflict, DomainError
from core.logs import happening
from discussions.mail.models import Incoming, Reason, State
from discussions.mail.parsing import Letter, Unreadable, read_letter
from discussions.mail.parsing.proof import dmarc
from discussions.mail.parsing.words import is_seen
from discussions.mail.services.enclosing import put_files
from discussions.mail.services.placing import answered_in, place_of
from discussions.mail.services.settling import Refusal, hold, settle
from discussions.mail.trimming import answer_in, answer_in_html
from discussions.mail.trimming.words import bare_subject
from discussions.models import CameBy, Post, Thread
from discussions.models.thread import TITLE_LENGTH
from discussions.services import post, start_thread
from discussions.services.locking import ThreadClosed
from discussions.services.writing import BadText
from groups.models import Group
from groups.standing import NotAllowed, Standing
from partners.capacity import Capacity

logger = logging.getLogger(__name__)

POSTS = uuid.UUID("0a2f6c1e-8e57-4d55-9a1b-3d1f2f6c7d10")
"""The name space of the keys of posts and files that come by mail."""

MOST_TRIES = 4
STORM, STORM_TIME = 10, timedelta(minutes=10)
REPEATED_WITHIN = timedelta(hours=24)
Asks = Incoming.Asks


def work_on(mail_id: int) -> None:
    """Have a mail become what it becomes. What a database that is away makes fail is raised, so that it is tried again."""
    mail = (
        Incoming.objects.select_related("person", "group__parent", "thread", "answers__thread")
        .filter(pk=mail_id)
        .first()
    )
    if mail is None or mail.state != State.WAITING:
        return
    Incoming.objects.filter(pk=mail.pk).update(tries=F("tries") + 1)
    with translation.override((mail.person.language if mail.person else "") or settings.LANGUAGE_CODE):
        try:
            if mail.tries >= MOST_TRIES:
                raise Refusal(Reason.FAILED, _("Your mail could not be read. Please write on the page of the thread."))
            _work_on(mail)
        except Refusal as refusal:
            settle(mail, refusal)


def give_up(mail_id: int, error: Exception) -> None:
    """Put aside a mail over which the program itself stumbled, so that none is tried for ever; its sender is told."""
    logger.error("A mail was given up.", extra=happening("mail.failed", mail=mail_id, error=type(error).__name__))
    mail = Incoming.objects.select_related("person").get(pk=mail_id)
    with translation.override((mail.person.language if mail.person else "") or settings.LANGUAGE_CODE):
        settle(mail, Refusal(Reason.FAILED, _("Your mail could not be read. Please write on the page of the thread.")))


def _work_on(mail: Incoming) -> None:
    person = _person(mail)
    letter = _letter(mail)
    if letter.is_encrypted:
        raise Refusal(Reason.ENCRYPTED, _("Your mail is encrypted, and nobody here has the key. Send it without."))
    group, thread, standing = place_of(mail, person)
    if not _is_proven(mail, letter, person):
        hold(mail, Reason.UNPROVEN if mail.asks == Asks.GROUP else Reason.SENDER)
        return
    text, remarks = _text(mail, letter), _packed(letter)
    if not text and not letter.enclosures:
        said = _("Nothing is written above the quotation. Write your answer at the top, above the line that says so.")
        raise Refusal(Reason.EMPTY, "\n".join(remarks or [said]))
    words = hashlib.sha256(" ".join(text.split()).encode()).hexdigest() if text else ""
    _refuse_what_repeats(mail, words)
    by, remark = _capacity(standing, thread)
    remarks += [remark] if remark else []
    links, left_out = put_files(letter.enclosures, standing, by, thread, key=partial(_key, mail))
    remarks += left_out
    if letter.left_out:
        remarks.append(_("Files that were left out, because a mail carries at most ten: %d.") % letter.left_out)
    if not text and not links:
        raise Refusal(Reason.EMPTY, "\n".join([*remarks, _("Without them nothing is left to post.")]))
    body = "\n\n".join(part for part in (text.strip("\n"), "\n".join(links)) if part)
    answered = answered_in(mail, thread, standing)
    _post(
        mail,
        group_id=group,
        thread=thread,
        answered=answered,
        by=by,
        body=body,
        letter=letter,
        words=words,
        remarks=remarks,
    )


def _person(mail: Incoming) -> User:
    """Return who wrote, if they may write anything here at all; those who are gone are told nothing."""
    keeps_out = import_string(settings.KEPT_OUT)
    if mail.person is None or not mail.person.is_active:
        raise Refusal(Reason.NOT_HERE, "")
    if keeps_out(mail.person):
        raise Refusal(Reason.NOT_HERE, _("Your role asks for a second factor. Set one up on the site to go on."))
    return mail.person


def bytes_of(mail: Incoming) -> bytes:
    """Return the whole mail as it came."""
    with storages["default"].open(mail.path, "rb") as stored:
        return bytes(stored.read())


def _letter(mail: Incoming) -> Letter:
    try:
        return read_letter(bytes_of(mail))
    except Unreadable:
        raise Refusal(Reason.UNREADABLE, _("Your mail could not be read: it is built in a way no mail is.")) from None
    except FileNotFoundError:
        raise Refusal(Reason.FAILED, _("Your mail was lost on the way. Please send it again.")) from None


def _is_proven(mail: Incoming, letter: Letter, person: User) -> bool:
    """Say whether it is the person who wrote: see docs/decisions.

    A signed address was told to them alone, and the mail says it is from an address of theirs; at a group's address the
    server in front must vouch for the sender. Whatever lacks one of the two, they have to confirm.
    """
    if mail.is_confirmed:
        return True
    theirs = EmailAddress.objects.filter(user=person, verified=True, email__iexact=letter.sender)
    known = bool(letter.sender) and bool(theirs.exists())
    if mail.asks == Asks.GROUP:
        return known and dmarc(letter, trusted=settings.MAIL_IN_TRUSTED_SERVER) == "pass"
    return known


def _text(mail: Incoming, letter: Letter) -> str:
    """Return what was written; "" where nothing is that one sees."""
    begins, text = mail.asks != Asks.REPLY, ""
    if is_seen(letter.text):
        text = answer_in(letter.text, flowed=letter.flowed, quotations=begins)
    elif letter.html:
        text = answer_in_html(letter.html, quotations=begins)
    return text if is_seen(text) else ""


def _packed(letter: Letter) -> list[str]:
    """Return what is told to who sent something that only the program opens which packed it."""
    said = _(
        "Your mail program packed some of it into a file, winmail.dat, that other programs do not open. That was left out:"
        " send it as HTML or plain text, not as rich text."
    )
    return [said] if letter.is_packed else []


def _refuse_what_repeats(mail: Incoming, words: str) -> None:
    """Leave out what only programs send: the same words again, and very many in a short time."""
    here = Incoming.objects.filter(person=mail.person, group=mail.group, thread=mail.thread).exclude(pk=mail.pk)
    now = timezone.now()
    if here.filter(created_at__gt=now - STORM_TIME, state=State.POSTED).count() >= STORM:
        raise Refusal(Reason.LOOP, "", drop=True)
    if words and here.filter(words=words, state=State.POSTED, created_at__gt=now - REPEATED_WITHIN).exists():
        raise Refusal(Reason.REPEATED, "", drop=True)


def _capacity(standing: Standing, thread: Thread | None) -> tuple[Capacity, str]:
    """Return for whom the person speaks, and what they must be told of it.

    Of several it is the one they last spoke for in this thread, else in this group; where it had to be guessed, it is said.
    """
    choices = {one.organisation_id: one for one in standing.capacities}
    if not choices:
        raise Refusal(Reason.NOT_HERE, _("You may read there, but not write."))
    if len(choices) == 1:
        return standing.speak(), ""
    own = Post.objects.filter(author=standing.user.pk, organisation__in=choices).order_by("-created_at", "-pk")
    if thread and (here := own.filter(thread=thread).values_list("organisation", flat=True).first()):
        return choices[here], ""
    used = own.filter(thread__group=standing.group).values_list("organisation", flat=True).first()
    chosen = choices[used] if used else next(iter(choices.values()))
    said = _(
        "You take part there for several organisations; this was posted for %(organisation)s. On the page you can choose."
    )
    return chosen, said % {"organisation": chosen.organisation}


def _key(mail: Incoming, what: str) -> uuid.UUID:
    return uuid.uuid5(POSTS, f"{mail.digest} {what}")


def _post(
    mail: Incoming,
    *,
    group_id: int,
    thread: Thread | None,
    answered: Post | None,
    by: Capacity,
    body: str,
    letter: Letter,
    words: str,
    remarks: list[str],
) -> None:
    """Write the post and that the mail became it, in one transaction; whoever comes second finds it done."""
    key = _key(mail, "post")
    try:
        with transaction.atomic():
            fresh = Incoming.objects.select_for_update(no_key=True).get(pk=mail.pk)
            if fresh.state != State.WAITING:
                return
            title = _title(letter, body)
            made = _written(thread, answered, by=by, body=body, key=key, title=title, group_id=group_id)
            fresh.post, fresh.thread, fresh.words = made, made.thread, words
            settle(fresh, Refusal(None, "\n".join(remarks)))
    except ThreadClosed as refused:
        raise Refusal(Reason.CLOSED, refused.message) from None
    except NotAllowed as refused:
        raise Refusal(Reason.NOT_HERE, refused.message) from None
    except BadText as refused:
        raise Refusal(Reason.TEXT, refused.message) from None
    except DomainError as refused:
        raise Refusal(Reason.OTHER, refused.message) from None


def _written(
    thread: Thread | None,
    answered: Post | None,
    *,
    by: Capacity,
    body: str,
    key: uuid.UUID,
    title: str,
    group_id: int,
) -> Post:
    try:
        if thread is not None:
            return post(thread, by=by, body=body, key=key, reply_to=answered, came_by=CameBy.MAIL)
        group = Group.objects.get(pk=group_id)
        started = start_thread(group, by=by, title=title, body=body, key=key, came_by=CameBy.MAIL)
        return started.posts.get(number=1)
    except Conflict as conflict:
        # The same mail, trimmed otherwise by an older version of this program that was stopped right after.
        if isinstance(conflict.current, Post):
            return conflict.current
        raise


def _title(letter: Letter, body: str) -> str:
    """Return the subject as a title, else the first words."""
    title = bare_subject(letter.subject) or " ".join(body.split())
    return Truncator(title).chars(TITLE_LENGTH)
