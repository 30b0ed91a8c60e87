"""What the clock brings to clearance."""

from django.tasks import task

from groups.clearance.services import attend


@task()
def attend_to_clearance() -> None:
    """Remind organisations that have not answered, and write the results of rounds whose date has passed; see `SCHEDULE`."""
    attend()
