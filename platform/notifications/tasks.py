"""Letters are sent, and digests begun, in the background."""

from django.tasks import task

from notifications import digests, outbox


@task()
def mail_notices(key: str) -> None:
    """Send the letters about one happening that wait: to each person once, and only what they may still know and have not read.

    The task carries the key only: what a letter says is looked up when it is sent.
    """
    outbox.send_now(key)


@task()
def send_letters() -> None:
    """Put the digests whose hour has come into the outbox, and send whatever is due there."""
    digests.begin_due()
    outbox.send_due()


@task()
def forget_letters() -> None:
    """Forget the letters that were done with long ago."""
    outbox.forget_old()
