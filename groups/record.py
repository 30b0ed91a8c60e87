"""The record of a group's acts, in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from core.models import AuditEntry
from groups.models import Group, Membership
from partners.models import Organisation

if TYPE_CHECKING:
    from django.db.models import QuerySet

VERBS: dict[str, str | Promise] = {
    "group.proposed": gettext_lazy("proposed the group"),
    "group.declined": gettext_lazy("declined the group"),
    "group.withdrawn": gettext_lazy("withdrew the proposal"),
    "group.opened": gettext_lazy("opened the group"),
    "group.edited": gettext_lazy("changed the texts"),
    "group.switches_changed": gettext_lazy("changed who may find, read, join or start threads"),
    "group.letters_changed": gettext_lazy("changed what letters about the group hold"),
    "group.space_given": gettext_lazy("changed how much room the library has"),
    "group.macros_decided": gettext_lazy("changed whether the library takes files with macros"),
    "group.narrowed": gettext_lazy("narrowed the group with its parent"),
    "group.active": gettext_lazy("opened the group again"),
    "group.dormant": gettext_lazy("let the group rest"),
    "group.closed": gettext_lazy("closed the group"),
    "working_group.opened": gettext_lazy("opened a working group"),
    "membership.requested": gettext_lazy("asked to join"),
    "membership.started": gettext_lazy("made a member:"),
    "membership.declined": gettext_lazy("declined the request of"),
    "membership.withdrawn": gettext_lazy("withdrew the request of"),
    "membership.role_changed": gettext_lazy("changed the role of"),
    "membership.left": gettext_lazy("ended the membership of"),
    "membership.removed": gettext_lazy("removed"),
    "membership.suspended": gettext_lazy("suspended with the partner:"),
    "membership.reinstated": gettext_lazy("reinstated with the partner:"),
    "participant.started": gettext_lazy("let take part:"),
    "participant.ended": gettext_lazy("ended the part of"),
    "participant.silenced": gettext_lazy("muted for a time:"),
    "participant.unsilenced": gettext_lazy("let write again:"),
    "thread.pinned": gettext_lazy("pinned a thread"),
    "thread.unpinned": gettext_lazy("unpinned a thread"),
    "thread.closed": gettext_lazy("closed a thread"),
    "thread.reopened": gettext_lazy("opened a thread again"),
    "thread.renamed": gettext_lazy("renamed a thread"),
    "thread.end_moved": gettext_lazy("moved the end of a consultation"),
    "thread.attribution": gettext_lazy("changed whose names a thread tells"),
    "thread.summarised": gettext_lazy("wrote the summary of a thread"),
    "thread.posts_moved": gettext_lazy("moved posts to another thread"),
    "thread.merged": gettext_lazy("merged a thread into another"),
    "thread.acknowledgement_asked": gettext_lazy("asked to acknowledge an announcement"),
    "thread.acknowledgement_ended": gettext_lazy("asked no longer to acknowledge an announcement"),
    "thread.acknowledgement_reminded": gettext_lazy("reminded those who had not acknowledged an announcement"),
    "consultation.reported": gettext_lazy("wrote the closing report of a consultation"),
    "consultation.report_taken_back": gettext_lazy("took back the report of a consultation that is open again"),
    "poll.closed": gettext_lazy("closed a poll early"),
    "poll.ballot_struck": gettext_lazy("struck the vote of somebody who left before the end of a poll"),
    "post.deleted": gettext_lazy("deleted a post"),
    "post.hidden": gettext_lazy("hid a post"),
    "post.restored": gettext_lazy("showed a hidden post again"),
    "archive.imported": gettext_lazy("took in the archive of a mailing list"),
    "message.deleted": gettext_lazy("deleted a message"),
    "message.pinned": gettext_lazy("pinned a message"),
    "message.unpinned": gettext_lazy("unpinned a message"),
    "room.opened": gettext_lazy("opened a room"),
    "room.closed": gettext_lazy("closed a room"),
    "room.reopened": gettext_lazy("opened a room again"),
    "room.rights_changed": gettext_lazy("changed who is in a room, who writes there or whether it shows who has read"),
    "room.renamed": gettext_lazy("renamed a room"),
    "room.retention_changed": gettext_lazy("changed how long a room keeps its messages"),
    "room.copied_to_thread": gettext_lazy("copied messages of a room into a thread"),
    "document.renamed": gettext_lazy("renamed a document"),
    "document.copied": gettext_lazy("copied a document"),
    "document.moved": gettext_lazy("moved a document"),
    "document.deleted": gettext_lazy("deleted a document"),
    "document.restored": gettext_lazy("brought a document back"),
    "document.described": gettext_lazy("changed the record of a document"),
    "document.marked": gettext_lazy("changed how a document is to be handled"),
    "document.taken": gettext_lazy("downloaded a document marked red"),
    "document.held": gettext_lazy("took a document to work on it elsewhere"),
    "document.released": gettext_lazy("gave back a document that was worked on elsewhere"),
    "document.original_kept": gettext_lazy("kept a file with what it says of people and places"),
    "document.held_back": gettext_lazy("held back a version of a document in which malware was found"),
    "document.let_go": gettext_lazy("let go a version of a document in which no malware is found any more"),
    "document.version_restored": gettext_lazy("brought back a version of a document"),
    "clearance.rule_changed": gettext_lazy("decided what silence counts for in clearance"),
    "clearance.review_begun": gettext_lazy("put a document to the group for review"),
    "clearance.asked": gettext_lazy("asked organisations to clear a document"),
    "clearance.prolonged": gettext_lazy("gave organisations more time to clear a document"),
    "clearance.voice_left": gettext_lazy("counted an organisation’s voice in a clearance no longer"),
    "clearance.voice_back": gettext_lazy("counted an organisation’s voice in a clearance again"),
    "clearance.ended": gettext_lazy("ended the clearance of a document"),
    "publication.made": gettext_lazy("published a document"),
    "publication.withdrawn": gettext_lazy("withdrew a publication"),
    "template.kept": gettext_lazy("kept a page as a template"),
    "template.renamed": gettext_lazy("renamed a template"),
    "template.removed": gettext_lazy("removed a template"),
    "folder.renamed": gettext_lazy("renamed a folder"),
    "folder.moved": gettext_lazy("moved a folder"),
    "folder.rights_changed": gettext_lazy("changed who writes in a folder or who sees it"),
    "folder.deleted": gettext_lazy("deleted a folder"),
    "webhook.added": gettext_lazy("added a webhook"),
    "webhook.changed": gettext_lazy("changed what a webhook is told"),
    "webhook.secret_changed": gettext_lazy("gave a webhook a new secret"),
    "webhook.stopped": gettext_lazy("stopped a webhook"),
    "webhook.started": gettext_lazy("started a webhook again"),
    "webhook.removed": gettext_lazy("removed a webhook"),
    "invitation.made": gettext_lazy("invited somebody by mail"),
    "invitation.sent_again": gettext_lazy("sent an invitation again"),
    "invitation.revoked": gettext_lazy("withdrew an invitation"),
    "invitation.redeemed": gettext_lazy("accepted an invitation"),
}


@dataclass(frozen=True)
class Act:
    """One act of the record as its readers see it."""

    number: int
    at: datetime
    who: str
    organisation: str
    what: str
    whom: str
    reason: str


def entries_of(group: Group) -> "QuerySet[AuditEntry]":
    """Return the group's entries, newest first."""
    return AuditEntry.objects.filter(chain__scope=group.audit_scope).order_by("-number")


