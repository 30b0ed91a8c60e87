"""The numbers kept on a poll and its options, written anew from the ballots that stand."""

from collections import Counter

from discussions.polls.models import Ballot, Poll


def count(poll: Poll) -> None:
    """Write how many voices the poll and each option have; the caller holds the poll's lock."""
    standing = Ballot.objects.filter(poll=poll).standing()
    votes = Counter(standing.exclude(options=None).values_list("options", flat=True))
    for option in poll.options.all():
        if option.votes != votes[option.pk]:
            option.votes = votes[option.pk]
            option.save(update_fields=["votes"])
    poll.cast = standing.count()
    poll.save(update_fields=["cast"])
