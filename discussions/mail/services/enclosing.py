"""The files of a mail go into the group's library, by the library's own rules."""

import uuid
from collections.abc import Callable, Sequence
from io import BytesIO

from django.conf import settings
from django.core.files import File
from django.utils.translation import gettext as _

from core.errors import DomainError
from discussions.mail.parsing import Enclosure
from discussions.mail.parsing.html import escape
from discussions.models import Thread
from groups.documents.models import Document
from groups.documents.services import add_file, mail_folder
from groups.documents.services.cleaning import SaysWho
from groups.models import Group, History
from groups.standing import Standing
from partners.capacity import Capacity


def put_files(
    enclosures: Sequence[Enclosure],
    standing: Standing,
    by: Capacity,
    thread: Thread | None,
    *,
    key: Callable[[str], uuid.UUID],
) -> tuple[list[str], list[str]]:
    """Put the files into the group's library, by its own rules; return the links to them, and what was left out and why.

    More people see what comes into the library than read what is said of a document that is not for all of them.
    """
    links, left_out = [], []
    if enclosures and thread is not None and not _reads_as_library(thread, standing.group):
        said = _(
            "The files were left out: not everybody who reads the library reads what is said of this document. Upload them"
            " there yourself, into its folder."
        )
        return [], [said]
    folder = mail_folder(standing.group, by=by) if enclosures and standing.may_upload else None
    for place, enclosure in enumerate(enclosures):
        try:
            version = add_file(
                standing.group,
                File(BytesIO(enclosure.data)),
                by=by,
                key=key(f"file {place}"),
                file_name=enclosure.name,
                folder=folder,
                accepted=False,
            )
        except SaysWho:
            # What it says is not told by mail: the page where it is uploaded says it.
            said = _(
                "“%(name)s” says more than its text (its author, tracked changes, comments, or where photographs were taken)."
                " Send it without that, or upload it in the library, where you see what it says and decide."
            )
            left_out.append(said % {"name": enclosure.name})
        except DomainError as refused:
            left_out.append(refused.message)
        else:
            links.append(_link(version.document, standing))
    return links, left_out


def _reads_as_library(thread: Thread, group: Group) -> bool:
    """Say whether whoever reads the group's library, newcomers too, reads the thread, if it is about a document."""
    keeps_past = group.history == History.FROM_JOINING and not group.is_read_outside
    return thread.document_id is None or (thread.is_open_to_readers and not keeps_past)


def _link(document: Document, standing: Standing) -> str:
    document.group = standing.group
    return f"- [{escape(document.title)}]({settings.SITE_URL}{document.get_absolute_url()})"
