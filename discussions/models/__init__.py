"""Threads, posts and their versions; who has read how far; drafts; mentions."""

from discussions.models.draft import Draft
from discussions.models.post import CameBy, Mention, Post, PostQuerySet, PostVersion
from discussions.models.reading import Attention, Reading
from discussions.models.thread import Kind, Thread, ThreadQuerySet

__all__ = [
    "Attention",
    "CameBy",
    "Draft",
    "Kind",
    "Mention",
    "Post",
    "PostQuerySet",
    "PostVersion",
    "Reading",
    "Thread",
    "ThreadQuerySet",
]
