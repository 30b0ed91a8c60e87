"""Work of threads that is done in the background."""

from django.tasks import task

from discussions.letters.telling import put_letters


@task()
def tell_of_post(post_id: int) -> None:
    """Put the letters about a post into the outbox; whether each is sent is asked again when it is."""
    put_letters(post_id)
