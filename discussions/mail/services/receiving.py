"""Taking a mail on: who may not come in is turned away while the other server waits, everything else is kept before we say so.

Nobody is written to here. What a forged mail would make us send to somebody who never wrote is refused in the dialogue.
"""

import hashlib
import logging
import os
import secrets
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from core import signed_addresses
from core.logs import happening
from discussions.addresses import AnswerTo, Meaning, ReplyTo, StartIn, ToGroup, meaning_of
from discussions.mail.models import Incoming, Reason, State
from discussions.mail.parsing import Letter, Unreadable, read_headers, read_letter
from discussions.mail.parsing.automatic import is_automatic
from discussions.mail.parsing.bounces import report_in
from discussions.mail.parsing.proof import dmarc
from discussions.models import Post, Thread
from groups.models import Group
from groups.standing import Standing
from notifications.bounces import KIND as BOUNCE
from notifications.bounces import note_bounce

logger = logging.getLogger(__name__)

HOUR = timedelta(hours=1)
Asks = Incoming.Asks


class TurnedAway(Exception):
    """The mail does not come in. `reply` is what the server says (RFC 5321, RFC 3463), `status` what a pipe ends with."""

    def __init__(self, code: str, text: str, status: int) -> None:
        super().__init__(f"{code} {text}")
        self.reply, self.status = f"{code} {text}", status

    @property
    def is_for_now(self) -> bool:
        """Whether it should be tried again."""
        return self.reply.startswith("4")


def no_such_address() -> TurnedAway:
    """Nobody, and nothing that could be told from a name that was made up."""
    return TurnedAway("550 5.1.1", "No such address here", 67)


def not_a_mail() -> TurnedAway:
    """Nothing, or something that no program sends."""
    return TurnedAway("554 5.6.0", "This cannot be read as a mail", 65)


def not_from_you() -> TurnedAway:
    """The same for a group that is not there, one that hides, and one in which the sender starts no threads."""
    return TurnedAway("550 5.7.1", "This address takes mail only from members who may start threads there", 77)


def not_as_it_came() -> TurnedAway:
    """What everybody is told whom nothing proves: an answer that told members from others would tell anybody who is one."""
    said = "Not taken as it came. If you may start threads there, a letter tells you how to go on; otherwise it goes no further"
    return TurnedAway("550 5.7.1", said, 77)


def refuse_recipient(address: str) -> None:
    """Raise `TurnedAway` for what is no address of ours, without asking the database: nothing is relayed to anybody else."""
    if meaning_of(address) is None and not is_for_bounces(address):
        raise no_such_address()


def is_for_bounces(address: str) -> bool:
    """Say whether mail servers send there what they have to say of a letter of ours."""
    signed = signed_addresses.read(address)
    return signed is not None and signed.kind == BOUNCE


def receive(data: bytes, *, recipient: str, sender: str) -> Incoming | None:
    """Keep a mail to one address of ours and have it worked on; return only once both are committed.

    The same mail to the same address is taken once, for ever. A report about a letter of ours is noted, and nothing of it
    kept. Raises `TurnedAway`.
    """
    meaning = meaning_of(recipient)
    if meaning is None and not is_for_bounces(recipient):
        raise no_such_address()
    if len(data) > settings.MAIL_IN_MAX_SIZE:
        raise TurnedAway("552 5.3.4", f"At most {settings.MAIL_IN_MAX_SIZE // 1024**2} MB are taken", 65)
    try:
        letter = read_headers(data)
    except Unreadable:
        raise not_a_mail() from None
    if not data.strip():
        raise not_a_mail()
    if meaning is None:
        _note_report(data, recipient)
        return None
    proof = dmarc(letter, trusted=settings.MAIL_IN_TRUSTED_SERVER)
    if proof == "fail":
        raise TurnedAway("550 5.7.1", "The domain of the sender says that it did not send this", 77)
    if isinstance(meaning, ToGroup) and proof != "pass":
        # Held, if its sender is a member; that is for them alone to learn, by a letter.
        with suppress(TurnedAway):
            _take(meaning, letter, data, sender=sender)
        raise not_as_it_came()
    return _take(meaning, letter, data, sender=sender)


def _take(meaning: Meaning, letter: Letter, data: bytes, *, sender: str) -> Incoming:
    automatic = is_automatic(letter, sender=sender, domain=settings.MAIL_IN_DOMAIN)
    mail = _asked(meaning, letter)
    mail.digest = _digest(mail, letter, data)
    if known := Incoming.objects.filter(digest=mail.digest).first():
        return known
    _must_not_be_too_many(mail)
    mail.size, mail.is_unanswerable = len(data), automatic or not sender.strip("<> ")
    if automatic:
        mail.state, mail.reason, mail.done_at = State.DROPPED, Reason.AUTOMATIC, timezone.now()
        return _keep(mail, b"")
    return _keep(mail, data)


