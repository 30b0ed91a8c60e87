"""What is done with pages in the background."""

from django.tasks import task

from groups.pages import services


@task()
def settle() -> None:
    """Put logs together, and have the words of pages found; every minute."""
    services.settle_pages()
