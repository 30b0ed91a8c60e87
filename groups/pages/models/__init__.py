"""What a page is made of, and what is said at its margin."""

from groups.pages.models.comment import Answer, Comment
from groups.pages.models.page import BEGINNING, EMPTY_STATE, EMPTY_UPDATE, Chapter, Page, Update
from groups.pages.models.template import Template

__all__ = ["BEGINNING", "EMPTY_STATE", "EMPTY_UPDATE", "Answer", "Chapter", "Comment", "Page", "Template", "Update"]
