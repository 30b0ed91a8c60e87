"""What a page is made of, and what is said at its margin."""

from groups.pages.models.comment import Answer, Comment
from groups.pages.models.page import EMPTY_STATE, EMPTY_UPDATE, Chapter, Page, Update

__all__ = ["EMPTY_STATE", "EMPTY_UPDATE", "Answer", "Chapter", "Comment", "Page", "Update"]
