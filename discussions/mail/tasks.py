"""Background work on mail: reading what came, answering it, forgetting it."""

from datetime import timedelta

from django.db import InterfaceError, OperationalError
from django.tasks import task

from core.background import growing, retried
from core.letters import Undelivered
from discussions.mail import services
from discussions.mail.answers import answer
from discussions.mail.services.posting import give_up

AWAY = (OperationalError, InterfaceError)


@task()
@retried(OSError, pauses=growing(timedelta(seconds=5), tries=6))
def work_on_mail(mail_id: int) -> None:
    """Have a mail become a post, or what else it becomes; one over which the program stumbles is put aside."""
    try:
        services.work_on(mail_id)
    except (*AWAY, OSError):
        raise
    except Exception as error:
        give_up(mail_id, error)


@task()
@retried(Undelivered, pauses=growing(timedelta(minutes=1), tries=5, factor=8))
def answer_mail(mail_id: int) -> None:
    """Tell the sender of a mail what became of it, or ask whether it is theirs; once."""
    answer(mail_id)


@task()
def sweep_mail() -> None:
    """Forget whole mails that are kept long enough, and what nothing names."""
    services.sweep()
