"""The actions' work in the background."""

from django.tasks import task

from discussions.actions.services import remind


@task()
def remind_of_actions() -> None:
    """Tell those who have something to do soon, or are late with it; once a day, see `DAILY_TASKS`."""
    remind()
