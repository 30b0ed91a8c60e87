"""What becomes of actions when people go, and when posts are moved."""

from django.db.models import F

from discussions.actions.models import Action
from discussions.actions.services import hand_over, let_go
from discussions.events import PostsMoved
from discussions.models import Thread
from groups.events import ParticipantEnded
from partners.events import PlacesHandedOver


def places_handed_over(event: PlacesHandedOver) -> None:
    """The successor has the open actions of who leaves, in the groups in which they take part now."""
    hand_over(event.affiliation, event.successor, by=event.by)


def participant_ended(event: ParticipantEnded) -> None:
    """What the person had to do stays with the organisation; a suspension or a closed account may be lifted again, it waits."""
    seat = event.participant
    if event.reason != "suspended":
        let_go(seat.membership.group, person_id=seat.user_id, organisation_id=seat.membership.organisation_id)


def posts_moved(event: PostsMoved) -> None:
    """Actions stand beside their posts, also in another thread: it has to know that there are some."""
    made = Action.objects.filter(post__in=[post.pk for post in event.posts]).count()
    if made:
        Thread.objects.filter(pk=event.target.pk).update(action_count=F("action_count") + made)
