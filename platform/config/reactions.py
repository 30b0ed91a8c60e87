"""Who reacts to what: the one table a newcomer reads to know what, say, ending a membership does.

Handlers run there and then, inside the publisher's transaction, in the order they stand here; one that raises undoes the
act. What leaves the process (socket, mail) goes by `core.realtime.bell` or a background task.
"""

from collections.abc import Callable
from typing import Any

from accounts.events import AccountClosed, AccountReopened, AddressConfirmed, ClockChanged, PersonChanged
from api import reactions as api_reactions
from core.events import Event
from core.realtime import following
from core.realtime.frames import Frame
from discussions import live as thread_live
from discussions import notices as thread_notices
from discussions import reactions as thread_reactions
from discussions import report_notices, reporting
from discussions import search as thread_search
from discussions import webhooks as thread_webhooks
from discussions.actions import notices as action_notices
from discussions.actions import reactions as actions
from discussions.actions.parts import ActionsPart
from discussions.asking import notices as asking_notices
from discussions.asking import reactions as asking
from discussions.asking.parts import AcknowledgementPart, ConsultationPart
from discussions.chat import live
from discussions.chat import notices as chat_notices
from discussions.chat import reactions as chat
from discussions.chat import reports as chat_reports
from discussions.chat import search as chat_search
from discussions.events import (
    AcknowledgementWanted,
    EndMoved,
    PostChanged,
    PostDeleted,
    PostsMoved,
    PostWritten,
    ThreadConcluded,
    ThreadReopened,
    ThreadStarted,
)
from discussions.letters import digests as digest_letters
from discussions.letters import posts as post_letters
from discussions.mail import reactions as mail
from discussions.mail.parts import MailPart
from discussions.parts import Part
from discussions.polls import notices as poll_notices
from discussions.polls import reactions as polls
from discussions.polls.parts import PollsPart
from discussions.reporting import Source as ReportSource
from groups import letters as group_letters
from groups import notices as group_notices
from groups import reactions as group_reactions
from groups import search as group_search
from groups.clearance import notices as clearance_notices
from groups.clearance import reactions as clearance
from groups.clearance import search as clearance_search
from groups.documents import search as document_search
from groups.documents import webhooks as document_webhooks
from groups.documents.events import DocumentDeleted, DocumentMarked, DocumentsStand, VersionAdded, VersionWanted
from groups.documents.services import opening
from groups.events import (
    GroupClosed,
    GroupDeclined,
    GroupOpened,
    GroupProposed,
    LeadLost,
    MembershipChanged,
    MembershipDeclined,
    MembershipEnded,
    MembershipProposed,
    MembershipReinstated,
    MembershipRequested,
    MembershipStarted,
    MembershipSuspended,
    ParticipantEnded,
    ParticipantStarted,
    RequestEnded,
    RightsChanged,
)
from groups.pages import reactions as pages
from groups.webhooks import notices as webhook_notices
from groups.webhooks import reactions as group_webhooks
from groups.webhooks.models import Happening
from notifications import letters
from notifications import reactions as notification_reactions
from notifications.events import LettersStopped
from notifications.push import tasks as push
from partners import letters as partner_letters
from partners import notices as partner_notices
from partners import reactions as partner_reactions
from partners import search as partner_search
from partners.events import (
    AffiliationConfirmed,
    AffiliationDeclined,
    AffiliationEnded,
    AffiliationRequested,
    OrganisationProposed,
    OrganisationStatusChanged,
    PlacesHandedOver,
)
from search.cards import Source
from search.models import Kind

