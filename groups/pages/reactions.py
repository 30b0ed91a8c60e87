"""What pages do when rights change, so that open ones ask again at once, and when something is bound to what one says now."""

from django.db.models import F

from core.realtime.bell import send_on_commit
from groups.documents.events import VersionWanted
from groups.events import MembershipChanged, ParticipantEnded, RightsChanged
from groups.pages.channels import RIGHTS
from groups.pages.models import Page
from groups.pages.services import keep_standing


def _ask_again(group_id: int) -> None:
    """Raise the number under which rights were asked; the group is locked already, and pages are locked after their group."""
    Page.objects.filter(document__group=group_id).update(rights=F("rights") + 1)
    send_on_commit(RIGHTS, {"type": "pages.rights", "groups": [group_id]})


def rights_changed(event: RightsChanged) -> None:
    """Switches or state of the group changed, or somebody was muted."""
    _ask_again(event.group.pk)


def membership_changed(event: MembershipChanged) -> None:
    """An organisation has another role."""
    _ask_again(event.membership.group_id)


def participant_ended(event: ParticipantEnded) -> None:
    """Somebody takes part no longer."""
    _ask_again(event.participant.membership.group_id)


def version_wanted(event: VersionWanted) -> None:
    """What is put to a group is what stands on the page, whether or not somebody had kept a version of it."""
    if page := Page.objects.filter(pk=event.document.pk).first():
        page.document = event.document
        keep_standing(page, by=event.by)
