"""What mail does when something happens to posts."""

from discussions.events import PostDeleted
from discussions.mail.models import Incoming
from discussions.mail.services.settling import forget_bytes


def post_deleted(event: PostDeleted) -> None:
    """Throw away the whole mail of a post whose text was taken away; of one that is only hidden it stays."""
    if not event.post.is_deleted:
        return
    for mail in Incoming.objects.select_for_update(no_key=True).filter(post=event.post).exclude(path=""):
        forget_bytes(mail)
        mail.save(update_fields=["path"])
