"""What asking adds to a thread's page."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from discussions.asking.models import Acknowledgement, Answer, Position
from discussions.electorate import may_answer, reads
from discussions.models import Kind, Thread
from discussions.parts import Act, Part, Visit
from groups.models import Membership


def _members(thread: Thread) -> Exists:
    """Return the condition that a row's organisation is asked in the group today."""
    members = Membership.objects.active().exclude(role=Membership.Role.OBSERVER)
    return Exists(members.filter(group=thread.group_id, organisation=OuterRef("organisation")))


class AcknowledgementPart(Part):
    """The card that asks to acknowledge an announcement; for leads, asking."""

    def below_head(self, visit: Visit) -> Iterable[SafeString]:
        """Return the card, to who takes part; one query where the thread asks, none where it does not."""
        thread, standing = visit.thread, visit.standing
        if not (thread.asks_acknowledgement and standing.is_participant and reads(standing, thread.created_at)):
            return
        said = list(
            Acknowledgement.objects.filter(_members(thread), request__thread=thread).values_list(
                "organisation_id", "author_id"
            )
        )
        own = {organisation for organisation, author in said if author == standing.user.pk}
        here = {organisation for organisation, _author in said}
        capacities = standing.capacities if may_answer(standing, since=thread.created_at) else []
        context = {
            "thread": thread,
            "organisations": len(here),
            "left": [one for one in capacities if one.organisation_id not in own],
            "own": [one.organisation for one in capacities if one.organisation_id in own],
            "by_colleagues": [
                one.organisation
                for one in capacities
                if one.organisation_id in here and one.organisation_id not in own
            ],
        }
        yield render_to_string("asking/_acknowledge.html", context, visit.request)

    def thread_acts(self, visit: Visit) -> Iterable[Act]:
        """Offer leads to ask, or not to ask any more."""
        thread = visit.thread
        if thread.kind == Kind.ANNOUNCEMENT and visit.standing.may_moderate:
            asks = thread.asks_acknowledgement
            word = _("Ask no longer to acknowledge") if asks else _("Ask to acknowledge")
            url = reverse("asking:ask", args=[thread.group.slug, thread.pk])
            yield Act(word, url, "check", (("asked", "" if asks else "1"),))


class ConsultationPart(Part):
    """The card of a consultation: what the reader's organisation answered, and the way to all answers."""

    def below_head(self, visit: Visit) -> Iterable[SafeString]:
        """Return the card; one query in a consultation, none elsewhere."""
        thread, standing = visit.thread, visit.standing
        if thread.kind != Kind.CONSULTATION or not reads(standing, thread.created_at):
            return
        given = dict(Answer.objects.filter(_members(thread), thread=thread).values_list("organisation_id", "position"))
        is_open = thread.takes_posts
        capacities = standing.capacities if may_answer(standing, since=thread.created_at) else []
        context = {
            "thread": thread,
            "is_open": is_open,
            "answers": len(given),
            "own": [
                (one.organisation, Position(given[one.organisation_id]).label if one.organisation_id in given else "")
                for one in capacities
            ],
        }
        yield render_to_string("asking/_consultation.html", context, visit.request)
