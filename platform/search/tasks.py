"""The index's work in the background: it is made anew where it must be, and kept small."""

from django.tasks import task

from search.engines import engine
from search.services.rebuilding import is_due, rebuild


@task()
def rebuild_search() -> None:
    """Make the index anew where that was not done to its end in its present form; somebody who has it done by hand goes first."""
    if is_due():
        for _step in rebuild():
            pass


@task()
def tidy_search() -> None:
    """Take what was deleted out of the files of the index too; once a day."""
    engine().tidy()
