"""What the clock brings to consultations."""

from django.tasks import task

from discussions.asking.services import attend


@task()
def attend_to_consultations() -> None:
    """Remind those who have not answered before the end, and write the report after it; every few minutes, see `SCHEDULE`."""
    attend()
