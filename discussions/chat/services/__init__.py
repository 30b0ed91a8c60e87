"""Everything that changes a room: what is said, how far people have read, who may be there."""

from discussions.chat.services.conversations import (
    accept_conversation,
    block_person,
    start_conversation,
    unblock_person,
)
from discussions.chat.services.messages import (
    BODY_MAX_BYTES,
    Ack,
    Act,
    Malformed,
    TooLong,
    checked,
    delete_message,
    edit_message,
    outcome_of,
)
from discussions.chat.services.moving import turn_into_thread
from discussions.chat.services.pins import pin_message
from discussions.chat.services.reactions import react
from discussions.chat.services.reading import mark_read, set_muted
from discussions.chat.services.reports import report_message, settle_report
from discussions.chat.services.retention import purge, set_retention
from discussions.chat.services.rooms import (
    RoomRights,
    change_rights,
    change_room,
    close_room,
    make_main_room,
    open_room,
    rename_room,
    reopen_room,
    rights_changed,
)
from discussions.chat.services.sending import Draft, send_message, send_messages

__all__ = [
    "BODY_MAX_BYTES",
    "Ack",
    "Act",
    "Draft",
    "Malformed",
    "RoomRights",
    "TooLong",
    "accept_conversation",
    "block_person",
    "change_rights",
    "change_room",
    "checked",
    "close_room",
    "delete_message",
    "edit_message",
    "make_main_room",
    "mark_read",
    "open_room",
    "outcome_of",
    "pin_message",
    "purge",
    "react",
    "rename_room",
    "reopen_room",
    "report_message",
    "rights_changed",
    "send_message",
    "send_messages",
    "set_muted",
    "set_retention",
    "settle_report",
    "start_conversation",
    "turn_into_thread",
    "unblock_person",
]
