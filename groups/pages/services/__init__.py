"""What one does with a page."""

from groups.pages.services.commenting import add_comment, answer_comment, resolve_comment
from groups.pages.services.keeping import keep_template, remove_template, rename_template
from groups.pages.services.log import Outcome, Write, append, changes_after, content_of
from groups.pages.services.saving import create_page, keep_standing, name_version, restore_version, save_text, text_of
from groups.pages.services.settling import compact, find_words, settle_pages
from groups.pages.services.templates import outline

__all__ = [
    "Outcome",
    "Write",
    "add_comment",
    "answer_comment",
    "append",
    "changes_after",
    "compact",
    "content_of",
    "create_page",
    "find_words",
    "keep_standing",
    "keep_template",
    "name_version",
    "outline",
    "remove_template",
    "rename_template",
    "resolve_comment",
    "restore_version",
    "save_text",
    "settle_pages",
    "text_of",
]
