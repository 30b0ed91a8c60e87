"""Addresses of threads, under `/groups/<slug>/threads/`."""

from django.urls import path

from discussions.views import (
    acts,
    arranging,
    bookmarks,
    comments,
    keeping,
    moderation,
    newer,
    posts,
    scheduled,
    threads,
    writing,
)

app_name = "threads"

urlpatterns = [
    path("", threads.thread_list, name="list"),
    path("new/", threads.thread_new, name="new"),
    path("read/", threads.all_read, name="all_read"),
    path("people/", writing.people, name="people"),
    path("preview/", writing.preview, name="preview"),
    path("schedule/", scheduled.schedule, name="schedule_new"),
    path("draft/", writing.draft, name="new_draft"),
    path("reports/", moderation.reports, name="reports"),
    path("on/<int:document_id>/", comments.comment, name="comment"),
    path("<int:thread_id>/", threads.thread_page, name="page"),
    path("<int:thread_id>/newer/", newer.newer, name="newer"),
    path("<int:thread_id>/post/", posts.post_new, name="post"),
    path("<int:thread_id>/draft/", writing.draft, name="draft"),
    path("<int:thread_id>/read/", writing.read, name="read"),
    path("<int:thread_id>/attention/", threads.thread_attention, name="attention"),
    path("<int:thread_id>/change/", threads.thread_change, name="change"),
    path("<int:thread_id>/close/", threads.thread_close, name="close"),
    path("<int:thread_id>/reopen/", threads.thread_reopen, name="reopen"),
    path("<int:thread_id>/schedule/", scheduled.schedule, name="schedule"),
    path("<int:thread_id>/move/", arranging.thread_move, name="move"),
    path("<int:thread_id>/merge/", arranging.thread_merge, name="merge"),
    path("<int:thread_id>/summary/", keeping.thread_summary, name="summary"),
    path("<int:thread_id>/summaries/", keeping.thread_summaries, name="summaries"),
    path("<int:thread_id>/attribution/", keeping.thread_attribution, name="attribution"),
    path("<int:thread_id>/bookmark/", bookmarks.thread_bookmark, name="bookmark"),
    path("<int:thread_id>/pin/", threads.thread_pin, name="pin"),
    path("<int:thread_id>/posts/<int:number>/", acts.post_about, name="about"),
    path("<int:thread_id>/posts/<int:number>/react/", acts.post_react, name="react"),
    path("<int:thread_id>/posts/<int:number>/bookmark/", bookmarks.post_bookmark, name="bookmark_post"),
    path("<int:thread_id>/posts/<int:number>/edit/", posts.post_edit, name="edit"),
    path("<int:thread_id>/posts/<int:number>/delete/", posts.post_delete, name="delete"),
    path("<int:thread_id>/posts/<int:number>/history/", posts.post_history, name="history"),
    path("<int:thread_id>/posts/<int:number>/report/", moderation.report, name="report"),
    path("<int:thread_id>/posts/<int:number>/hide/", moderation.hide, name="hide"),
    path("<int:thread_id>/posts/<int:number>/hidden/", moderation.hidden, name="hidden"),
    path("<int:thread_id>/posts/<int:number>/restore/", moderation.restore, name="restore"),
]
