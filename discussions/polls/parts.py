"""What polls add to a thread's page."""

from collections.abc import Iterable

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from discussions.parts import Act, Part, Visit
from discussions.polls.forms import VoteForm
from discussions.polls.results import polls_in


class PollsPart(Part):
    """The cards of a thread's polls, each with its ballot; and asking a new one."""

    def below_head(self, visit: Visit) -> Iterable[SafeString]:
        """Return a card for each poll; one query where there are any, none where there are not."""
        if not visit.thread.poll_count:
            return
        for shown in polls_in(visit.thread, visit.standing):
            form = VoteForm(shown, standing=visit.standing) if shown.may_vote else None
            context = {"shown": shown, "poll": shown.poll, "form": form, "here": shown.poll.get_absolute_url()}
            yield render_to_string("polls/_card.html", context, visit.request)

    def thread_acts(self, visit: Visit) -> Iterable[Act]:
        """Offer to ask the thread."""
        if visit.writes:
            thread = visit.thread
            yield Act(_("Ask by a poll"), reverse("polls:new", args=[thread.group.slug, thread.pk]), "check")
