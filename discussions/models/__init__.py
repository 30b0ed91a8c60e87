"""Threads, posts and their versions; who has read how far; drafts; mentions."""

from discussions.models.draft import Draft
from discussions.models.hidden import HiddenPost
from discussions.models.post import CameBy, Mention, Post, PostQuerySet, PostVersion
from discussions.models.reading import Attention, Reading
from discussions.models.report import PostReport
from discussions.models.thread import Kind, Thread, ThreadQuerySet

__all__ = [
    "Attention",
    "CameBy",
    "Draft",
    "HiddenPost",
    "Kind",
    "Mention",
    "Post",
    "PostQuerySet",
    "PostReport",
    "PostVersion",
    "Reading",
    "Thread",
    "ThreadQuerySet",
]
