"""The door to a calendar: the secret says whose it is, and what stands in it is asked anew at every fetch."""

from django.http import Http404

from discussions.calendars.models import Feed, hash_of

NO_CALENDAR = "No such calendar."


def feed_for(token: str) -> Feed:
    """Return the live address behind a secret; anything else looks like none."""
    feed = Feed.objects.live().select_related("user", "group").filter(token_hash=hash_of(token)).first()
    if feed is None:
        raise Http404(NO_CALENDAR)
    return feed
