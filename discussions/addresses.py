"""The addresses by which mail becomes posts: of one person in one thread, and of a group. `discussions.mail` reads them."""

from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from core import signed_addresses
from groups.models import Group

ANSWER, REPLY, START = "answer", "reply", "new"
GROUP = "group-"
LOCAL_LENGTH = 64

SIGN = "=-=-="
"""What the line begins and ends with below which nothing of an answer is read, in whatever language it is."""


class ReplyTo(NamedTuple):
    """A letter of this person's was answered: what comes belongs into this thread."""

    user_id: int
    thread_id: int


class AnswerTo(NamedTuple):
    """A letter of this person's about one post was answered: what comes belongs under that post, wherever it stands by then."""

    user_id: int
    post_id: int


class StartIn(NamedTuple):
    """This person writes to their own address of a group: what comes begins a thread there."""

    user_id: int
    group_id: int


class ToGroup(NamedTuple):
    """Somebody wrote to the address of a group that everybody may know."""

    slug: str


Meaning = AnswerTo | ReplyTo | StartIn | ToGroup


def reply_address(user_id: int, thread_id: int) -> str:
    """Return the address that a letter about a thread gives its reader for answers; "" where no mail comes in."""
    return signed_addresses.make(REPLY, user_id, thread_id)


def answer_address(user_id: int, post_id: int) -> str:
    """Return the address that a letter about one post gives its reader for answers; "" where no mail comes in."""
    return signed_addresses.make(ANSWER, user_id, post_id)


def start_address(user_id: int, group_id: int) -> str:
    """Return the person's own secret address of a group, by which they start threads; "" where no mail comes in."""
    return signed_addresses.make(START, user_id, group_id)


def group_address(group: Group) -> str:
    """Return the address of a group, the same for everybody; "" where no mail comes in.

    It proves nothing about who writes: what comes there waits until its sender has confirmed it, unless the mail server in
    front vouches for them. A name that is too long for an address stands in it as the group's number.
    """
    if not settings.MAIL_IN_DOMAIN:
        return ""
    local = GROUP + group.slug
    return f"{local if len(local) <= LOCAL_LENGTH else f'{GROUP}{group.pk}-'}@{settings.MAIL_IN_DOMAIN}"


def meaning_of(address: str) -> Meaning | None:
    """Return what mail to an address of ours asks for, nothing for an altered or unknown one. It does not ask the database."""
    signed = signed_addresses.read(address)
    if signed is not None and len(signed.numbers) == 2:
        kinds: dict[str, type[AnswerTo] | type[ReplyTo] | type[StartIn]]
        kinds = {ANSWER: AnswerTo, REPLY: ReplyTo, START: StartIn}
        kind = kinds.get(signed.kind)
        return kind(*signed.numbers) if kind else None
    local = signed_addresses.local_part(address)
    return ToGroup(local.removeprefix(GROUP)) if local.startswith(GROUP) and len(local) > len(GROUP) else None


def marker() -> str:
    """Return the line for letters that can be answered, in the current language: what is below it is no part of the answer."""
    return f"{SIGN} {_('Write your answer above this line')} {SIGN}"