REACTIONS: dict[type[Event], tuple[Callable[[Any], None], ...]] = {
    AccountClosed: (
        group_reactions.account_closed,
        partner_reactions.account_closed,
        chat.account_changed,
        api_reactions.account_closed,
        opening.account_closed,
        group_search.person_changed,
    ),
    AccountReopened: (group_reactions.account_closed, chat.account_changed, group_search.person_changed),
    PersonChanged: (group_search.person_changed,),
    AddressConfirmed: (partner_reactions.address_confirmed,),
    ClockChanged: (notification_reactions.clock_changed,),
    AffiliationRequested: (partner_reactions.tell_affiliation_requested,),
    AffiliationConfirmed: (partner_reactions.request_settled, partner_reactions.tell_affiliation_decided),
    AffiliationDeclined: (partner_reactions.request_settled, partner_reactions.tell_affiliation_decided),
    PlacesHandedOver: (group_reactions.places_handed_over, actions.places_handed_over),
    AffiliationEnded: (
        group_reactions.affiliation_ended,
        partner_reactions.request_settled,
        partner_reactions.tell_affiliation_ended,
    ),
    OrganisationProposed: (partner_reactions.tell_organisation_proposed,),
    OrganisationStatusChanged: (
        group_reactions.organisation_status_changed,
        partner_reactions.proposal_settled,
        partner_reactions.tell_organisation_decided,
    ),
    GroupProposed: (group_reactions.tell_group_proposed,),
    GroupOpened: (chat.group_opened, group_reactions.tell_group_opened),
    RightsChanged: (chat.group_rights_changed, pages.rights_changed, clearance.rights_changed),
    GroupClosed: (clearance.group_closed,),
    GroupDeclined: (group_reactions.tell_group_declined,),
    LeadLost: (group_reactions.tell_lead_lost,),
    MembershipRequested: (group_reactions.tell_membership_requested,),
    MembershipProposed: (group_reactions.tell_membership_proposed,),
    RequestEnded: (group_reactions.request_settled,),
    MembershipStarted: (
        group_reactions.request_settled,
        group_reactions.tell_membership_started,
        clearance.membership_changed,
        group_webhooks.membership_started,
    ),
    MembershipDeclined: (group_reactions.tell_membership_declined,),
    MembershipChanged: (
        chat.membership_changed,
        polls.membership_changed,
        clearance.membership_changed,
        group_webhooks.membership_changed,
        pages.membership_changed,
    ),
    MembershipSuspended: (clearance.membership_changed,),
    MembershipReinstated: (clearance.membership_changed,),
    MembershipEnded: (
        group_reactions.tell_membership_ended,
        polls.membership_changed,
        clearance.membership_changed,
        group_webhooks.membership_ended,
    ),
    ParticipantStarted: (
        chat.participant_started,
        group_reactions.tell_participant_started,
        group_reactions.begin_digests,
        clearance.participant_changed,
    ),
    ParticipantEnded: (
        chat.participant_ended,
        polls.participant_ended,
        actions.participant_ended,
        clearance.participant_changed,
        pages.participant_ended,
    ),
    AcknowledgementWanted: (asking.acknowledgement_wanted,),
    EndMoved: (asking.thread_opened,),
    ThreadStarted: (thread_webhooks.thread_started,),
    ThreadConcluded: (asking.thread_concluded, thread_webhooks.thread_closed),
    ThreadReopened: (asking.thread_opened, thread_webhooks.thread_reopened),
    PostWritten: (thread_reactions.post_written, thread_webhooks.post_written),
    PostChanged: (thread_reactions.post_changed, thread_webhooks.post_changed),
    PostDeleted: (thread_reactions.post_changed, mail.post_deleted, thread_webhooks.post_deleted),
    PostsMoved: (thread_reactions.posts_moved, actions.posts_moved),
    VersionAdded: (clearance.version_added, document_webhooks.version_added),
    VersionWanted: (pages.version_wanted,),
    DocumentDeleted: (clearance.document_deleted,),
    DocumentMarked: (clearance.document_marked,),
    DocumentsStand: (thread_reactions.documents_stand,),
    LettersStopped: (thread_reactions.letters_stopped,),
}

# notice kind -> function(notices, user) -> {notice id: Rendered}; leaves out what the user may no longer see.
NOTICE_KINDS: dict[str, Callable[..., Any]] = {
    "affiliation_requested": partner_notices.affiliation_requested,
    "affiliation_decided": partner_notices.affiliation_decided,
    "affiliation_ended": partner_notices.affiliation_ended,
    "focal_point_missing": partner_notices.focal_point_missing,
    "organisation_proposed": partner_notices.organisation_proposed,
    "organisation_decided": partner_notices.organisation_decided,
    "group_proposed": group_notices.group_proposed,
    "group_decided": group_notices.group_decided,
    "lead_lost": group_notices.lead_lost,
    "membership_requested": group_notices.membership_requested,
    "membership_decided": group_notices.membership_decided,
    "membership_proposed": group_notices.membership_proposed,
    "participant_named": group_notices.participant_named,
    "silenced": group_notices.silenced,
    "webhook_stopped": webhook_notices.webhook_stopped,
    "scheduled_refused": thread_notices.render_refused,
    "mention": thread_notices.render_mentions,
    "reply": thread_notices.render_replies,
    "chat_mention": chat_notices.render_mentions,
    "conversation": chat_notices.render_conversations,
    "report_waiting": chat_notices.render_reports_waiting,
    "report_settled": chat_notices.render_reports_settled,
    "announcement": thread_notices.render_announcements,
    "acknowledge": asking_notices.render_requests,
    "acknowledge_reminder": asking_notices.render_reminders,
    "consultation_ends": asking_notices.render_ends,
    "answer_replaced": asking_notices.render_replaced,
    "poll": poll_notices.render_polls,
    "poll_replaced": poll_notices.render_replaced,
    "action_given": action_notices.render_given,
    "action_due": action_notices.render_due,
    "clearance_review": clearance_notices.render_reviews,
    "clearance_asked": clearance_notices.render_asked,
    "clearance_reminder": clearance_notices.render_reminders,
    "clearance_replaced": clearance_notices.render_replaced,
    "clearance_ended": clearance_notices.render_ended,
    "post_report_waiting": report_notices.post_reports_waiting,
    "post_report_settled": report_notices.post_reports_settled,
    "post_hidden": report_notices.posts_hidden,
}