def told(entries: Sequence[AuditEntry]) -> list[Act]:
    """Return the entries in words; names are looked up now, in a fixed number of queries."""
    actors = {entry.actor_id for entry in entries if entry.actor_id}
    people = User.objects.in_bulk(actors | _persons(entries))
    places = Membership.objects.select_related("organisation").in_bulk(
        {entry.object_id for entry in entries if entry.object_type == "groups.membership" and entry.object_id}
    )
    organisations = Organisation.objects.in_bulk({entry.organisation_id for entry in entries if entry.organisation_id})
    return [_act(entry, people, places, organisations) for entry in entries]


def _persons(entries: Iterable[AuditEntry]) -> set[int]:
    """Return whom the acts were about."""
    return {entry.payload["person"] for entry in entries if entry.payload and "person" in entry.payload}


def _act(
    entry: AuditEntry, people: dict[int, User], places: dict[int, Membership], organisations: dict[int, Organisation]
) -> Act:
    payload = entry.payload or {}
    actor = people.get(entry.actor_id or 0)
    organisation = organisations.get(entry.organisation_id or 0)
    place, person = places.get(entry.object_id or 0), people.get(payload.get("person", 0))
    whom = ""
    if entry.object_type == "groups.membership" and place:
        whom = place.organisation.name
    elif person and person != actor:
        whom = person.display_name
    for_whom = organisation.name if organisation else entry.function
    return Act(
        number=entry.number,
        at=entry.at,
        who=actor.display_name if actor else _("former member") if entry.payload is None else _("The platform"),
        organisation=for_whom,
        what=str(VERBS.get(entry.verb) or entry.verb.replace(".", " ").replace("_", " ")),
        whom="" if whom == for_whom else whom,
        reason=entry.reason,
    )
