"""What one can do with threads, posts, marks and drafts."""

from discussions.services.attention import set_attention
from discussions.services.attribution import attribute
from discussions.services.bookmarks import annotate_bookmark, bookmark
from discussions.services.commenting import comment
from discussions.services.drafts import begun_thread, discard_draft, save_draft
from discussions.services.hiding import hide_post, restore_post
from discussions.services.moving import BadMove, merge, move_posts, split
from discussions.services.posts import delete_post, edit_post, post
from discussions.services.reactions import react
from discussions.services.reading import mark_all_read, mark_read
from discussions.services.reports import report_post, settle_post_report
from discussions.services.scheduling import cancel_scheduled, change_scheduled, publish_scheduled, schedule
from discussions.services.summaries import write_summary
from discussions.services.threads import change_thread, close_thread, pin, reopen, start_thread, unpin

__all__ = [
    "BadMove",
    "annotate_bookmark",
    "attribute",
    "begun_thread",
    "bookmark",
    "cancel_scheduled",
    "change_scheduled",
    "change_thread",
    "close_thread",
    "comment",
    "delete_post",
    "discard_draft",
    "edit_post",
    "hide_post",
    "mark_all_read",
    "mark_read",
    "merge",
    "move_posts",
    "pin",
    "post",
    "publish_scheduled",
    "react",
    "reopen",
    "report_post",
    "restore_post",
    "save_draft",
    "schedule",
    "set_attention",
    "settle_post_report",
    "split",
    "start_thread",
    "unpin",
    "write_summary",
]