# function(key, people's ids): further ways by which who was told of a happening hears of it, each in the background.
NOTICE_CHANNELS: tuple[Callable[[str, list[int]], None], ...] = (push.announce,)

# Kinds of what people say to each other: their letters obey the reader's levels and wait for the end of their quiet hours.
# All others are about what is to be decided or was, and go at once.
NOTICES_THAT_WAIT = frozenset({"mention", "reply", "chat_mention", "conversation", "post", "daily", "weekly"})

# letter kind -> function(letters) -> {letter id: Written}; leaves out what the reader may no longer know, has read or stopped.
LETTER_KINDS: dict[str, Callable[..., Any]] = {
    "notice": letters.of_notices,
    "post": post_letters.of_posts,
    "daily": digest_letters.of_digests,
    "weekly": digest_letters.of_digests,
    "colleague": partner_letters.of_invitations,
    "invitation": group_letters.of_invitations,
}

# letter kind -> function(letter) -> the address of what it is about, for its reader; a 404 where they may not know of it.
LETTER_PLACES: dict[str, Callable[..., str]] = {
    "notice": letters.place_of_notice,
    "post": post_letters.place_of_post,
    "daily": digest_letters.place_of_digest,
    "weekly": digest_letters.place_of_digest,
}

# kind -> what its room gives to the search, in the order in which kinds are shown.
SEARCH_SOURCES: dict[Kind, Source] = {
    Kind.GROUP: group_search.GROUPS,
    Kind.ORGANISATION: partner_search.ORGANISATIONS,
    Kind.PERSON: group_search.PEOPLE,
    Kind.THREAD: thread_search.THREADS,
    Kind.POST: thread_search.POSTS,
    Kind.MESSAGE: chat_search.MESSAGES,
    Kind.DOCUMENT: document_search.DOCUMENTS,
    Kind.PUBLICATION: clearance_search.PUBLICATIONS,
}

# What can be reported, by kind (`discussions/reporting.py`).
REPORTS: dict[str, ReportSource] = {"post": reporting.POSTS, "message": chat_reports.MESSAGES}

# What other rooms add to a thread's page, in the order in which it stands there (`discussions/parts.py`).
THREAD_PARTS: tuple[Part, ...] = (
    AcknowledgementPart(),
    ConsultationPart(),
    PollsPart(),
    ActionsPart(),
    MailPart(),
)

# happening -> function(ids) -> what was said, as a visitor reads it; for webhooks whose leads chose to send it.
WEBHOOK_WORDS: dict[str, Callable[..., Any]] = {
    Happening.THREAD_STARTED: thread_webhooks.thread_words,
    Happening.ANNOUNCEMENT: thread_webhooks.thread_words,
    Happening.POST_WRITTEN: thread_webhooks.post_words,
    Happening.POST_CHANGED: thread_webhooks.post_words,
    Happening.VERSION_ADDED: document_webhooks.version_words,
}

# frame type of the live protocol -> its fields and what is done with it.
FRAMES: dict[str, Frame] = {
    "join": following.JOIN,
    "leave": following.LEAVE,
    "send": live.SEND,
    "edit": live.EDIT,
    "delete": live.DELETE,
    "react": live.REACT,
    "pin": live.PIN,
    "read": live.READ,
    "typing": live.TYPING,
    "watch": thread_live.WATCH,
}
