"""Letters as their readers get them: what waits is sent as if its time had come."""

from email import message_from_bytes
from email.policy import default

import pytest
from django.core import mail
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from discussions.letters.digests import words
from discussions.tasks import tell_of_post
from notifications import digests, outbox
from notifications.models import Letter, Rhythm


def parts(message):
    """Return the plain text and the HTML of a message as a mail programme reads them."""
    read = message_from_bytes(message.message().as_bytes(), policy=default)
    return read.get_body(("plain",)).get_content(), read.get_body(("html",)).get_content()


def everything(message):
    """Return all that can be read of a message on its way: headers and both parts, decoded."""
    read = message_from_bytes(message.message().as_bytes(), policy=default)
    return "\n".join([*(f"{name}: {value}" for name, value in read.items()), *parts(message)])


@pytest.fixture
def deliver(db):
    """Do what waits about posts, and send every letter that waits, before its time too; return the messages."""

    def deliver():
        mail.outbox.clear()
        for row in DBTaskResult.objects.ready().filter(task_path=tell_of_post.module_path):
            tell_of_post.func(*row.args_kwargs["args"])
            row.delete()
        Letter.objects.waiting().update(due_at=timezone.now())
        outbox.send_due()
        return list(mail.outbox)

    return deliver


@pytest.fixture
def digest(db, deliver, monkeypatch):
    """Have everybody's hour come, on the day of the week or another, and send the digests."""
    # What a test rolls back gives its numbers to the posts of the next one, which no site does.
    monkeypatch.setattr(words, "_beginnings", words._Remembered())

    def digest(*, weekly=False):
        now = timezone.now()
        weekday = now.weekday() if weekly else (now.weekday() + 3) % 7
        Rhythm.objects.update(due_at=now, weekday=weekday)
        # A day has one digest: with those of before it would be over.
        Letter.objects.filter(key__startswith="digest:").delete()
        digests.begin_due(now)
        return deliver()

    return digest
