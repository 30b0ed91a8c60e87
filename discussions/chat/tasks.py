"""The chat's work in the background."""

from django.tasks import task

from discussions.chat.services import purge


@task()
def purge_messages() -> None:
    """Take away what rooms keep no longer; once a day, see `SCHEDULE`."""
    purge()
