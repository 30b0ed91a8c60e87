"""What one does with a page."""

from groups.pages.services.commenting import add_comment, answer_comment, resolve_comment
from groups.pages.services.log import Outcome, Write, append, changes_after, content_of
from groups.pages.services.saving import create_page, name_version, save_text, text_of

__all__ = [
    "Outcome",
    "Write",
    "add_comment",
    "answer_comment",
    "append",
    "changes_after",
    "content_of",
    "create_page",
    "name_version",
    "resolve_comment",
    "save_text",
    "text_of",
]