def _note_report(data: bytes, address: str) -> None:
    try:
        report = report_in(read_letter(data))
    except Unreadable:
        return
    if report is not None:
        note_bounce(address, permanent=report.permanent, status=report.status)


def _asked(meaning: Meaning, letter: Letter) -> Incoming:
    """Return what is asked for, and by whom; of an address that was signed for somebody who is gone, as much as there is."""
    if isinstance(meaning, AnswerTo):
        answered = Post.objects.filter(pk=meaning.post_id).select_related("thread").first()
        person = User.objects.filter(pk=meaning.user_id).first()
        thread = answered.thread if answered else None
        place = thread.group_id if thread else None
        return Incoming(asks=Asks.REPLY, person=person, thread=thread, group_id=place, answers=answered)
    if isinstance(meaning, ReplyTo):
        thread = Thread.objects.filter(pk=meaning.thread_id).first()
        person = User.objects.filter(pk=meaning.user_id).first()
        return Incoming(asks=Asks.REPLY, person=person, thread=thread, group_id=thread.group_id if thread else None)
    if isinstance(meaning, StartIn):
        person = User.objects.filter(pk=meaning.user_id).first()
        group = Group.objects.filter(pk=meaning.group_id).first()
        return Incoming(asks=Asks.START, person=person, group=group)
    return _to_group(meaning, letter)


def _to_group(meaning: ToGroup, letter: Letter) -> Incoming:
    number = meaning.slug.removesuffix("-")
    named = Q(slug=meaning.slug)
    if meaning.slug.endswith("-") and number.isascii() and number.isdecimal() and len(number) < 19:
        named = Q(pk=int(number))
    group = Group.objects.filter(named).select_related("parent").first()
    found = EmailAddress.objects.filter(email__iexact=letter.sender, verified=True, user__is_active=True)
    address = found.select_related("user").first() if letter.sender else None
    if group is None or address is None or not Standing.of(address.user, group).may_start_threads:
        raise not_from_you()
    return Incoming(asks=Asks.GROUP, person=address.user, group=group)


def _digest(mail: Incoming, letter: Letter, data: bytes) -> str:
    """Return what tells this mail to this address from every other: a mail without an id is known by all of it."""
    # A post may stand in another thread when the same mail is brought again.
    thread = f"post {mail.answers_id}" if mail.answers_id else mail.thread_id or ""
    place = f"{mail.asks} {mail.person_id} {thread} {mail.group_id or ''}"
    told = letter.message_id or hashlib.sha256(data).hexdigest()
    return hashlib.sha256(f"{place}\0{told}".encode("utf-8", "surrogateescape")).hexdigest()


def _must_not_be_too_many(mail: Incoming) -> None:
    """Have whoever sends more than a person writes come again later; a program that answers itself gives up over that."""
    since = timezone.now() - HOUR
    if mail.person_id is None:
        return
    if Incoming.objects.filter(person=mail.person_id, created_at__gt=since).count() >= settings.MAIL_IN_HOURLY:
        raise TurnedAway("451 4.7.1", "Too many mails in one hour; try again later", 75)


def _keep(mail: Incoming, data: bytes) -> Incoming:
    """Write the bytes, then the row that names them and the task: whatever stops in between, nothing was promised."""
    from discussions.mail.tasks import work_on_mail

    storage = storages["default"]
    if data:
        name = secrets.token_hex(16)
        mail.path = storage.save(f"mail/{name[:2]}/{name}", ContentFile(data))
        _settle(storage, mail.path)
    try:
        with transaction.atomic():
            mail.save(force_insert=True)
            if mail.state == State.WAITING:
                work_on_mail.enqueue(mail.pk)
    except IntegrityError:  # the same mail at the same moment, through another process
        if mail.path:
            storage.delete(mail.path)
        return Incoming.objects.get(digest=mail.digest)
    logger.info("A mail came in.", extra=happening("mail.came", mail=mail.pk, asks=mail.asks))
    return mail


def _settle(storage: Storage, path: str) -> None:
    """See the bytes to the disk before a row names them; a storage that is elsewhere does so itself."""
    try:
        place = Path(storage.path(path))
    except NotImplementedError:
        return
    with place.open("rb") as stored:
        os.fsync(stored.fileno())
