"""Threads, posts and their versions; what people add to them; what was done to them; who has read how far; drafts."""

from discussions.models.bookmark import Bookmark
from discussions.models.draft import Draft
from discussions.models.emoji import Emoji
from discussions.models.hidden import HiddenPost
from discussions.models.post import CameBy, Mention, Post, PostQuerySet, PostVersion
from discussions.models.reading import Attention, Reading
from discussions.models.report import PostReport
from discussions.models.scheduled import Scheduled
from discussions.models.summary import Summary
from discussions.models.thread import Kind, Thread, ThreadQuerySet
from discussions.models.trace import Trace

__all__ = [
    "Attention",
    "Bookmark",
    "CameBy",
    "Draft",
    "Emoji",
    "HiddenPost",
    "Kind",
    "Mention",
    "Post",
    "PostQuerySet",
    "PostReport",
    "PostVersion",
    "Reading",
    "Scheduled",
    "Summary",
    "Thread",
    "ThreadQuerySet",
    "Trace",
]
