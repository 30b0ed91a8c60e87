"""What follows in threads from what happens elsewhere."""

from discussions.models import Reading
from discussions.models.reading import Attention
from discussions.services.attention import pay
from notifications.events import LettersStopped
from notifications.stopping import About


def letters_stopped(event: LettersStopped) -> None:
    """A thread whose letters were stopped is muted; where those of a group or all were, no thread of it is watched any more."""
    watched = Reading.objects.filter(user=event.user, attention=Attention.WATCHING)
    if event.about == About.THREAD:
        pay(event.user, event.object_id, Attention.MUTED)
    elif event.about == About.GROUP:
        watched.filter(thread__group=event.object_id).update(attention=Attention.NORMAL)
    else:
        watched.update(attention=Attention.NORMAL)
